"""Delta tables read and written by Spark without Delta's own jar, which no package brings.

Read: the files of one version, as the log lists them. Written: Parquet by the workers inside the table's folder, unseen
until one commit through lake/delta/commit.py makes the files the table. A folder must be one every worker sees; a lake
in an object store is reached by the workers themselves (store.py).
"""

import contextlib
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from catalog.errors import ConfigurationError, Conflict, NotFound
from catalog.settings import Settings
from lake.delta.commit import Change, arrow_schema, commit, has_run, open_table
from lake.delta.files import DataFile, remove_files, statistics, storable, time_ms
from lake.engines.spark import store
from lake.engines.spark.kinds import of_arrow, of_sql
from lake.layout import is_remote

_READABLE = {"timestampNtz"}


def read(
    session: SparkSession, uri: str, version: int | None, columns: Mapping[str, str], settings: Settings
) -> DataFrame:
    """`columns` (name -> SQL type) of one version of the table; no rows without a version, NULL where it lacks one.

    Raises ConfigurationError for a table that only a full Delta reader understands.
    """
    wanted = ", ".join(f"`{name}` {of_sql(kind)}" for name, kind in columns.items())
    empty = session.createDataFrame([], wanted)
    if version is None:
        return empty
    table = open_table(uri, settings, version)
    if table is None:
        raise NotFound("湖中没有这张表。", "The lake has no such table.", code="table_missing")
    _check(table)
    partitioned = set(table.metadata().partition_columns)
    kinds = [field.name for field in table.schema().fields if field.name in columns]
    found = empty
    for values, places in _groups(uri, table, [name for name in kinds if name in partitioned]):
        names = [name for name in kinds if name not in partitioned]
        if not names:
            continue
        rows = _stored(session, table, places, names, settings)
        for name, value in values.items():
            # From the log: Spark takes the text of a folder's name byte by byte and spoils every Chinese value.
            rows = rows.withColumn(name, F.lit(value))
        chosen = [
            (F.col(name) if name in kinds else F.lit(None)).cast(of_sql(kind)).alias(name)
            for name, kind in columns.items()
        ]
        found = rows.select(*chosen) if found is empty else found.unionByName(rows.select(*chosen))
    return found


def _stored(
    session: SparkSession, table: DeltaTable, places: Sequence[str], names: Sequence[str], settings: Settings
) -> DataFrame:
    """The columns `names` of the files at `places`, with the types the table has them in."""
    if is_remote(places[0]):
        types = {field.name: field.type for field in storable(arrow_schema(table))}
        return store.read(session, places, {name: types[name] for name in names}, settings)
    kinds = {field.name: str(field.type.type) for field in table.schema().fields}
    wanted = ", ".join(f"`{name}` {kinds[name]}" for name in names)
    return session.read.schema(wanted).parquet(*map(_exactly, places))


def _check(table: DeltaTable) -> None:
    """Refuse what the file list alone does not tell: deleted rows beside the files, columns under other names."""
    protocol = table.protocol()
    beyond = set(protocol.reader_features or ()) - _READABLE
    mapped = table.metadata().configuration.get("delta.columnMapping.mode", "none") != "none"
    if (protocol.min_reader_version > 1 and beyond) or mapped:
        raise ConfigurationError(
            "该表使用了需要完整 Delta 读取器的特性，Spark 引擎无法读取。请用 SHUNIU_ENGINE=duckdb 处理。",
            "This table uses features that need a full Delta reader; the Spark engine cannot read it."
            " Use SHUNIU_ENGINE=duckdb.",
            code="spark_cannot_read_table",
        )


def _groups(uri: str, table: DeltaTable, partitions: Sequence[str]) -> list[tuple[dict[str, str | None], list[str]]]:
    """Files by their partition values."""
    found: dict[tuple[str | None, ...], list[str]] = {}
    for action in pa.table(table.get_add_actions(flatten=True)).to_pylist():
        values = tuple(action.get(f"partition.{name}") for name in partitions)
        # The log encodes the name once more than the file does.
        found.setdefault(values, []).append(f"{uri.rstrip('/')}/{unquote(action['path'])}")
    return [(dict(zip(partitions, values, strict=True)), sorted(places)) for values, places in found.items()]


def _exactly(place: str) -> str:
    """The place as Spark takes it literally: it reads a path as a pattern."""
    return re.sub(r"([\\*?\[\]{}])", r"\\\1", place)


def write(
    frame: DataFrame, uri: str, schema: pa.Schema, *, run_id: str, facts: Mapping[str, str], settings: Settings
) -> None:
    """Replace the table at `uri` by the rows of `frame` in its order; once per `run_id`. Nothing is seen before.

    schema: what the table's columns are, whatever `frame` calls their types. Raises Conflict as lake.tables.write does,
    ConfigurationError when the workers do not write where this process reads.
    """
    table = open_table(uri, settings)
    if table is not None and has_run(table, run_id):
        return
    ordered = frame.select(*_typed(schema))
    write_and_commit = _through_store if is_remote(uri) else _through_folder
    write_and_commit(ordered, uri, table, Change("overwrite", run_id, schema, (), facts=facts), settings)


def _through_folder(frame: DataFrame, uri: str, table: DeltaTable | None, change: Change, settings: Settings) -> None:
    """Files written by Spark itself into a folder of the table that the workers and this process see."""
    folder = Path(uri) / f"spark-{uuid4().hex[:12]}"
    try:
        count = _write_parquet(frame, folder)
        files = _written(folder, Path(uri), change.schema)
        if sum(file.rows for file in files) != count:
            raise _not_shared()
        commit(uri, table, replace(change, added=files), settings)
    except (Conflict, ConfigurationError, PySparkException, Py4JError):
        shutil.rmtree(folder, ignore_errors=True)  # only where it is sure that nothing was committed
        raise


def _through_store(frame: DataFrame, uri: str, table: DeltaTable | None, change: Change, settings: Settings) -> None:
    """Files put into the object store by the workers."""
    files = store.write(frame, uri, change.schema, run=f"spark-{uuid4().hex[:12]}", settings=settings)
    try:
        commit(uri, table, replace(change, added=files), settings)
    except Conflict:
        remove_files(uri, files, settings=settings)
        raise


def _typed(schema: pa.Schema) -> list[Column]:
    return [F.col(f"`{field.name}`").cast(of_arrow(field.type)).alias(field.name) for field in schema]


def _write_parquet(frame: DataFrame, folder: Path) -> int:
    """Let the workers write; returns how many rows they say they wrote."""
    seen = Observation()
    counted = frame.observe(seen, F.count(F.lit(1)).alias("rows"))
    counted.write.mode("errorifexists").parquet(str(folder))
    return int(seen.get["rows"])


def _written(folder: Path, root: Path, schema: pa.Schema) -> list[DataFile]:
    """The files in the order of their numbers, which is the order of the rows; empty ones and marks are removed."""
    if not (folder / "_SUCCESS").exists():
        raise _not_shared()
    now = time_ms()
    found = []
    for place in sorted(folder.iterdir()):
        metadata = pq.read_metadata(place) if place.suffix == ".parquet" and place.name[0] not in "._" else None
        if metadata is None or not metadata.num_rows:
            with contextlib.suppress(FileNotFoundError):
                place.unlink()
            continue
        _same_columns(pq.read_schema(place), schema)
        path = str(place.relative_to(root))
        found.append(DataFile(path, place.stat().st_size, metadata.num_rows, statistics(metadata, schema), now))
    return found


def _same_columns(written: pa.Schema, schema: pa.Schema) -> None:
    """A file of another shape would be committed unasked and make the table unreadable."""
    ours = [(field.name, _plain(field.type)) for field in schema]
    assert [(field.name, _plain(field.type)) for field in written] == ours, "Spark wrote other columns than asked"


def _plain(kind: pa.DataType) -> str:
    return "timestamp" if pa.types.is_timestamp(kind) else str(kind)


def _not_shared() -> ConfigurationError:
    return ConfigurationError(
        "Spark 工作节点写入的文件在本机看不到。请让所有工作节点与本机把湖挂载在同一路径。",
        "The files Spark's workers wrote are not to be seen here. Mount the lake under the same path on every worker"
        " and on this machine.",
        code="spark_folder_not_shared",
    )
