"""The rows that broke a rule, as they were delivered: read back from the raw batches the findings point into.

Answers hold data values: who may see them, and in which form, is decided by the caller.
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect, quote
from lake.layout import Layout

PLACE = ("_batch", "_row")
"""Where a row stands in what was delivered: the batch, and the row's number in it, from 1."""


def failing_rows(
    settings: Settings,
    dataset: str,
    rule: str,
    *,
    batches: Sequence[str],
    columns: Mapping[str, str],
    limit: int = 10_000,
) -> pa.Table:
    """At most `limit` rows that broke `rule` in `batches`: PLACE, then `columns` (item → name as delivered) as text.

    A column the raw batch does not have is NULL; geometry (binary) is left NULL, it is nothing to read in a list.
    """
    layout, found = Layout(settings.lake_url), []
    wanted = limit
    for batch in batches:
        rows = _of_batch(settings, layout, dataset, rule, batch, columns, wanted)
        found.append(rows)
        wanted -= rows.num_rows
        if wanted <= 0:
            break
    return pa.concat_tables([_schema(columns).empty_table(), *found])


def _of_batch(
    settings: Settings, layout: Layout, dataset: str, rule: str, batch: str, columns: Mapping[str, str], limit: int
) -> pa.Table:
    findings, raw = layout.findings(dataset), layout.raw(dataset)
    if any(tables.version(uri, settings=settings) is None for uri in (findings, raw)):
        return _schema(columns).empty_table()
    kinds = {field.name: field.type for field in tables.schema(raw, settings=settings)}
    broke = tables.scan(findings, only={"batch": batch}, settings=settings)
    rows = tables.scan(raw, only={"_batch": batch}, settings=settings)
    shown = "".join(f", {_text(kinds, name)} AS {quote(item)}" for item, name in columns.items())
    with connect(settings) as connection:
        table = connection.execute(
            f"SELECT $2 AS _batch, r._row AS _row{shown} FROM {rows} AS r WHERE r._row IN "
            f"(SELECT row FROM {broke} WHERE rule = $1) ORDER BY r._row LIMIT $3",
            [rule, batch, limit],
        ).to_arrow_table()
    return table.cast(_schema(columns))


def _text(kinds: Mapping[str, pa.DataType], name: str) -> str:
    kind = kinds.get(name)
    if kind is None or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return "NULL::VARCHAR"
    return f"r.{quote(name)}::VARCHAR"


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    return pa.schema([("_batch", pa.string()), ("_row", pa.int64()), *((item, pa.string()) for item in columns)])
