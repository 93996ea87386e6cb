"""Standardising small raw tables: from columns as delivered to the rows of the staged file."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.contracts import Contract, Item
from catalog.settings import Settings
from catalog.standards.elements import element
from lake import tables
from lake.layout import Layout
from lake.standardise import standardise

BATCH = "test_things-20261120t010000-0123abcd"


def contract(*items: str, crs: str | None = None, **kinds: str) -> Contract:
    """A contract of items written 'name:element' (or 'name', its own element); `kinds` overrides kinds by name."""
    made: list[Item] = []
    for text in items:
        name, _, code = text.partition(":")
        of = element(code or name)
        made.append(Item(name, name, name, of.code, kinds.get(name, of.kind), source_name=name, key=not made))
    return Contract(
        "test_things", "1.0.0", "物", "Things", "test", "test_files", "snapshot", "*", None, tuple(made), crs=crs
    )


def staged(settings: Settings, of: Contract, columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Write `columns` as the raw batch of `of`, standardise it, return the rows in the order of delivery."""
    raw = pa.table(columns)
    raw = raw.append_column("_row", pa.array(range(raw.num_rows), pa.int64()))
    uri = Layout(settings.lake_url).raw(of.dataset)
    tables.write(uri, raw, mode="append", run_id=BATCH, partition={"_batch": BATCH}, settings=settings)
    made = standardise(settings, of, BATCH)
    rows = sorted(pq.read_table(made.path).to_pylist(), key=lambda row: row["_row"])
    assert made.rows == len(rows)
    return rows


def told(settings: Settings, item: str, values: list[Any], **options: Any) -> list[tuple[Any, list[str]]]:
    """(value, notes without the item's name) for one column of `values` under the element `item` ('name:element')."""
    name = item.partition(":")[0]
    rows = staged(settings, contract(item, **options), {name: values})
    return [(row[name], [note.removeprefix(f"{name}:") for note in row["_notes"]]) for row in rows]
