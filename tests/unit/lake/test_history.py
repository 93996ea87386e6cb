"""History where the contract asks for it: what opens and closes a row, and what a new item does to it."""

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from catalog.errors import ContractBroken, NotFound
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from lake.loading import history
from tests.factories.deliveries import a_contract, an_item

ITEMS = (an_item("number", key=True), an_item("name"))
CONTRACT = a_contract(items=ITEMS, options={"history": "scd2"})
DAYS = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 6)]


def stand(hub: Settings, turn: int, **columns: list[str | None]) -> None:
    rows = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    rows = rows.append_column("_batch", pa.array([f"b{turn}"] * rows.num_rows))
    tables.write(Layout(hub.lake_url).standard(CONTRACT.dataset), rows, run_id=f"judge:{turn}")


def told(
    hub: Settings, columns: str = "number, name, _batch, day(valid_from), day(valid_to)"
) -> list[tuple[object, ...]]:
    relation = tables.scan(Layout(hub.lake_url).history(CONTRACT.dataset))
    with connect(hub, functions=False) as connection:
        return connection.execute(f"SELECT {columns} FROM {relation} ORDER BY ALL NULLS LAST").fetchall()


def test_a_row_holds_from_the_batch_that_brought_it_to_the_one_that_changed_it(settings: Settings) -> None:
    stand(settings, 1, number=["a", "b"], name=["张", "李"])
    assert history.record(settings, CONTRACT, "b1", DAYS[0]) == 2
    stand(settings, 2, number=["a", "c"], name=["张", None])
    assert history.record(settings, CONTRACT, "b2", DAYS[1]) == 2
    stand(settings, 3, number=["a", "c"], name=["章", None])
    assert history.record(settings, CONTRACT, "b3", DAYS[2]) == 2
    assert told(settings) == [
        ("a", "张", "b1", 1, 3),
        ("a", "章", "b3", 3, None),
        ("b", "李", "b1", 1, 2),
        ("c", None, "b2", 2, None),
    ]


def test_an_item_added_to_the_contract_closes_the_rows_it_changes_and_loses_none(settings: Settings) -> None:
    stand(settings, 1, number=["a", "b", "c"], name=["张", "李", "王"])
    history.record(settings, CONTRACT, "b1", DAYS[0])
    stand(settings, 2, number=["a", "b"], name=["张", "李"])
    history.record(settings, CONTRACT, "b2", DAYS[1])
    wider = replace(CONTRACT, items=(*ITEMS, an_item("phone")))
    stand(settings, 3, number=["a", "b"], name=["张", "李"], phone=["139", None])
    assert history.record(settings, wider, "b3", DAYS[2])
    assert told(settings, "number, phone, day(valid_from), day(valid_to)") == [
        ("a", "139", 3, None),
        ("a", None, 1, 3),
        ("b", None, 1, None),
        ("c", None, 1, 2),
    ]


def test_only_a_contract_that_asks_has_history_and_it_needs_a_key(settings: Settings) -> None:
    stand(settings, 1, number=["a"], name=["张"])
    assert history.follow(settings, replace(CONTRACT, options={}), "b1") == 0
    with pytest.raises(NotFound):
        history.current(settings, CONTRACT.dataset)
    with pytest.raises(ContractBroken) as broken:
        history.wanted(replace(CONTRACT, items=(an_item("number"), an_item("name"))))
    assert broken.value.code == "history_without_key"
