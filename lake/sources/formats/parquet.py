"""Parquet files, as the upper-level platform hands them down (回流): native types, all columns."""

from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from catalog.contracts import Contract
from catalog.errors import SourceUnreadable
from catalog.settings import Settings
from lake.engines.duckdb import connect, literal
from lake.sources.databases.native import columns_of, projection, stream
from lake.sources.delivery import check_columns
from lake.sources.formats.delimited import unreadable


def read(settings: Settings, paths: list[Path], contract: Contract) -> pa.RecordBatchReader:
    """Rows of all files, in order."""
    places = ", ".join(literal(str(path)) for path in paths)
    relation = f"read_parquet([{places}], union_by_name = true)"
    broken = partial(_broken, paths[0])
    connection = connect(settings, functions=False)
    try:
        columns = columns_of(connection, relation)
    except duckdb.Error as error:
        connection.close()
        raise broken(error) from None
    check_columns(contract, [name for name, _ in columns], paths[0].name)
    return stream(connection, f"SELECT {projection(columns, contract)} FROM {relation}", [], broken)


def _broken(path: Path, _error: Exception) -> SourceUnreadable:
    return unreadable(path, "不是完整的 Parquet 文件", "it is no complete Parquet file")
