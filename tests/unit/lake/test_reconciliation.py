"""对账: sums of keys and numbers at the source are those in the lake, and where they are not, nothing is taken."""

import sqlite3
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from catalog.database import open_session
from catalog.errors import BatchHeld
from catalog.models import Batch, Ticket
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources
from lake.loading import ingest, raw, reconciliation
from lake.loading.reconciliation import Measure, measures
from lake.sources.delivery import Delivery
from tests.factories.deliveries import NOW, a_contract, a_registry_with, an_item

CONTRACT = a_contract(locator="t", items=(an_item("no", key=True, required=True), an_item("amount")))
COLUMNS = [("no", "VARCHAR"), ("amount", "DECIMAL(18,2)"), ("wide", "DECIMAL(38,2)"), ("note", "VARCHAR")]


def test_keys_and_numbers_are_compared_and_nothing_else() -> None:
    found = measures([*COLUMNS, ("x", "DOUBLE"), ("day", "DATE")], CONTRACT)
    assert [(measure.name, measure.sql) for measure in found] == [
        ("no", "sum(strlen({c}))"),
        ("no", "count({c})"),
        ("amount", "sum({c})"),
        ("x", "sum({c})"),
    ]
    assert measures(COLUMNS, a_contract(options={"reconcile": "count"})) == ()


@pytest.mark.parametrize(
    ("told", "stored", "agrees"),
    [
        (Decimal("3.30"), [Decimal("1.10"), Decimal("2.20")], True),
        (Decimal("3.31"), [Decimal("1.10"), Decimal("2.20")], False),
        (3, [1, 2], True),
        (0.3, [0.1, 0.2], True),
        (0.31, [0.1, 0.2], False),
        (float("nan"), [float("nan"), 1.0], True),
        (None, pa.array([None, None], pa.int64()), True),
        (5, pa.array([None, None], pa.int64()), False),
    ],
)
def test_figures_are_compared_exactly_and_floating_ones_nearly(
    settings: Settings, tmp_path: Path, told: Any, stored: Any, agrees: bool
) -> None:
    rows = pa.table({"amount": stored})
    delivery = Delivery(rows.to_reader(), totals={Measure("amount", "amount", "sum({c})"): told})
    staged = raw.stage(settings, "civil_person", delivery)
    _, found = raw.measure(settings, staged, [measure.in_lake() for measure in delivery.totals])
    assert reconciliation.differing(delivery.totals, found) == (() if agrees else ("amount",))


@pytest.fixture
def department(tmp_path: Path) -> SystemSpec:
    with sqlite3.connect(tmp_path / "d.sqlite") as database:
        database.execute("CREATE TABLE t (no TEXT, amount REAL)")
        database.executemany("INSERT INTO t VALUES (?, ?)", [(f"编{n}", n / 3) for n in range(50)])
    database.close()
    return SystemSpec("civil_files", "civil", "sqlite", str(tmp_path / "d.sqlite"))


def test_a_batch_that_agrees_says_so(settings: Settings, department: SystemSpec) -> None:
    hub = a_registry_with(settings, CONTRACT)
    batch = ingest.collect(hub, CONTRACT, department, now=NOW, by="test")
    with open_session(hub) as session:
        row = session.get_one(Batch, batch.batch_id)
        assert (row.status, row.message_zh) == ("collected", "对账相符：50 行，1 列的合计与来源一致。")
    assert raw.newest(hub, CONTRACT.dataset) is not None


def test_rows_changed_on_the_way_are_not_taken(
    settings: Settings, department: SystemSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = a_registry_with(settings, CONTRACT)
    truly = sources.read

    def losing(*given: Any, **named: Any) -> Delivery:
        delivery = truly(*given, **named)
        rows = delivery.reader.read_all()
        cut = rows.set_column(0, "no", pa.array([text[:1] for text in rows.column("no").to_pylist()]))
        return Delivery(cut.to_reader(), expected=delivery.expected, totals=delivery.totals)

    monkeypatch.setattr(sources, "read", losing)
    for minute in (0, 1):
        with pytest.raises(BatchHeld) as held:
            ingest.collect(hub, CONTRACT, department, now=NOW + timedelta(minutes=minute), by="test")
        assert (held.value.code, held.value.parts["columns"]) == ("sums_differ", ["no"])
    assert raw.newest(hub, CONTRACT.dataset) is None
    with open_session(hub) as session:
        assert [(row.status, row.rows) for row in session.query(Batch)] == [("held", 0)]
        (ticket,) = session.query(Ticket)
        assert (ticket.agency, ticket.rule_id, ticket.state) == ("civil", "delivery", "open")
        assert "no" in ticket.title_en
    monkeypatch.undo()
    assert ingest.collect(hub, CONTRACT, department, now=NOW + timedelta(minutes=2), by="test").new
    with open_session(hub) as session:
        assert [row.status for row in session.query(Batch).order_by(Batch.collected_at)] == ["held", "collected"]
        assert session.query(Ticket).one().state == "open"  # until the batch is brought to the standards, too
