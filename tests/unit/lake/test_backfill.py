"""A day loaded again: the rows of that day and no other, once, and the nightly loads go on where they were."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from catalog.actions import systems
from catalog.contracts import load_contract
from catalog.database import open_reader, open_session
from catalog.errors import ContractBroken, HubError, InvalidInput
from catalog.models import Batch
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps import backfill, judgement
from dags.steps.department import load
from lake import tables
from lake.layout import Layout
from lake.loading import again
from tests.factories.deliveries import NOW, a_contract, a_registry_with

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: civil_person
version: 1.0.0
status: active
schema:
  - name: civil_person
    physicalName: people
    properties:
      - name: number
        physicalName: bh
        logicalType: string
        primaryKey: true
        required: true
        classification: L2
        customProperties: [{property: personal, value: none}, {property: element, value: person_no}]
      - name: name
        physicalName: xm
        logicalType: string
        classification: L2
        customProperties: [{property: personal, value: none}, {property: element, value: person_name}]
customProperties:
  - {property: agency, value: civil}
  - {property: system, value: civil_db}
  - {property: mode, value: incremental}
  - {property: watermark, value: changed}
"""
DAYS = backfill.Days(date(2026, 3, 1), date(2026, 3, 2), "civil_person")


@pytest.fixture
def department(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A department's table with rows of three days; one at the very first moment of the second."""
    with sqlite3.connect(tmp_path / "people.sqlite", isolation_level=None) as connection:
        connection.execute("CREATE TABLE people (bh TEXT PRIMARY KEY, xm TEXT, changed TEXT)")
        connection.executemany(
            "INSERT INTO people VALUES (?, ?, ?)",
            [
                ("1", "张", "2026-03-01 08:00:00"),
                ("2", "李", "2026-03-01 23:59:59"),
                ("3", "王", "2026-03-02 00:00:00"),
                ("4", "赵", "2026-03-03 10:00:00"),
            ],
        )
        yield connection
    connection.close()


@pytest.fixture
def hub(settings: Settings, tmp_path: Path, department: sqlite3.Connection) -> Settings:
    settings.contracts_dir.mkdir(parents=True)
    (settings.contracts_dir / "civil_person.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    a_registry_with(settings, load_contract(settings.contracts_dir / "civil_person.odcs.yaml"))
    with open_session(settings) as session:
        spec = SystemSpec("civil_db", "civil", "sqlite", str(tmp_path / "people.sqlite"))
        systems.register(session, settings=settings, spec=spec, by="test", now=NOW)
    return settings


class Clock:
    """A minute later at every look, so that no two batches have one moment."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def rows_of(hub: Settings) -> list[tuple[str, ...]]:
    found = tables.read(Layout(hub.lake_url).standard("civil_person"), ["number", "name"], settings=hub)
    return sorted(tuple(row.values()) for row in found.to_pylist())


def batches_of(hub: Settings) -> dict[str, tuple[int, str | None]]:
    with open_reader(hub) as session:
        return {batch.batch_id: (batch.rows, batch.position) for batch in session.query(Batch)}


def test_a_day_brings_its_own_rows_once_and_the_next_night_goes_on_where_it_was(
    hub: Settings, department: sqlite3.Connection
) -> None:
    clock = Clock()
    first = load(hub, "civil_person", clock=clock)
    assert judgement.judge_waiting(hub, clock=clock) == {}
    # The department corrects old rows without touching their watermark: no nightly load would ever see it.
    department.execute("UPDATE people SET xm = '李四' WHERE bh = '2'")
    department.execute("UPDATE people SET xm = '赵六' WHERE bh = '4'")
    assert load(hub, "civil_person", clock=clock) is None
    again_loaded = backfill.load_days(hub, "civil_person", DAYS, clock=clock)
    assert judgement.judge_waiting(hub, clock=clock) == {}
    assert rows_of(hub) == [("1", "张"), ("2", "李四"), ("3", "王"), ("4", "赵")]
    known = batches_of(hub)
    assert [known[batch] for batch in again_loaded] == [(2, "2026-03-03 10:00:00"), (1, "2026-03-03 10:00:00")]
    assert backfill.load_days(hub, "civil_person", DAYS, clock=clock) == []
    assert batches_of(hub) == known
    department.execute("INSERT INTO people VALUES ('5', '孙', '2026-03-04 00:00:00')")
    night = load(hub, "civil_person", clock=clock)
    assert first is not None
    assert night is not None
    assert batches_of(hub)[night] == (1, "2026-03-04 00:00:00")


def test_a_day_corrected_once_more_is_taken_once_more(hub: Settings, department: sqlite3.Connection) -> None:
    clock = Clock()
    load(hub, "civil_person", clock=clock)
    made = []
    for name in ("一", "二", "二"):
        department.execute("UPDATE people SET xm = ? WHERE bh = '3'", [name])
        made.append(len(backfill.load_days(hub, "civil_person", DAYS, clock=clock)))
    assert made == [2, 1, 0]


def test_a_correction_taken_back_is_taken_back_here_too(hub: Settings, department: sqlite3.Connection) -> None:
    clock = Clock()
    load(hub, "civil_person", clock=clock)
    for name in ("王", "王五", "王"):
        department.execute("UPDATE people SET xm = ? WHERE bh = '3'", [name])
        backfill.load_days(hub, "civil_person", DAYS, clock=clock)
        assert judgement.judge_waiting(hub, clock=clock) == {}
        assert ("3", name) in rows_of(hub)


def test_a_day_is_taken_again_after_a_night_that_may_have_changed_its_rows(
    hub: Settings, department: sqlite3.Connection
) -> None:
    clock = Clock()
    load(hub, "civil_person", clock=clock)
    backfill.load_days(hub, "civil_person", DAYS, clock=clock)
    department.execute("UPDATE people SET xm = '新', changed = '2026-03-05 00:00:00' WHERE bh = '3'")
    load(hub, "civil_person", clock=clock)
    department.execute("UPDATE people SET xm = '王', changed = '2026-03-02 00:00:00' WHERE bh = '3'")
    assert len(backfill.load_days(hub, "civil_person", DAYS, clock=clock)) == 2
    assert judgement.judge_waiting(hub, clock=clock) == {}
    assert ("3", "王") in rows_of(hub)


def test_a_day_without_rows_is_no_batch(hub: Settings) -> None:
    clock = Clock()
    load(hub, "civil_person", clock=clock)
    before = batches_of(hub)
    empty = backfill.Days(date(2025, 1, 1), date(2025, 1, 3), "civil_person")
    assert backfill.load_days(hub, "civil_person", empty, clock=clock) == []
    assert batches_of(hub) == before


def test_what_has_no_days_is_told_in_a_sentence(registry: Settings) -> None:
    incremental = {"mode": "incremental", "watermark": "changed"}
    day = date(2026, 3, 1)
    for contract, kind, code in (
        (a_contract(), "sqlite", "backfill_of_snapshot"),
        (a_contract(**incremental), "rest", "backfill_kind"),
        (a_contract(**incremental, items=()), "sqlite", "backfill_without_key"),
        (a_contract(**incremental), "sqlite", "backfill_before_first"),
    ):
        with pytest.raises(ContractBroken) as refused:
            again.for_day(registry, contract, kind, day)
        assert refused.value.code == code


def test_a_watermark_that_counts_has_no_days(hub: Settings, department: sqlite3.Connection) -> None:
    department.execute("UPDATE people SET changed = bh")
    clock = Clock()
    load(hub, "civil_person", clock=clock)
    with pytest.raises(HubError) as refused:
        backfill.load_days(hub, "civil_person", DAYS, clock=clock)
    assert refused.value.code == "backfill_not_by_day"


def test_a_run_knows_which_days_it_is_asked_for() -> None:
    evening = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)  # in the county it is the second of March already
    assert backfill.asked("scheduled", evening, {}) is None
    assert backfill.asked("manual", None, None) is None
    assert backfill.asked("backfill", evening, {}) == backfill.Days(date(2026, 3, 2), date(2026, 3, 2))
    asked = backfill.asked("manual", None, {"dataset": "a", "from": "2026-03-01", "to": "2026-03-04"})
    assert asked == backfill.Days(date(2026, 3, 1), date(2026, 3, 4), "a")
    for first, last in (("2026-03-02", "2026-03-01"), ("yesterday", "2026-03-01"), ("2020-01-01", "2026-01-01")):
        with pytest.raises(InvalidInput):
            backfill.asked("manual", None, {"dataset": "a", "from": first, "to": last})
