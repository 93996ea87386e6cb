"""Declared topics on Spark: they read the tables they name and nothing else, and are broken off when too slow."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from catalog.errors import HubError
from catalog.settings import Settings
from lake import tables
from lake.bases import build, check_topic, keep, known
from lake.bases.declared import read as read_topic
from lake.bases.inputs import newest
from lake.engines.duckdb import connect
from tests.factories.standard_tables import hold, read
from tests.factories.topics import contract, write
from tests.spark.conftest import MARK

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
PERMITS = 60


@pytest.fixture
def lake(spark_settings: Settings, tmp_path: Path) -> Settings:
    """A hub on Spark whose lake holds permits, for topics to read; built on DuckDB."""
    own = {"home": tmp_path, "lake_url": str(tmp_path / "lake"), "topics_dir": tmp_path / "topics"}
    given = Settings(**(spark_settings.model_dump() | own | {"keys_dir": tmp_path / "keys"}))
    hold(given, "reform_permit", *({"permit_no": f"P{at}"} for at in range(PERMITS)))
    build(given.model_copy(update={"engine": "duckdb"}), "credit_permit", now=NOW)
    return given


def topic(settings: Settings, sql: str) -> None:
    """Declare topic_x with one item of text."""
    text = contract("topic_x", ("told", "text", "string", "L4"), key="told", graded_down=["told"])
    given = write(settings.topics_dir / "mine", sql, text.replace("value: L2", "value: L4").replace("uncond", "cond"))
    files = [one.rename(one.with_name(one.name.replace("topic_facilities", "topic_x"))) for one in given]
    keep(settings, check_topic(settings, *files))


def test_a_topic_is_built_alike_and_no_sign_in_a_text_means_anything_to_spark(lake: Settings) -> None:
    odd = r"\' || '${spark.shuniu.mark}${env:PATH}${spark.authenticate.secret}' || '\\u0041\x /*+ BROADCAST(p) */ -- `"
    sql = f"SELECT concat('{odd}', max(p.permit_no)) AS told FROM credit_permit AS p"
    topic(lake, sql)
    ((told,),) = [row.values() for row in read(lake, build(lake, "topic_x", now=NOW).uri)]
    with connect() as connection:
        connection.execute("CREATE TABLE credit_permit AS SELECT 'P9' AS permit_no")
        assert connection.execute(sql).fetchall() == [(told,)]
    assert "${spark.authenticate.secret}" in told
    assert MARK not in told


def test_a_topic_that_takes_too_long_is_broken_off_and_leaves_nothing(lake: Settings) -> None:
    wide = " CROSS JOIN ".join(f"credit_permit AS p{at}" for at in range(9))
    topic(lake, f"SELECT min(concat(p0.permit_no, p1.permit_no, p8.permit_no)) AS told FROM {wide}")
    began = datetime.now(UTC)
    with pytest.raises(HubError) as refused:
        build(lake.model_copy(update={"topic_seconds": 3}), "topic_x", now=NOW)
    assert (datetime.now(UTC) - began).total_seconds() < 120
    assert refused.value.code == "topic_not_built"
    assert "TOPIC_SECONDS" in refused.value.sentence("en")
    place = Path(lake.lake_url) / "topic" / "topic_x"
    assert tables.version(str(place), settings=lake) is None
    assert not list(place.glob("**/*.parquet"))


def test_what_another_thread_runs_is_not_broken_off(spark: "SparkSession") -> None:
    from lake.engines.limits import TooSlow
    from lake.engines.spark.limits import limited

    with limited(spark, 60):
        assert spark.range(5).count() == 5
    endless = spark.range(10**12).selectExpr("sum(id % 7) AS it")
    with pytest.raises(TooSlow), limited(spark, 1):
        endless.collect()
    assert spark.range(7).count() == 7, "the session goes on"


def test_a_topic_whose_sql_fails_tells_no_value(lake: Settings) -> None:
    topic(lake, "SELECT CAST(CAST(p.permit_no AS DOUBLE) AS VARCHAR) AS told FROM credit_permit AS p")
    with pytest.raises(HubError) as refused:
        build(lake, "topic_x", now=NOW)
    assert refused.value.code == "topic_not_built"
    assert "P1" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT permit_no AS told FROM '{stray}'",
        "SELECT told FROM read_csv('{stray}')",
        'SELECT told FROM csv."{stray}"',
        "SELECT told FROM others",
        "SELECT told FROM global_temp.others",
        "SELECT hub_secret(p.permit_no) AS told FROM credit_permit AS p",
        "SELECT java_method('java.lang.System', 'getProperty', 'user.home') AS told FROM credit_permit AS p",
    ],
)
def test_a_text_that_slipped_through_reads_nothing_but_its_inputs(
    lake: Settings, spark: "SparkSession", tmp_path: Path, sql: str
) -> None:
    from lake.bases.on_spark import write_tables

    stray = tmp_path / "x.csv"
    stray.write_text("told\nSECRET\n", encoding="utf-8")
    others = spark.createDataFrame([("SECRET",)], "told string")
    others.createOrReplaceTempView("others")
    spark.udf.register("hub_secret", lambda _: "SECRET")
    topic(lake, "SELECT max(p.permit_no) AS told FROM credit_permit AS p")
    model = read_topic(lake.topics_dir / "topic_x.sql", lake.topics_dir / "topic_x.odcs.yaml")
    pinned = newest(lake, replace(model, text=sql.format(stray=stray)), known(lake))
    with pytest.raises(HubError) as refused:
        write_tables(pinned, pa.table({}), {"topic_x": str(tmp_path / "out")}, run_id="r", facts={})
    assert refused.value.code in ("topic_refused", "topic_not_built")
    assert "SECRET" not in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_spark_itself_opens_no_file_by_name_and_tells_no_setting(lake: Settings, tmp_path: Path) -> None:
    from pyspark.errors import AnalysisException

    from lake.engines.spark.session import open_session

    stray = tmp_path / "x.csv"
    stray.write_text("SECRET\n", encoding="utf-8")
    session = open_session(lake)
    for kind in ("csv", "text", "json", "parquet"):
        with pytest.raises(AnalysisException):
            session.sql(f"SELECT * FROM {kind}.`{stray}`").collect()
    for name in ("others", "global_temp.others"):
        with pytest.raises(AnalysisException):
            session.sql(f"SELECT * FROM {name}").collect()
    ((told,),) = session.sql("SELECT '${spark.shuniu.mark}' AS told").collect()
    assert told == "${spark.shuniu.mark}"
