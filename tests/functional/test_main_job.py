"""`make demo` at 2,000 residents, once, and everything it promises."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from lake import tables
from lake.layout import Layout
from tests.canaries import leaks
from tests.factories import real_files
from tests.functional.conftest import House

pytestmark = pytest.mark.timeout(1500)
RESIDENTS = 2000
STAGES = {"generate", "fill", "register", "airflow", "night", "share", "usage_feedback", "score"}
REFUSED = {
    "a column that was not granted": (403, "access_denied"),
    "a filter on a masked column": (403, "access_denied"),
    "another purpose": (403, "access_denied"),
    "a stranger's token": (403, "access_denied"),
    "no token at all": (401, "not_authenticated"),
}
"""How every door that is shut answers."""
DATA_STAGES = {"collect", "standardise", "judge", "build", "publish", "feedback"}


@pytest.fixture(scope="module")
def demo(house: House, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The finished command, with a folder of real files beside the city."""
    data = real_files.write(tmp_path_factory.mktemp("data"))
    return house.demo("run", "--residents", str(RESIDENTS), "--data", str(data))


@pytest.fixture(scope="module")
def summary(house: House, demo: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """summary.json; the command's own words are shown when it failed."""
    assert demo.returncode == 0, demo.stdout[-3000:] + demo.stderr[-3000:]
    told: dict[str, Any] = json.loads((house.settings.home / "demo" / "summary.json").read_text())
    return told


def test_the_demo_ends_well_and_says_where_to_go_on(
    demo: subprocess.CompletedProcess[str], summary: dict[str, Any]
) -> None:
    assert summary["ok"] is True
    assert "the whole way worked" in demo.stdout
    assert "accounts.json" in demo.stdout
    assert "make up" in demo.stdout


def test_every_stage_is_in_the_summary_with_time_rows_and_memory(summary: dict[str, Any]) -> None:
    stages = {stage["name"]: stage for stage in summary["stages"]}
    assert stages.keys() >= STAGES | DATA_STAGES
    for name in DATA_STAGES:
        assert stages[name]["ok"], name
        assert stages[name]["seconds"] > 0, name
        assert stages[name]["peak_mib"] > 0, name


def test_no_department_failed(summary: dict[str, Any]) -> None:
    assert summary["failed_steps"] == []
    assert summary["failed_dags"] == []


def test_every_dataset_lies_in_the_raw_and_standard_zones(summary: dict[str, Any]) -> None:
    zones = summary["zones"]
    assert len(zones["raw"]) == 24 + len(real_files.DATASETS)
    assert set(zones["standard"]) == set(zones["raw"])
    assert zones["raw"]["police_person"] > RESIDENTS * 0.95


def test_no_row_is_lost_between_raw_standard_and_quarantine(summary: dict[str, Any]) -> None:
    zones = summary["zones"]
    for dataset, rows in zones["raw"].items():
        kept = zones["standard"][dataset] + zones["quarantine"].get(dataset, 0)
        if dataset not in ("market_enterprise",):  # merged by key: later states of a row replace earlier ones
            assert kept == rows, dataset


def test_the_base_databases_are_built_and_hold_against_the_truth(summary: dict[str, Any]) -> None:
    base = summary["zones"]["base"]
    assert base["population"] > RESIDENTS * 0.9
    assert base["legal_person"] > 20
    assert base["spatial_address"] > 100
    assert summary["bases"]["truth"]["population"]["precision"] > 0.99
    assert summary["bases"]["truth"]["population"]["recall"] > 0.98
    assert summary["bases"]["truth"]["legal_person"]["precision"] > 0.99


def test_real_files_come_out_in_the_bases_with_their_defects_reported(house: House, summary: dict[str, Any]) -> None:
    named = {(found["dataset"], found["rule"].rpartition(".")[2]): found for found in summary["quality"]["found"]}
    real = {dataset for (dataset, _), found in named.items() if found["real"]}
    assert real == real_files.DATASETS - {"civil_village_rare"}  # the one file here without a defect
    assert named["bureau_division", "abolished_but_in_use"]["failed"] == 1
    assert named["bureau_ethnic", "letter_code_form"]["failed"] == 1
    assert named["land_county", "outside_city"]["failed"] == 1
    divisions = tables.read(Layout(house.settings.lake_url).base("spatial_division")).to_pylist()
    by_code = {row["division_code"]: row for row in divisions}
    assert by_code["370783001003"]["name"] == real_files.RARE_NAME
    assert by_code["370783001003"]["name_from"] == "civil"
    county = by_code["370783"]
    assert (county["longitude"], county["latitude"]) == pytest.approx(
        tuple(corner + 0.05 for corner in real_files.CORNER), abs=1e-7
    )


def test_planted_dirt_that_one_row_can_show_is_found_and_nothing_else_is_called_so(summary: dict[str, Any]) -> None:
    kinds = {kind["kind"]: kind for kind in summary["quality"]["planted"]}
    for kind in ("id_digit", "id_swap", "id_15", "sex_wrong", "birth_wrong", "invalid_geometry", "outside_county"):
        assert kinds[kind]["planted"] > 0, kind
        assert kinds[kind]["found"] == kinds[kind]["planted"], kind
        assert kinds[kind]["false"] == 0, kind
    assert kinds["name_variant"]["found"] is None  # no rule on one row can know


def test_the_recipient_read_what_was_granted_and_every_other_door_was_shut(summary: dict[str, Any]) -> None:
    share = summary["share"]
    assert share["rows"] > 0
    assert share["sharing_rows"] == share["rows"]
    assert "phone" not in share["items"]
    assert {attempt: tuple(answer) for attempt, answer in share["refused"].items()} == REFUSED


def test_the_use_came_back_to_its_providers_by_three_roads(summary: dict[str, Any], house: House) -> None:
    usage = {entry["provider"]: entry for entry in summary["usage"]}
    assert usage["police"]["calls"] > 0
    assert "database" in usage["police"]["delivered"]
    assert "file" in usage["civil"]["delivered"]
    assert all("api" in entry["delivered"] for entry in usage.values())
    dropped = list((house.settings.home / "demo" / "systems" / "civil" / "feedback").iterdir())
    assert dropped
    assert not [path for path in dropped if path.suffix == ".part"]


def test_no_process_of_the_demo_is_left(house: House, summary: dict[str, Any]) -> None:
    home = str(house.settings.home)
    left = [
        process.pid
        for process in psutil.process_iter(["cmdline", "environ"])
        if process.pid != os.getpid() and any(home in part for part in process.info["cmdline"] or [])
    ]
    assert left == []


def test_accounts_are_written_for_every_role_and_readable_by_their_owner_only(
    house: House, summary: dict[str, Any]
) -> None:
    path = house.settings.home / "demo" / "accounts.json"
    assert path.stat().st_mode & 0o077 == 0
    entries = json.loads(path.read_text())
    assert {entry["role"] for entry in entries} >= {
        "steward", "publisher", "consumer", "system_admin", "security_admin", "audit_admin", "pipeline",
    }  # fmt: skip
    assert all(entry["token"] for entry in entries)


def test_no_token_password_or_person_stands_in_a_log(house: House, summary: dict[str, Any]) -> None:
    entries = json.loads((house.settings.home / "demo" / "accounts.json").read_text())
    secrets = [entry[name] for entry in entries for name in ("token", "password") if entry[name]]
    people = _some_resident_ids(house.settings.home)
    logs = [*(house.settings.home / "logs").rglob("*.log"), *(house.settings.home / "airflow" / "logs").rglob("*.log")]
    assert len(logs) > 10
    for path in logs:
        text = path.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in text], path.name
        assert not [number for number in people if number in text], path.name


def test_no_delivered_number_stands_in_a_log_or_a_sentence_of_the_registry(
    house: House, summary: dict[str, Any]
) -> None:
    assert leaks(house.settings.home) == []


def _some_resident_ids(home: Path) -> list[str]:
    import pyarrow.parquet as pq

    ids = pq.read_table(home / "demo" / "truth" / "person.parquet", columns=["resident_id"])["resident_id"]
    return [value for value in ids.to_pylist() if value]


def test_the_city_comes_alive_again_and_stops_when_asked(house: House, summary: dict[str, Any]) -> None:
    url = house.settings.public_url
    process = house.start("up")
    try:
        _wait_until(lambda: _status(f"{url}/readyz") == 200, process, seconds=120)
        _wait_until(
            lambda: _status(f"http://127.0.0.1:{house.settings.airflow_port}/api/v2/monitor/health") == 200,
            process,
            seconds=120,
        )
        assert _status(f"{url}/") in (200, 303, 307)
        entries = {e["login"]: e for e in json.loads((house.settings.home / "demo" / "accounts.json").read_text())}
        answer = httpx.get(
            f"{url}/api/v1/datasets/topic_housing_support/records",
            params={"purpose": "housing_support", "limit": 5},
            headers={"Authorization": f"Bearer {entries['housing_service']['token']}"},
            timeout=120,
        )
        assert answer.status_code == 200
        assert len(answer.json()["rows"]) == 5
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=90)
    assert list((house.settings.home / "run").glob("*.json")) == []


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=2).status_code
    except httpx.HTTPError:
        return 0


def _wait_until(ready: Any, process: subprocess.Popen[str], *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.5)
