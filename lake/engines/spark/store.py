"""Files of a lake in an object store, read and written by Spark's Python workers through pyarrow.

pyspark brings no jar for object stores, and none is fetched. The workers have the hub's packages anyway, and are handed
what reaches the store (no other setting) inside the function they run, over Spark's encrypted wire.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession

from catalog.settings import Settings
from lake.delta.files import DataFile, write_files
from lake.engines.spark.functions import over_batches
from lake.engines.spark.kinds import of_arrow
from lake.storage import answering, filesystem

_WRITTEN = "part INT, path STRING, size BIGINT, rows BIGINT, statistics STRING, written_ms BIGINT"
_BATCH = 50_000
_REACHING = ("home", "lake_url", "s3_endpoint", "s3_access_key", "s3_secret_key", "s3_region", "s3_allow_http")
Batches = Iterator[pa.RecordBatch]


def read(
    session: SparkSession, places: Sequence[str], stored: Mapping[str, pa.DataType], settings: Settings
) -> DataFrame:
    """The columns `stored` of Parquet files, each file by one worker; NULL where a file lacks a column."""
    listed = session.createDataFrame(pa.table({"place": pa.array(places, pa.string())})).repartition(len(places))
    columns = ", ".join(f"`{name}` {of_arrow(kind)}" for name, kind in stored.items())
    schema = pa.schema(list(stored.items()))
    return over_batches(listed, _reader(schema, _reaching(settings)), columns)


def _reader(schema: pa.Schema, settings: Settings) -> Callable[[Batches], Batches]:
    def rows(batches: Batches) -> Batches:
        for place in (place for batch in batches for place in batch.column("place").to_pylist()):
            store, path = filesystem(place, settings)
            with answering(place), store.open_input_file(path) as opened:
                file = pq.ParquetFile(opened)
                held = [name for name in schema.names if name in file.schema_arrow.names]
                for batch in file.iter_batches(_BATCH, columns=held):
                    yield _shaped(batch, schema)

    return rows


def _shaped(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    def column(field: pa.Field) -> pa.Array:
        held = field.name in batch.schema.names
        return batch.column(field.name).cast(field.type) if held else pa.nulls(batch.num_rows, field.type)

    return pa.RecordBatch.from_arrays([column(field) for field in schema], schema=schema)


def write(frame: DataFrame, uri: str, schema: pa.Schema, *, run: str, settings: Settings) -> list[DataFile]:
    """Let the workers write the rows of `frame` under `uri`; the files in the order of the rows, nothing committed."""
    written = over_batches(frame, _writer(uri, schema, run, _reaching(settings)), _WRITTEN).collect()
    ordered = sorted(written, key=lambda row: (row["part"], row["path"]))
    return [DataFile(row["path"], row["size"], row["rows"], row["statistics"], row["written_ms"]) for row in ordered]


def _writer(uri: str, schema: pa.Schema, run: str, settings: Settings) -> Callable[[Batches], Batches]:
    def files(batches: Batches) -> Batches:
        context = TaskContext.get()
        part = context.partitionId() if context else 0
        first = next(batches, None)
        if first is None:
            return

        def rows() -> Batches:
            yield first
            yield from batches

        reader = pa.RecordBatchReader.from_batches(first.schema, rows())
        for file in write_files(uri, reader, schema, run=run, settings=settings):
            told = {"part": pa.array([part], pa.int32()), "path": [file.path], "size": [file.size], "rows": [file.rows]}
            yield pa.RecordBatch.from_pydict({**told, "statistics": [file.statistics], "written_ms": [file.written_ms]})

    return files


def _reaching(settings: Settings) -> Settings:
    """What a worker needs to reach the store, and nothing besides: the other secrets stay here."""
    return Settings.model_construct(**{name: getattr(settings, name) for name in _REACHING})
