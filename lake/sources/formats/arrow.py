"""Arrow files (IPC, Feather 2) and Arrow streams: native types, all columns, batch by batch.

A batch is checked before it is used: Arrow trusts what a file says of its own lengths, and a file may say anything.
"""

import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import ipc

from catalog.contracts import Contract
from catalog.errors import HubError, SourceUnreadable
from catalog.settings import Settings
from lake.engines.duckdb import connect
from lake.sources.databases.native import columns_of, projection, stream
from lake.sources.delivery import check_columns
from lake.sources.formats import arrow_sizes
from lake.sources.formats.delimited import unreadable


def read(settings: Settings, paths: list[Path], contract: Contract) -> pa.RecordBatchReader:
    """Rows of all files, in order; all must have the columns of the first. Raises SourceUnreadable, ContractBroken."""
    broken = partial(_broken, paths[0])
    for path in paths:
        _check_sizes(settings, path)
    schema = _schema(paths[0])
    check_columns(contract, schema.names, paths[0].name)
    connection = connect(settings, functions=False)
    try:
        connection.register("delivered", pa.RecordBatchReader.from_batches(schema, _batches(paths, schema)))
        columns = columns_of(connection, "delivered")
    except (duckdb.Error, pa.ArrowException) as error:
        connection.close()
        raise broken(error) from None
    return stream(connection, f"SELECT {projection(columns, contract)} FROM delivered", [], broken)


def _check_sizes(settings: Settings, path: Path) -> None:
    try:
        arrow_sizes.check(settings, path)
    except (pa.ArrowException, struct.error, OSError) as error:
        raise _broken(path, error) from None


def _schema(path: Path) -> pa.Schema:
    try:
        with pa.memory_map(str(path)) as source:
            return _opened(path, source).schema
    except (pa.ArrowException, OSError) as error:
        raise _broken(path, error) from None


def _batches(paths: list[Path], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for path in paths:
        with pa.memory_map(str(path)) as source:
            reader = _opened(path, source)
            if not reader.schema.equals(schema):
                raise pa.ArrowInvalid("another schema than the first file's")
            whole = isinstance(reader, ipc.RecordBatchFileReader)
            for batch in map(reader.get_batch, range(reader.num_record_batches)) if whole else reader:
                batch.validate(full=True)
                yield batch


def _opened(path: Path, source: pa.MemoryMappedFile) -> ipc.RecordBatchFileReader | ipc.RecordBatchStreamReader:
    return ipc.open_file(source) if arrow_sizes.is_file(path) else ipc.open_stream(source)


def _broken(path: Path, error: Exception) -> HubError:
    if isinstance(error, SourceUnreadable):
        return error
    return unreadable(
        path, "不是完整的 Arrow 文件，或各文件的列不一致", "it is no complete Arrow file, or the files' columns differ"
    )
