"""Settings: one frozen object; everything not given is derived from home; a child process gets the same."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from catalog.settings import Settings


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without any setting of the hub, in an empty folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SHUNIU_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def test_everything_written_lies_under_home(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    home = tmp_path / "home"
    assert settings.registry_url == f"sqlite:///{home}/registry.sqlite"
    assert settings.lake_url == str(home / "lake")
    assert (settings.contracts_dir, settings.audit_dir, settings.keys_dir) == (
        home / "contracts",
        home / "audit",
        home / "keys",
    )


def test_the_default_home_is_var_where_the_hub_was_started(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings.from_environ().home == tmp_path / "var"


def test_a_relative_home_becomes_absolute_so_that_children_agree(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.setenv("SHUNIU_HOME", "data")
    assert Settings.from_environ().home == tmp_path / "data"


def test_every_setting_has_its_environment_variable(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("SHUNIU_LANGUAGE", "en")
    bare.setenv("SHUNIU_API_PORT", "18600")
    bare.setenv("SHUNIU_LAKE_URL", "s3://city/lake")
    settings = Settings.from_environ()
    assert (settings.language, settings.api_port, settings.lake_url) == ("en", 18600, "s3://city/lake")
    assert settings.public_url == "http://127.0.0.1:18600"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHUNIU_API_PORT", "70000"),
        ("SHUNIU_LANGUAGE", "fr"),
        ("SHUNIU_THREADS", "0"),
        ("SHUNIU_HUB_ID", "37068"),
        ("SHUNIU_NODE", "Node 1"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(bare: pytest.MonkeyPatch, name: str, value: str) -> None:
    bare.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        Settings.from_environ()
    assert name.removeprefix("SHUNIU_").lower() in str(caught.value)


def test_settings_are_frozen(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(ValidationError):
        settings.api_port = 1  # type: ignore[misc]


def test_a_child_process_gets_the_same_settings(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours = Settings(home=tmp_path / "h", api_port=18601, s3_allow_http=True, language="en", airflow_password="x")
    for name, value in ours.as_environ().items():
        bare.setenv(name, value)
    bare.chdir("/")
    assert Settings.from_environ() == ours


def test_secrets_among_the_settings_are_not_printed(tmp_path: Path) -> None:
    shown = repr(Settings(home=tmp_path, s3_secret_key="c4n4ry", s3_access_key="c4n4ry", airflow_password="c4n4ry"))
    assert "c4n4ry" not in shown


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
