"""The hub's functions on Spark, under their own names: each asks DuckDB, inside Spark's Python worker.

So there is one definition (functions.sql, spatial.sql) and no second one to fall behind it. Batches go as Arrow; every
worker needs the hub's packages, as it would for any Python function.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import duckdb
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.udf import UserDefinedFunction
from pyspark.util import PythonEvalType

from lake.engines.duckdb import connect, register_spatial
from lake.engines.hub_functions import hub_functions, spatial_functions
from lake.engines.spark.kinds import of_sql


def register(session: SparkSession, names: Iterable[str]) -> None:
    """Give `session` the functions of the hub called `names`."""
    for name in sorted(names):
        kind = answer_kind(name)
        asked = _asked(name, hub_functions()[name], kind)
        register_arrow(session, name, asked, of_sql(kind))


def register_arrow(session: SparkSession, name: str, function: Callable[..., pa.Array], kind: str) -> None:
    """Give `session` a function over Arrow columns that answers with Spark's type `kind`."""
    arrow = PythonEvalType.SQL_SCALAR_ARROW_UDF
    session.udf.register(name, UserDefinedFunction(function, kind, name=name, evalType=arrow))


@cache
def answer_kind(name: str) -> str:
    """The SQL type the function answers with, as DuckDB says it."""
    taken = ", ".join(f"CAST(NULL AS {_declared(kind)})" for kind in hub_functions()[name])
    described = _worker(name in spatial_functions()).execute(f"DESCRIBE SELECT {name}({taken}) AS answer").fetchall()
    return str(described[0][1])


def _declared(kind: str) -> str:
    return "VARCHAR" if kind == "ANY" else kind


def _asked(name: str, kinds: tuple[str, ...], kind: str) -> Callable[..., pa.Array]:
    """The function Spark sends to its workers: columns in, column out."""
    spatial = name in spatial_functions()

    def ask(*columns: pa.Array) -> pa.Array:
        given = {f"a{at}": column for at, column in enumerate(columns)}
        # Named by its type where it has one: a column of nothing but NULL has none of its own.
        taken = ", ".join(
            column if each == "ANY" else f"CAST({column} AS {each})" for column, each in zip(given, kinds, strict=False)
        )
        query = f"SELECT CAST({name}({taken}) AS {kind}) AS answer FROM asked"
        return answer(_worker(spatial), pa.table(given), query)

    return ask


def over_batches(
    frame: DataFrame, function: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]], columns: str
) -> DataFrame:
    """What `function` makes of the rows of `frame`, part by part. columns: names and Spark's types of the answer."""
    with warnings.catch_warnings():
        # pyspark warns of pandas 3; no pandas is handed to Spark here, only Arrow.
        warnings.simplefilter("ignore")
        return frame.mapInArrow(function, columns)


def answer(connection: duckdb.DuckDBPyConnection, asked: pa.Table, query: str) -> pa.Array:
    """The column `answer` of a query over relation `asked`, in its order."""
    connection.register("asked", asked)
    try:
        found = connection.execute(query).to_arrow_table().column("answer").combine_chunks()
    finally:
        connection.unregister("asked")
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found


@cache
def _worker(spatial: bool) -> duckdb.DuckDBPyConnection:
    """The connection of this process; one thread, because Spark counts one core for it."""
    connection = connect(extensions=("spatial",) if spatial else ())
    if spatial:
        register_spatial(connection)
    connection.execute("SET threads = 1")
    return connection
