"""Delta tables read and written by Spark: exactly one version, values of the log, one commit, nothing half-done."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from catalog.errors import ConfigurationError, Conflict
from catalog.settings import Settings
from lake import tables
from tests.spark.standalone import Cluster

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COLUMNS = {"_batch": "VARCHAR", "name": "VARCHAR", "amount": "DOUBLE", "at": "TIMESTAMPTZ", "later": "BIGINT"}
MOMENT = datetime(2026, 11, 1, 8, 0, 0, 123_456, tzinfo=UTC)


def rows(*names: str | None) -> pa.Table:
    count = len(names)
    return pa.table(
        {
            "name": pa.array(names, pa.string()),
            "amount": pa.array([10_000_000.0] * count, pa.float64()),
            "at": pa.array([MOMENT] * count, pa.timestamp("us", "UTC")),
        }
    )


def test_partition_values_come_from_the_log_and_a_version_stays_the_version(
    spark: "SparkSession", spark_settings: Settings, folder: Path
) -> None:
    from lake.engines.spark import delta

    uri = str(folder)
    tables.write(uri, rows("张三", None), mode="append", run_id="1", partition={"_batch": "é%20 村:1"})
    tables.write(uri, rows("李四"), mode="append", run_id="2", partition={"_batch": "x/y"})
    wider = rows("王五").append_column("later", pa.array([7], pa.int64()))
    tables.write(uri, wider, mode="append", run_id="3", partition={"_batch": "007"})
    newest, first = tables.version(uri), 0
    found = delta.read(spark, uri, newest, COLUMNS, spark_settings).toArrow().sort_by("_batch").to_pylist()
    assert [(row["_batch"], row["name"], row["later"]) for row in found] == [
        ("007", "王五", 7), ("x/y", "李四", None), ("é%20 村:1", "张三", None), ("é%20 村:1", None, None)]  # fmt: skip
    assert {(row["amount"], row["at"]) for row in found} == {(10_000_000.0, MOMENT)}
    assert delta.read(spark, uri, first, COLUMNS, spark_settings).count() == 2
    assert delta.read(spark, uri, None, COLUMNS, spark_settings).columns == list(COLUMNS)


def test_what_spark_wrote_every_reader_reads_in_order_and_prunes_rightly(
    spark: "SparkSession", spark_settings: Settings, folder: Path
) -> None:
    from lake.engines.spark import delta

    frame = spark.range(5_000).selectExpr(
        "concat('村', lpad(id, 5, '0')) AS name",
        f"timestamp '2026-11-01 00:00:00' + make_dt_interval(0, 0, 0, id * {MOMENT.microsecond / 1e6}) AS at",
        "IF(id % 7 = 0, NULL, id) AS n",
    )
    schema = pa.schema([("name", pa.string()), ("at", pa.timestamp("us", "UTC")), ("n", pa.int64())])
    for _ in range(2):
        delta.write(
            frame.orderBy("name"), str(folder), schema, run_id="r1", facts={"built_at": "now"}, settings=spark_settings
        )
    assert tables.version(str(folder)) == 0, "the same run again writes nothing"
    assert tables.rows(str(folder)) == 5_000
    found = tables.read(str(folder))
    assert found.schema == schema
    assert found["name"].to_pylist() == [f"村{at:05d}" for at in range(5_000)]
    newest = max(found["at"].to_pylist())
    pruned = DeltaTable(str(folder)).to_pyarrow_table(filters=[("at", ">=", newest - timedelta(microseconds=1))])
    assert pruned["at"].to_pylist() == [newest]
    assert tables.history(str(folder), 1)[0]["run_id"] == "r1"
    kept = {Path(place) for place in tables.files(str(folder))}
    assert {place for place in folder.glob("spark-*/*")} == kept, "no mark, no checksum, no empty file stays"


def test_who_comes_second_is_refused_and_leaves_no_file(
    spark: "SparkSession", spark_settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lake.engines.spark import delta

    uri, schema = str(folder), pa.schema([("n", pa.int64())])
    tables.write(uri, pa.table({"n": [1]}), run_id="first")
    real = delta._write_parquet

    def overtaken(frame, place):
        tables.write(uri, pa.table({"n": [2]}), run_id="other")
        return real(frame, place)

    monkeypatch.setattr(delta, "_write_parquet", overtaken)
    with pytest.raises(Conflict):
        delta.write(spark.range(3).toDF("n"), uri, schema, run_id="mine", facts={}, settings=spark_settings)
    assert tables.read(uri)["n"].to_pylist() == [2]
    assert not list(folder.glob("spark-*"))


def test_workers_that_write_elsewhere_are_found_out(
    spark: "SparkSession", spark_settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lake.engines.spark import delta

    real = delta._write_parquet

    def lost(frame, place):
        count = real(frame, place)
        next(place.glob("part-*.parquet")).unlink()
        return count

    monkeypatch.setattr(delta, "_write_parquet", lost)
    schema = pa.schema([("n", pa.int64())])
    with pytest.raises(ConfigurationError) as raised:
        delta.write(spark.range(9).toDF("n"), str(folder), schema, run_id="1", facts={}, settings=spark_settings)
    assert raised.value.code == "spark_folder_not_shared"
    assert tables.version(str(folder)) is None


def test_a_table_only_a_full_reader_understands_is_refused(
    spark: "SparkSession", spark_settings: Settings, tmp_path: Path
) -> None:
    from lake.engines.spark import delta

    write_deltalake(tmp_path, pa.table({"name": ["a"]}), configuration={"delta.columnMapping.mode": "name"})
    with pytest.raises(ConfigurationError) as raised:
        delta.read(spark, str(tmp_path), 0, {"name": "VARCHAR"}, spark_settings)
    assert raised.value.code == "spark_cannot_read_table"


def test_the_cluster_is_a_master_and_two_workers_each_a_process(spark: "SparkSession", machines: Cluster) -> None:
    context = spark.sparkContext
    assert context.master == machines.master
    assert len(set(machines.pids)) == 3
    deadline = datetime.now(UTC) + timedelta(seconds=120)
    while context._jsc.sc().getExecutorMemoryStatus().size() < 3 and datetime.now(UTC) < deadline:
        spark.range(2).count()
    assert context._jsc.sc().getExecutorMemoryStatus().size() == 3  # one of each worker, and the driver
