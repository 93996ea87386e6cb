"""A few rows of one table as they are, or as they were: of a version, or at a moment. For people of the bureau.

Nothing is masked here: whoever calls leaves a record of the look, and reaches recipients by other ways only.
"""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from catalog.errors import NotFound
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect, quote
from lake.layout import Layout
from lake.loading import history


def at_moment(
    settings: Settings, zone: str, name: str, moment: datetime | None, version: int | None
) -> tuple[str, int]:
    """SQL text of the rows of a table, usable after FROM, and the Delta version they stand in.

    moment: the version that was the newest then; in zone history the rows that held then. Raises NotFound.
    """
    uri: str = getattr(Layout(settings.lake_url), zone)(name)
    if moment is not None and zone != "history":
        version = tables.version_at(uri, moment, settings=settings)
    newest = tables.version(uri, settings=settings) if version is None else version
    relation = tables.scan(uri, newest, settings=settings)  # raises where there is none
    if moment is not None and zone == "history":
        relation = history.as_of(settings, name, moment)
    return relation, newest or 0


def rows(settings: Settings, relation: str, columns: Sequence[str], limit: int) -> pa.Table:
    """The first `limit` rows, all columns or those named; raises NotFound for a column there is not."""
    with connect(settings, functions=False) as connection:
        known = [str(row[0]) for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
        if unknown := [name for name in columns if name not in known]:
            raise NotFound(
                f"这张表没有列 {'、'.join(unknown)}。可用：{'、'.join(known)}。",
                f"The table has no column {', '.join(unknown)}. There are: {', '.join(known)}.",
                code="column_unknown",
            )
        chosen = ", ".join(map(quote, columns)) if columns else "*"
        return connection.execute(f"SELECT {chosen} FROM {relation} LIMIT {int(limit)}").to_arrow_table()
