"""`python -m dags.steps <dataset>`: what came, what was not published and why, and an exit code that agrees."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog import queries
from catalog.actions import agencies, datasets, systems
from catalog.contracts import load_contract
from catalog.database import open_session
from catalog.models import RunStep
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps.__main__ import main
from tests.integration.quality.test_life_of_a_bad_row import CONTRACT

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.fixture
def database(registry: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The department's database, with one person aided; the environment names the hub."""
    monkeypatch.setenv("SHUNIU_HOME", str(registry.home))
    monkeypatch.setenv("SHUNIU_LANGUAGE", "zh")
    database, path = tmp_path / "civil.sqlite", registry.contracts_dir / "civil_aid.odcs.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CONTRACT, encoding="utf-8")
    who: dict[str, Any] = {"by": "test", "now": NOW}
    with open_session(registry) as session:
        for code in ("civil", "bureau"):
            agencies.register(session, code=code, name_zh=code, name_en=code, **who)
        spec = SystemSpec("civil_db", "civil", "sqlite", str(database))
        systems.register(session, settings=registry, spec=spec, **who)
        datasets.register_contract(session, contract=load_contract(path), hub_id=registry.hub_id, **who)
    say(database, "CREATE TABLE jzdx (bh TEXT PRIMARY KEY, xm TEXT, sfzh TEXT)")
    say(database, "INSERT INTO jzdx VALUES ('3', '张三', '341822199602290124')")
    return database


def say(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(statement)
    connection.close()


def test_an_emptied_delivery_is_said_not_to_be_published_and_ends_otherwise_than_a_good_one(
    registry: Settings, database: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["civil_aid"]) == 0
    said = capfd.readouterr().out
    assert "接收 civil_aid：批次 civil_aid-" in said
    assert said.endswith("已发布 1 个数据集，未完成 0 个。\n")
    assert main(["civil_aid"]) == 0
    assert "没有新数据" in capfd.readouterr().out
    say(database, "DELETE FROM jzdx")
    assert main(["civil_aid"]) == 1
    sentence = "未发布：dataset.not_empty（数据批次没有任何行）未通过，沿用第 1 版。"
    said = capfd.readouterr()
    assert said.err == f"civil_aid: {sentence}\n"
    assert said.out.endswith("已发布 0 个数据集，未完成 1 个。\n"), "what was not published is not said to be"
    with open_session(registry) as session:
        step = session.query(RunStep).filter_by(stage="publish").order_by(RunStep.step_id.desc()).first()
        assert step is not None
        assert (step.ok, step.rows, step.code, step.message_zh) == (True, 0, "not_published", sentence)
        version = queries.published(session, "civil_aid")
        assert version is not None
        assert (version.version, version.rows) == (1, 1)


def test_a_name_that_is_not_in_the_catalogue_is_said_before_anything_is_done(
    registry: Settings, database: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["civil_aid", "civil_aids"]) == 1
    said = capfd.readouterr()
    assert ("civil_aids" in said.err, said.out) == (True, "")
    with open_session(registry) as session:
        assert session.query(RunStep).count() == 0


def test_only_the_datasets_named_are_judged_and_published(
    registry: Settings, database: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = registry.contracts_dir / "civil_other.odcs.yaml"
    path.write_text(CONTRACT.replace("civil_aid", "civil_other"), encoding="utf-8")
    with open_session(registry) as session:
        datasets.register_contract(session, contract=load_contract(path), hub_id=registry.hub_id, by="test", now=NOW)
    assert main(["civil_aid"]) == main(["civil_other"]) == 0
    with open_session(registry) as session:
        asked = [(step.stage, step.dataset) for step in session.query(RunStep).order_by(RunStep.step_id)]
    assert asked == [
        (stage, dataset)
        for dataset in ("civil_aid", "civil_other")
        for stage in ("collect", "standardise", "judge", "publish")
    ]
