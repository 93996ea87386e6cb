"""Write the Parquet files of a table, in the order the rows are given, with the statistics Delta keeps of them.

deltalake's own writer interleaves batches, so a key-sorted table would lose its order; therefore files are written
here and only the commit is left to deltalake (lake/delta/commit.py). Files are invisible until they are committed.
"""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import InvalidInput
from catalog.settings import Settings
from lake.delta.encoding import as_stored, dictionary_columns, parquet_writer
from lake.storage import answering, filesystem

ROW_GROUP_ROWS = 122_880
TARGET_BYTES = 96 * 1024 * 1024
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_STATISTIC = 64  # longer texts are no use for pruning and would bloat the log


@dataclass(frozen=True)
class DataFile:
    """One written file: `path` relative to its table, size in bytes, rows, Delta statistics as JSON, time in ms."""

    path: str
    size: int
    rows: int
    statistics: str
    written_ms: int


def storable(schema: pa.Schema) -> pa.Schema:
    """The schema the rows are stored with: only types every Delta reader knows, no metadata.

    Raises InvalidInput for a timestamp without a time zone: it would need a Delta feature old readers lack, and
    nobody could say which moment it means.
    """
    return pa.schema([pa.field(field.name, _storable_type(field), field.nullable) for field in schema])


def _storable_type(field: pa.Field) -> pa.DataType:
    kind = field.type
    if pa.types.is_timestamp(kind):
        return _storable_timestamp(field)
    if pa.types.is_dictionary(kind):
        return _storable_type(pa.field(field.name, kind.value_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(pa.field("element", _storable_type(pa.field(field.name, kind.value_type))))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(part.name, _storable_type(part)) for part in kind])
    return _PLAIN.get(kind, kind)


def _storable_timestamp(field: pa.Field) -> pa.DataType:
    if field.type.tz is None:
        raise InvalidInput(
            f"数据项 {field.name} 是没有时区的时间。请先转换为带时区的时间。",
            f"{field.name} is a timestamp without a time zone. Give it one before it is stored.",
            code="timestamp_without_zone",
            item=field.name,
        )
    return pa.timestamp("us", "UTC")


_PLAIN: dict[pa.DataType, pa.DataType] = {
    pa.large_string(): pa.string(),
    pa.string_view(): pa.string(),
    pa.large_binary(): pa.binary(),
    pa.binary_view(): pa.binary(),
    pa.null(): pa.string(),
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.uint64(): pa.decimal128(20, 0),
    pa.float16(): pa.float32(),
    pa.date64(): pa.date32(),
}


def write_files(
    uri: str, rows: pa.RecordBatchReader, schema: pa.Schema, *, run: str, settings: Settings | None = None
) -> list[DataFile]:
    """Write `rows` under `uri` as Parquet files of about 96 MB, in order; nothing is committed. No rows: no files.

    Whatever was written is removed again when a batch cannot be read or stored.
    """
    store, root = filesystem(uri, settings)
    written: list[DataFile] = []
    prefix = f"part-{run}-{uuid4().hex[:8]}"
    try:
        for batch_group in _files(_row_groups(rows, schema)):
            name = f"{prefix}-{len(written):05d}.parquet"
            written.append(DataFile(name, 0, 0, "", 0))  # known before it exists, so that a failure removes it too
            with answering(uri):
                with store.open_output_stream(f"{root}/{name}") as sink:
                    metadata = _write_one(sink, batch_group)
                size = store.get_file_info(f"{root}/{name}").size
            written[-1] = DataFile(name, size, metadata.num_rows, statistics(metadata, schema), time_ms())
    except BaseException:
        remove_files(uri, written, settings=settings)
        raise
    return written


def remove_files(uri: str, files: list[DataFile], *, settings: Settings | None = None) -> None:
    """Remove written but uncommitted files; one that is gone already is no matter."""
    store, root = filesystem(uri, settings)
    for file in files:
        with contextlib.suppress(FileNotFoundError), answering(uri):
            store.delete_file(f"{root}/{file.path}")


def time_ms() -> int:
    """Milliseconds since 1970: the modification time Delta keeps per file, only ever used to order and to vacuum."""
    return time.time_ns() // 1_000_000


class _Group:
    """The row groups of one file: ends when the file has reached its size, and says whether more rows follow."""

    def __init__(self, groups: Iterator[pa.Table]) -> None:
        self.groups = groups
        self.waiting: pa.Table | None = next(groups, None)


def _files(groups: Iterator[pa.Table]) -> Iterator[_Group]:
    source = _Group(groups)
    while source.waiting is not None:
        yield source


def _write_one(sink: Any, source: _Group) -> pq.FileMetaData:
    assert source.waiting is not None
    writer = parquet_writer(sink, source.waiting.schema, dictionary_columns(source.waiting))
    with writer:
        while source.waiting is not None and sink.tell() < TARGET_BYTES:
            writer.write_table(source.waiting, row_group_size=ROW_GROUP_ROWS)
            source.waiting = next(source.groups, None)
    return writer.writer.metadata


def _row_groups(rows: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in rows:
        while batch.num_rows:
            part = batch.slice(0, ROW_GROUP_ROWS - count)
            batch = batch.slice(part.num_rows)
            waiting.append(part)
            count += part.num_rows
            if count == ROW_GROUP_ROWS:
                yield _as_stored(waiting, schema)
                waiting, count = [], 0
    if waiting:
        yield _as_stored(waiting, schema)


def _as_stored(batches: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    table = pa.Table.from_batches(batches)
    return table if table.schema.equals(schema) else as_stored(table, schema)


def statistics(metadata: pq.FileMetaData, schema: pa.Schema) -> str:
    """Delta's statistics of one file, from its own footer: rows, null counts, smallest and greatest values."""
    found: dict[str, Any] = {"numRecords": metadata.num_rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    flat = {field.name for field in schema if not pa.types.is_nested(field.type)}
    for column in range(metadata.num_columns):
        chunks = [metadata.row_group(group).column(column) for group in range(metadata.num_row_groups)]
        if chunks and (name := chunks[0].path_in_schema) in flat:
            _column_statistics(found, name, [chunk.statistics for chunk in chunks])
    return json.dumps(found, ensure_ascii=False)


def _column_statistics(found: dict[str, Any], name: str, parts: list[Any]) -> None:
    if any(part is None or not part.has_null_count for part in parts):
        return
    found["nullCount"][name] = sum(part.null_count for part in parts)
    ranges = [part for part in parts if part.has_min_max]
    if not ranges or any(not part.has_min_max and part.num_values for part in parts):
        return
    low = _json_value(min(_bound(part, "min") for part in ranges), widen=False)
    high = _json_value(max(_bound(part, "max") for part in ranges), widen=True)
    if low is not None and high is not None:
        found["minValues"][name], found["maxValues"][name] = low, high


def _bound(part: Any, end: str) -> Any:
    """The smallest or greatest value of a row group. A moment is taken raw: pyarrow would import pandas to make it."""
    if part.logical_type.type != "TIMESTAMP":
        return getattr(part, end)
    return EPOCH + timedelta(microseconds=getattr(part, f"{end}_raw"))


def _json_value(value: Any, *, widen: bool) -> str | int | float | None:
    match value:
        case bool() | bytes():
            return None
        case datetime():
            # The log keeps milliseconds: the upper end is widened, else the newest rows would be pruned away.
            moment = value.astimezone(UTC) + (timedelta(milliseconds=1) if widen else timedelta())
            return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
        case date():
            return value.isoformat()
        case str():
            return value if len(value) <= LONGEST_STATISTIC else None
        case int():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else None
        case _:
            return None
