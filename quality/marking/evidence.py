"""What a steward drills down to: which row of a delivery broke which rule. The rows themselves: lake.reading.evidence.

The key of a row is a data value: who may see it is decided by the caller.
"""

import pyarrow as pa

from catalog import queries
from catalog.database import open_reader
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout

FINDINGS = pa.schema(
    [
        ("dataset", pa.string()),
        ("batch", pa.string()),
        ("row", pa.int64()),
        ("key", pa.string()),
        ("rule", pa.string()),
        ("item", pa.string()),
        ("severity", pa.string()),
        ("judged_at", pa.timestamp("us", "UTC")),
    ]
)
"""One row per row and rule it broke. `row` is the row's number in its raw batch; `key` its key items joined by '|'."""


def findings(settings: Settings, dataset: str, *, rule: str = "", batch: str = "", limit: int = 100) -> pa.Table:
    """At most `limit` findings of one batch (default: the one judged last), of one rule if named, in order of rows."""
    chosen = batch or _last_batch(settings, dataset)
    uri = Layout(settings.lake_url).findings(dataset)
    if chosen is None or not kept(settings, dataset):
        return FINDINGS.empty_table()
    source = tables.scan(uri, only={"batch": chosen}, settings=settings)
    names = ", ".join(f'"{name}"' for name in FINDINGS.names)
    with connect(settings) as connection:
        found = connection.execute(
            f"SELECT {names} FROM {source} WHERE rule = $1 OR $1 = '' ORDER BY row, rule LIMIT $2", [rule, limit]
        ).to_arrow_table()
    return found.cast(FINDINGS)


def kept(settings: Settings, dataset: str) -> bool:
    """Whether the lake holds findings of that dataset at all."""
    return tables.version(Layout(settings.lake_url).findings(dataset), settings=settings) is not None


def _last_batch(settings: Settings, dataset: str) -> str | None:
    with open_reader(settings) as session:
        last = queries.last_verdict(session, dataset)
        return last.batch_id if last else None
