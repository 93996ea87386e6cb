"""A delivery with somebody in it who was erased is counted as it was delivered, at every step and to everybody."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.actions import systems
from catalog.contracts import load_contract
from catalog.database import open_reader, open_session
from catalog.lineage_log import read as events
from catalog.models import Batch, ErasureMark, RuleResult, RunStep, Verdict
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps.department import load
from dags.steps.judgement import judge_waiting
from exchange_api.views import quality, runs
from lake import tables
from lake.bases.identity import secret
from lake.erasing.marks import of_number
from lake.layout import Layout
from tests.factories.deliveries import NOW, a_registry_with
from tests.unit.dags.test_lineage_events import CONTRACT

ERASED = "370683199003077074"


@pytest.fixture
def hub(settings: Settings, tmp_path: Path) -> Settings:
    """A folder with ten rows of which one is keyed by an erased person's number."""
    settings.contracts_dir.mkdir(parents=True)
    (settings.contracts_dir / "civil_person.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    a_registry_with(settings, load_contract(settings.contracts_dir / "civil_person.odcs.yaml"))
    (tmp_path / "in").mkdir()
    deliver(tmp_path, [*map(str, range(9)), ERASED])
    with open_session(settings) as session:
        spec = SystemSpec("civil_files", "civil", "files", str(tmp_path / "in"))
        systems.register(session, settings=settings, spec=spec, by="test", now=NOW)
        session.add(ErasureMark(mark=of_number(secret(settings), ERASED), erasure_id=1))
    return settings


def deliver(tmp_path: Path, numbers: list[str]) -> None:
    rows = "".join(f"{number},某\n" for number in numbers)
    (tmp_path / "in" / "a.csv").write_text(f"编号,姓名\n{rows}", encoding="utf-8")


def night(hub: Settings) -> None:
    load(hub, "civil_person", clock=lambda: datetime.now(UTC))
    assert judge_waiting(hub, clock=lambda: datetime.now(UTC)) == {}


def test_no_count_of_a_batch_tells_that_a_row_was_left_out(hub: Settings) -> None:
    night(hub)
    assert tables.rows(Layout(hub.lake_url).raw("civil_person"), settings=hub) == 9
    with open_reader(hub) as session:
        assert {one.stage: one.rows for one in session.query(RunStep)} == {
            "collect": 10, "standardise": 10, "judge": 10
        }  # fmt: skip
        assert [one.rows for one in session.query(Batch)] == [10]
        assert [(one.rows, one.accepted, one.quarantined) for one in session.query(Verdict)] == [(10, 10, 0)]
        assert {one.rows for one in runs.steps(session, agency="civil").steps} == {10}
        (judged,) = quality.newest(session, agency="civil")
    assert (judged.rows, judged.accepted) == (10, 10)
    outputs = [one["outputs"][0] for one in events(hub, limit=99) if one["eventType"] == "COMPLETE"]
    assert [one["outputFacets"]["outputStatistics"]["rowCount"] for one in outputs] == [10, 10, 10]


def test_a_delivery_is_held_against_the_last_one_as_both_were_delivered(hub: Settings, tmp_path: Path) -> None:
    night(hub)
    deliver(tmp_path, [*map(str, range(6)), ERASED])  # 7 of 10 is not over 30 % less, 6 of 10 would be
    night(hub)
    with open_reader(hub) as session:
        newest = session.query(Verdict).order_by(Verdict.judged_at.desc()).first()
        assert newest is not None
        shrunk = session.get_one(RuleResult, (newest.verdict_id, "dataset.row_count"))
    assert (newest.rows, shrunk.outcome) == (7, "passed")
