"""The lake on an object store: every part is told the same place and the same keys, or says what is missing."""

from pathlib import Path

import pytest

from catalog.errors import ConfigurationError
from catalog.settings import Settings
from lake.storage import delta_options, filesystem


def on_a_store(tmp_path: Path, **given: object) -> Settings:
    usual: dict[str, object] = {
        "home": tmp_path,
        "lake_url": "s3://lake",
        "s3_endpoint": "127.0.0.1:9000",
        "s3_access_key": "key",
        "s3_secret_key": "secret",
        "s3_allow_http": True,
    }
    return Settings(**(usual | given))  # type: ignore[arg-type]


def test_a_local_folder_needs_no_options_and_is_made(tmp_path: Path) -> None:
    assert delta_options(str(tmp_path), None) is None
    _, path = filesystem(str(tmp_path / "new"), None)
    assert Path(path).is_dir()


def test_a_store_is_reached_by_its_endpoint_with_the_settings_keys(tmp_path: Path) -> None:
    assert delta_options("s3://lake/raw/a", on_a_store(tmp_path)) == {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
    }
    _, path = filesystem("s3://lake/raw/a", on_a_store(tmp_path, s3_endpoint="https://store"))
    assert path == "lake/raw/a"


def test_without_keys_the_sentence_names_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as missing:
        delta_options("s3://lake/raw/a", on_a_store(tmp_path, s3_access_key=""))
    assert "SHUNIU_S3_ACCESS_KEY" in missing.value.zh
    with pytest.raises(ConfigurationError):
        filesystem("s3://lake/raw/a", None)
