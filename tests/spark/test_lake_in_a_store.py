"""A lake in an object store on Spark: its workers read and write it themselves; one version, one commit, in order."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from catalog.errors import Conflict
from catalog.settings import Settings
from lake import storage, tables
from lake.bases import build
from lake.layout import Layout
from tests.factories.standard_tables import hold
from tests.spark.test_delta_without_its_jar import COLUMNS, MOMENT, rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
SCHEMA = pa.schema([("name", pa.string()), ("at", pa.timestamp("us", "UTC")), ("n", pa.int64())])


@pytest.fixture
def uri(in_a_store: Settings) -> str:
    return Layout(in_a_store.lake_url).standard("some")


def files(uri: str, settings: Settings) -> set[str]:
    """Names of the Parquet files that lie at a table's place, committed or not."""
    store, path = storage.filesystem(uri, settings)
    from pyarrow import fs

    found = store.get_file_info(fs.FileSelector(path, allow_not_found=True))
    return {one.base_name for one in found if one.base_name.endswith(".parquet")}


def test_a_version_is_read_with_the_partition_values_of_the_log(
    spark: "SparkSession", in_a_store: Settings, uri: str
) -> None:
    from lake.engines.spark import delta

    def add(run: str, batch: str, table: pa.Table) -> None:
        tables.write(uri, table, mode="append", run_id=run, partition={"_batch": batch}, settings=in_a_store)

    add("1", "é%20 村:1", rows("张三", None))
    add("2", "x/y", rows("李四").append_column("later", pa.array([7], pa.int64())))
    newest = tables.version(uri, settings=in_a_store)
    found = delta.read(spark, uri, newest, COLUMNS, in_a_store).toArrow().sort_by("_batch").to_pylist()
    assert [(row["_batch"], row["name"], row["later"]) for row in found] == [
        ("x/y", "李四", 7), ("é%20 村:1", "张三", None), ("é%20 村:1", None, None)]  # fmt: skip
    assert {(row["amount"], row["at"]) for row in found} == {(10_000_000.0, MOMENT)}
    assert delta.read(spark, uri, 0, COLUMNS, in_a_store).count() == 2


def test_what_the_workers_wrote_is_one_commit_in_order_and_once(
    spark: "SparkSession", in_a_store: Settings, uri: str
) -> None:
    from lake.engines.spark import delta

    frame = spark.range(5_000).selectExpr(
        "concat('村', lpad(id, 5, '0')) AS name",
        "timestamp '2026-11-01 00:00:00' AS at",
        "IF(id % 7 = 0, NULL, id) AS n",
    )
    for _ in range(2):
        delta.write(frame.orderBy("name"), uri, SCHEMA, run_id="r1", facts={"built_at": "now"}, settings=in_a_store)
    assert tables.version(uri, settings=in_a_store) == 0, "the same run again writes nothing"
    found = tables.read(uri, settings=in_a_store)
    assert found.schema == SCHEMA
    assert found["name"].to_pylist() == [f"村{at:05d}" for at in range(5_000)]
    assert tables.history(uri, 1, settings=in_a_store)[0]["run_id"] == "r1"
    assert {place.rsplit("/", 1)[-1] for place in tables.files(uri, settings=in_a_store)} == files(uri, in_a_store)
    delta.write(frame.where("id < 0"), uri, SCHEMA, run_id="r2", facts={}, settings=in_a_store)
    assert tables.rows(uri, settings=in_a_store) == 0


def test_who_comes_second_is_refused_and_leaves_no_file(
    spark: "SparkSession", in_a_store: Settings, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lake.engines.spark import delta, store

    tables.write(uri, pa.table({"n": [1]}), run_id="first", settings=in_a_store)
    real = store.write

    def overtaken(*given, **more):
        tables.write(uri, pa.table({"n": [2]}), run_id="other", settings=in_a_store)
        return real(*given, **more)

    monkeypatch.setattr(store, "write", overtaken)
    frame, schema = spark.range(3).toDF("n"), pa.schema([("n", pa.int64())])
    with pytest.raises(Conflict):
        delta.write(frame, uri, schema, run_id="mine", facts={}, settings=in_a_store)
    assert tables.read(uri, settings=in_a_store)["n"].to_pylist() == [2]
    assert len(files(uri, in_a_store)) == 2


def test_a_base_of_a_lake_in_a_store_is_built_alike(in_a_store: Settings) -> None:
    built = []
    for engine, place in (("duckdb", "one"), ("spark", "other")):
        here = in_a_store.model_copy(update={"engine": engine, "lake_url": in_a_store.lake_url + place})
        hold(here, "reform_permit", *({"permit_no": f"P{at}"} for at in range(60)))
        made = build(here, "credit_permit", now=NOW)
        assert made.rows == 60
        built.append(tables.read(made.uri, settings=here))
    assert built[0].equals(built[1])
