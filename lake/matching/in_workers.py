"""What Spark's Python workers do for matching (on_spark.py): the keys of records, the functions of levels, the bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from lake.engines.duckdb import connect, quote
from lake.engines.spark.functions import answer
from lake.matching import blocking, scoring, similarity
from lake.matching.model import Task
from lake.matching.prepare import MACROS, RECORDS
from lake.matching.trained import Model
from lake.matching.weighing import weighed_now

KEYS = "record BIGINT, source STRING, loose BOOLEAN, block BIGINT"
BITS = "record_l BIGINT, record_r BIGINT, bits DOUBLE"
"""Columns of what `exploder` and `weigher` give, with Spark's types."""
_SIGNED = "CAST(CAST(block AS HUGEINT) - 9223372036854775808 AS BIGINT)"
"""A hash in the same order as a number Spark has."""
Batches = Iterator[pa.RecordBatch]


def exploder(task: Task, rank: int) -> Callable[[Batches], Batches]:
    """Records -> their keys (see blocking.keys)."""

    def explode(batches: Batches) -> Batches:
        connection = _worker()
        for batch in batches:
            connection.register(RECORDS, pa.Table.from_batches([batch]))
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {blocking.ATOMS} AS {blocking.hashed_atoms(task)}")
            connection.unregister(RECORDS)
            for rule in blocking.keys(task, rank, "TRUE"):
                found = connection.execute(f"SELECT record, source, loose, {_SIGNED} AS block FROM ({rule})")
                yield from found.to_arrow_reader()

    return explode


def weigher(model: Model) -> Callable[[Batches], Batches]:
    """Compared pairs -> their bits."""
    shipped = replace(model, shares={})  # they are in the records already

    def weigh(batches: Batches) -> Batches:
        for batch in batches:
            compared = scoring.as_compared(shipped.task, arrays(pa.Table.from_batches([batch])))
            found = weighed_now(shipped, compared)
            yield pa.RecordBatch.from_pydict(
                {"record_l": found.left, "record_r": found.right, "bits": pa.array(found.bits)}
            )

    return weigh


def asked(name: str, taken: int) -> Callable[..., pa.Array]:
    """A matching function as Spark's workers ask DuckDB for it."""
    kind = "VARCHAR" if name in similarity.TEXTS else "DOUBLE"
    given = [f"a{at}" for at in range(taken)]
    values = ", ".join(f"CAST({quote(column)} AS VARCHAR)" for column in given)

    def ask(*columns: pa.Array) -> pa.Array:
        given_rows = pa.table(dict(zip(given, columns, strict=True)))
        return answer(_worker(), given_rows, f"SELECT CAST({name}({values}) AS {kind}) AS answer FROM asked")

    return ask


@cache
def _worker() -> duckdb.DuckDBPyConnection:
    """The connection of this process, with the matching functions; one thread, because Spark counts one core for it."""
    connection = connect(functions=False)
    similarity.register(connection)
    connection.execute(MACROS)
    connection.execute("SET threads = 1")
    return connection


def arrays(table: pa.Table) -> dict[str, Any]:
    """Column -> numpy array, NaN for NULL."""
    return {name: table[name].to_numpy() for name in table.column_names}
