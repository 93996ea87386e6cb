"""The grown-up shape in docker-compose.yml, held against the code, since no Docker engine is needed to read it."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from catalog.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
AIRFLOW_COMMANDS = {"api-server", "scheduler", "dag-processor", "triggerer", "celery worker", "db migrate"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def _environments(compose: dict[str, Any]) -> list[dict[str, str]]:
    return [service.get("environment") or {} for service in compose["services"].values()]


def test_every_variable_of_the_hub_is_a_setting(compose: dict[str, Any]) -> None:
    known = {f"SHUNIU_{name.upper()}" for name in Settings.model_fields}
    used = {name for env in _environments(compose) for name in env if name.startswith("SHUNIU_")}
    assert used, "the services of the hub carry its settings"
    assert used <= known


def test_the_settings_of_the_services_are_accepted_as_they_stand(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in compose["services"]["api-1"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+(?::-([^}]*))?[^}]*\}", lambda found: found[1] or "x", value))
    settings = Settings.from_environ()
    assert settings.node == "api-1"
    assert settings.lake_url.startswith("s3://")


def test_every_shuniu_command_of_a_service_exists(compose: dict[str, Any]) -> None:
    from exchange_api.cli.main import application

    commands = typer.main.get_command(application()).commands  # type: ignore[attr-defined]
    used = {s["command"].split()[1] for s in compose["services"].values() if s.get("command", "").startswith("shuniu")}
    assert used <= set(commands)
    assert {"serve", "migrate"} <= used


def test_every_airflow_command_of_a_service_is_one_we_start_ourselves_or_celery_needs(compose: dict[str, Any]) -> None:
    used = {
        re.sub(r" --.*", "", s["command"].removeprefix("airflow "))
        for s in compose["services"].values()
        if s.get("command", "").startswith("airflow")
    }
    assert used == AIRFLOW_COMMANDS


def test_every_airflow_variable_names_an_option_of_a_section(compose: dict[str, Any]) -> None:
    names = {name for env in _environments(compose) for name in env if name.startswith("AIRFLOW__")}
    embedded = (ROOT / "launch" / "airflow.py").read_text()
    for name in names:
        _, section, option = name.split("__")
        assert section in {"CORE", "DATABASE", "CELERY", "API_AUTH"}, name
        if section in {"CORE", "API_AUTH"}:
            assert f'"{option}"' in embedded, f"{name} is not what the embedded Airflow is started with"


def test_the_image_holds_every_package_but_the_demo() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = set(re.findall(r"^COPY (\w+) \1$", dockerfile, flags=re.M))
    assert copied == {"catalog", "lake", "quality", "authorization", "exchange_api", "dags", "launch"}
    assert 'pip install --no-cache-dir -c constraints.txt ".[cluster]"' in dockerfile


def test_the_image_tag_is_the_version_of_the_project(compose: dict[str, Any]) -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), flags=re.M)
    assert version is not None
    assert compose["services"]["api-1"]["image"] == f"shuniu:{version[1]}"


def test_the_proxy_knows_every_api_node(compose: dict[str, Any]) -> None:
    nodes = {name for name in compose["services"] if name.startswith("api-")}
    assert set(re.findall(r"server (api-\d+):8600", (ROOT / "deploy" / "nginx.conf").read_text())) == nodes


def test_variables_without_a_default_stand_in_the_example_env(compose: dict[str, Any]) -> None:
    needed = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    offered = {line.split("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line}
    assert needed == offered


def test_only_the_proxy_listens_on_the_machine_and_stores_are_reached_from_the_hub_alone(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    assert {name for name, service in services.items() if service["networks"] == ["back"]} == {
        "registry",
        "store",
        "queue",
    }
    assert services["proxy"]["networks"] == ["front"]
    assert compose["networks"]["back"]["internal"] is True


def test_keys_are_seen_by_services_that_open_or_sign_and_by_no_other(compose: dict[str, Any]) -> None:
    holders = {
        name
        for name, service in compose["services"].items()
        if any(volume.startswith("keys:") for volume in service.get("volumes", []))
    }
    assert holders == {"migrate", "api-1", "api-2", "airflow-worker"}


def test_no_store_or_queue_runs_without_a_password(compose: dict[str, Any]) -> None:
    assert "${QUEUE_PASSWORD:?" in compose["services"]["queue"]["command"]
    assert "${STORE_PASSWORD:?" in compose["services"]["store"]["environment"]["MINIO_ROOT_PASSWORD"]
    assert "${REGISTRY_PASSWORD:?" in compose["services"]["registry"]["environment"]["POSTGRES_PASSWORD"]
