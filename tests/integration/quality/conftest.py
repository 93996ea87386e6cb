"""A small contract with one item of every family, and batches of it staged as the standardiser leaves them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.contracts import Contract, Item, RowRule
from catalog.settings import Settings
from lake import tables
from lake.layout import Layout

KINDS = {
    "string": pa.string(),
    "date": pa.date32(),
    "integer": pa.int64(),
    "decimal": pa.float64(),
    "timestamp": pa.timestamp("us"),
    "geometry": pa.binary(),
}
ITEMS = (
    Item("person_no", "人员编号", "Person number", "person_no", "string", key=True, required=True),
    Item("resident_id", "公民身份号码", "Identity number", "resident_id", "string", required=True),
    Item("sex", "性别", "Sex", "sex", "string"),
    Item("birth_date", "出生日期", "Date of birth", "birth_date", "date"),
    Item("phone", "联系电话", "Telephone", "phone", "string"),
    Item("amount", "金额", "Amount", "amount", "decimal"),
    Item("updated_at", "更新时间", "Updated", "updated_at", "timestamp"),
)
OWN = (RowRule("amount_negative", "amount < 0", "warn", "0104", "金额为负", "the amount is negative", ("amount",)),)

StageRows = Callable[..., str]


def contract_of(
    mode: str = "snapshot", *, rules: tuple[RowRule, ...] = OWN, items: tuple[Item, ...] = ITEMS
) -> Contract:
    """A contract over `items`, delivered daily by the police."""
    return Contract(
        dataset="police_person",
        version="1.0.0",
        title_zh="人口",
        title_en="People",
        agency="police",
        system="police_db",
        mode=mode,
        locator="people",
        watermark="updated_at" if mode == "incremental" else None,
        items=items,
        row_rules=rules,
        update_cycle="daily",
    )


@pytest.fixture
def contract() -> Contract:
    """The snapshot contract of the tests."""
    return contract_of()


@pytest.fixture
def stage(registry: Settings) -> StageRows:
    """Stage rows (dicts of item values, optionally `_notes` and `_bad`) as batch number `serial`; returns its id."""

    def write(rows: list[dict[str, Any]], *, serial: int = 1, items: tuple[Item, ...] = ITEMS) -> str:
        batch_id = f"police_person-2026112{serial}-0123abc{serial}"
        columns: dict[str, pa.Array] = {
            "_row": pa.array(range(len(rows)), pa.int64()),
            "_batch": pa.array([batch_id] * len(rows), pa.string()),
            "_notes": pa.array([row.get("_notes", []) for row in rows], pa.list_(pa.string())),
            "_bad": pa.array([row.get("_bad", []) for row in rows], pa.list_(pa.string())),
        }
        columns |= {item.name: pa.array([row.get(item.name) for row in rows], KINDS[item.kind]) for item in items}
        path = Path(Layout(registry.lake_url).staging("police_person", batch_id))
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), path)
        return batch_id

    return write


def zone(settings: Settings, name: str) -> list[dict[str, Any]]:
    """Rows of police_person in one zone, in stored order; none when the table is not there."""
    uri = getattr(Layout(settings.lake_url), name)("police_person")
    return tables.read(uri).to_pylist() if tables.version(uri) is not None else []
