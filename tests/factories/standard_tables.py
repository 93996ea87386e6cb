"""Small standard tables written by hand, for building bases from them."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from catalog.settings import Settings
from lake import tables
from lake.bases.inputs import standard_inputs
from lake.layout import Layout

_ARROW = {
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "integer": pa.int64(),
    "decimal": pa.float64(),
    "boolean": pa.bool_(),
    "geometry": pa.binary(),
}


def batch_of(dataset: str, day: int = 1) -> str:
    """The id of a batch of `dataset` delivered on that day of November 2026."""
    return f"{dataset}-202611{day:02d}t010000-0123abcd"


def hold(settings: Settings, dataset: str, *rows: dict[str, Any], day: int = 1) -> None:
    """Write `rows` as the whole standard table of `dataset`; items not named are NULL."""
    kinds = standard_inputs()[dataset]
    batch = batch_of(dataset, day)
    columns = {
        "_row": pa.array(range(len(rows)), pa.int64()),
        "_batch": pa.array([batch] * len(rows), pa.string()),
        "_notes": pa.array([[] for _ in rows], pa.list_(pa.string())),
    }
    for item, kind in kinds.items():
        columns[item] = pa.array([row.get(item) for row in rows], _ARROW[kind])
    uri = Layout(settings.lake_url).standard(dataset)
    tables.write(uri, pa.table(columns), run_id=f"{batch}:judge", settings=settings)


def read(settings: Settings, uri: str) -> list[dict[str, Any]]:
    """All rows of a table."""
    return list(tables.read(uri, settings=settings).to_pylist())


def moment(year: int, month: int = 1, on: int = 1) -> datetime:
    """Midnight UTC of a day."""
    return datetime(year, month, on, tzinfo=UTC)


def day(year: int, month: int = 1, on: int = 1) -> date:
    """A day."""
    return date(year, month, on)
