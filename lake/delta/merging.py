"""What a merge by key replaces: which files hold a key of the incoming rows, and what is written in their place.

Copy on write: files without such a key stay as they are. The commit is made by lake/tables.py.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from catalog.errors import InvalidInput
from catalog.settings import Settings
from lake.delta.relation import Part, relation
from lake.engines.duckdb import connect, literal, quote

SMALL_BYTES = 8 * 1024 * 1024
MOST_SMALL = 16  # more small files than this are written together at the next merge


def unique(rows: pa.Table | pa.RecordBatchReader, keys: Sequence[str], settings: Settings | None) -> pa.Table:
    """`rows` as a table; raises InvalidInput when a key stands twice."""
    incoming = rows if isinstance(rows, pa.Table) else rows.read_all()
    with connect(settings, functions=False) as connection:
        connection.register("incoming", incoming)
        names = ", ".join(quote(name) for name in keys)
        twice = connection.execute(f"SELECT 1 FROM incoming GROUP BY {names} HAVING count(*) > 1 LIMIT 1").fetchall()
    if twice:
        raise InvalidInput(
            f"合并的数据中主键（{'、'.join(keys)}）有重复。请先去重。",
            f"A key ({', '.join(keys)}) stands twice in the rows to merge. Remove duplicates first.",
            code="key_not_unique",
            items=list(keys),
        )
    return incoming


def touched(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part], keys: Sequence[str]) -> list[Part]:
    """The parts that hold a key of `incoming`; with many small parts those as well, so that they never pile up."""
    if not parts:
        return []
    places = ", ".join(literal(part.place) for part in parts)
    found = connection.execute(
        f"SELECT DISTINCT filename FROM read_parquet([{places}], filename = true, union_by_name = true) AS stored"
        f" WHERE EXISTS (SELECT 1 FROM incoming WHERE {_same_key(keys)})"
    ).fetchall()
    hit = {place for (place,) in found}
    small = [part for part in parts if part.size < SMALL_BYTES]
    if len(small) > MOST_SMALL:
        hit |= {part.place for part in small}
    return [part for part in parts if part.place in hit]


def merged_sql(schema: pa.Schema, replaced: Sequence[Part], keys: Sequence[str]) -> str:
    """The rows of the replaced parts without the incoming keys, and the incoming rows, sorted by key."""
    names = ", ".join(quote(name) for name in keys)
    kept = (
        f"SELECT * FROM {relation(schema, (), replaced)} AS stored"
        f" WHERE NOT EXISTS (SELECT 1 FROM incoming WHERE {_same_key(keys)})"
    )
    return f"SELECT * FROM ({kept} UNION ALL BY NAME SELECT * FROM incoming) ORDER BY {names}"


def _same_key(keys: Sequence[str]) -> str:
    return " AND ".join(f"incoming.{quote(name)} IS NOT DISTINCT FROM stored.{quote(name)}" for name in keys)
