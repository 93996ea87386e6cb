"""A command that cannot know says so; one that only reads makes nothing."""

import json
from pathlib import Path

import pytest

from catalog.settings import Settings
from tests.unit.cli.conftest import Shuniu

CONTRACTS = Path(__file__).resolve().parents[3] / "demo" / "contracts"


def test_findings_that_are_not_in_the_lake_are_not_called_none(shuniu: Shuniu, city: Settings) -> None:
    said = shuniu("quality", "findings", "police_person", home=city.home)
    assert said.code == 1
    assert "没有 police_person 的问题表" in said.err


def test_findings_of_a_rule_nobody_knows_are_a_wrong_call(shuniu: Shuniu, city: Settings) -> None:
    said = shuniu("quality", "findings", "land_parcel", "--rule", "resident_id.nope", home=city.home)
    assert said.code == 2
    assert "没有规则 resident_id.nope" in said.err


def test_starting_the_pipeline_of_a_department_nobody_knows_asks_airflow_nothing(
    shuniu: Shuniu, city: Settings
) -> None:
    said = shuniu("run", "start", "nobody", home=city.home)
    assert said.code == 1
    assert "没有部门 nobody" in said.err


def test_a_day_of_what_comes_whole_is_not_loaded_again_and_a_wrong_day_is_a_wrong_call(
    shuniu: Shuniu, city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNIU_CONTRACTS_DIR", str(CONTRACTS))
    said = shuniu("run", "backfill", "police_person", "--from", "2026-03-01", home=city.home)
    assert said.code == 1
    assert "police_person 每次整体交付" in said.err
    said = shuniu("run", "backfill", "police_person", "--from", "2026-03-02", "--to", "2026-03-01", home=city.home)
    assert said.code == 2
    assert "2026-03-01" in said.err


def test_an_airflow_that_does_not_answer_is_said_with_the_variables_that_name_it(
    shuniu: Shuniu, city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNIU_AIRFLOW_URL", "http://127.0.0.1:9")
    said = shuniu("run", "start", "police", home=city.home)
    assert said.code == 1
    assert "SHUNIU_AIRFLOW_PORT" in said.err


@pytest.mark.parametrize(
    "command",
    [("audit", "verify"), ("audit", "show"), ("dataset", "list"), ("lake", "status"), ("quality", "list")],
)
def test_reading_a_mistyped_home_fails_and_does_not_make_it(
    shuniu: Shuniu, tmp_path: Path, command: tuple[str, ...]
) -> None:
    said = shuniu(*command, home=tmp_path / "mistyped")
    assert said.code == 1
    assert "SHUNIU_HOME" in said.err
    assert not (tmp_path / "mistyped").exists()


def test_a_trail_without_the_hubs_key_is_not_proved(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    said = shuniu("audit", "verify", "--folder", str(city.audit_dir), home=tmp_path)
    assert said.code == 1
    assert "没有审计签名密钥" in said.err
    assert not list(tmp_path.iterdir())


def test_the_trail_is_verified_without_a_spinner_in_a_pipe(shuniu: Shuniu, city: Settings) -> None:
    said = shuniu("audit", "verify", home=city.home)
    assert (said.code, said.err) == (0, "")


def test_audit_records_are_shown_in_legal_time_and_kept_in_utc_for_programs(shuniu: Shuniu, city: Settings) -> None:
    newest = json.loads(shuniu("audit", "show", "--limit", "1", "--json", home=city.home).out)[0]
    for_people = shuniu("audit", "show", "--limit", "1", home=city.home).out
    assert newest["at"][:19].replace("T", " ") not in for_people
    assert "允许" in for_people or "拒绝" in for_people


def test_one_step_is_shown_in_the_words_of_the_listing(shuniu: Shuniu, city: Settings) -> None:
    step = json.loads(shuniu("run", "list", "--failed", "--json", home=city.home).out)[0]
    page = shuniu("run", "show", str(step["step_id"]), home=city.home).out
    assert "自然资源和规划局" in page
    assert "collect" not in page
    assert json.loads(shuniu("run", "show", str(step["step_id"]), "--json", home=city.home).out)["stage"] == "collect"


def test_a_backup_where_nothing_can_be_written_is_a_sentence(shuniu: Shuniu, city: Settings) -> None:
    said = shuniu("backup", "/proc/nowhere", home=city.home)
    assert said.code == 1
    assert "无法写入 /proc/nowhere（没有这个位置）。" in said.err
    assert "(no such place)" in shuniu("backup", "/proc/nowhere", home=city.home, language="en").err


def test_a_backup_of_a_mistyped_home_leaves_nothing_behind(shuniu: Shuniu, tmp_path: Path) -> None:
    said = shuniu("backup", str(tmp_path / "backup"), home=tmp_path / "mistyped")
    assert said.code == 1
    assert "没有登记库" in said.err
    assert not list(tmp_path.iterdir())
