"""A Spark of the tests' own: a cluster on this machine with two workers, each a process of its own, on loopback."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from catalog.settings import Settings
from demo.services import testing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Small data: compiling every query costs more here than it saves.
MARK = "known-to-the-operator-alone"
PROPERTIES = f"""
# name and value
spark.shuniu.mark {MARK}
spark.executor.memory=1g
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.shuffle.partitions 2
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
"""


@pytest.fixture(scope="session", autouse=True)
def _spark_is_here() -> None:
    """Without pyspark or Java nothing is tested here: said, and a failure where it is required."""
    missing = [
        name
        for name, there in (
            ("pyspark (make spark)", importlib.util.find_spec("pyspark")),
            ("java", shutil.which("java")),
        )
        if not there
    ]
    if missing:
        tell = pytest.fail if os.environ.get(testing.REQUIRED) == "1" else pytest.skip
        tell(f"not installed: {', '.join(missing)}")


@pytest.fixture(scope="session")
def spark_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a hub on Spark with two workers."""
    folder = tmp_path_factory.mktemp("spark")
    properties = folder / "spark.conf"
    properties.write_text(PROPERTIES, encoding="utf-8")
    master = os.environ.get("SHUNIU_TEST_SPARK_MASTER") or "local-cluster[2,1,1024]"
    return Settings(home=folder / "home", engine="spark", spark_master=master, spark_properties=properties)


@pytest.fixture(scope="session")
def spark(spark_settings: Settings) -> "Iterator[SparkSession]":
    """A session on those workers; Spark ends with the tests."""
    from lake.engines.spark.session import open_session

    session = open_session(spark_settings)
    yield session
    session.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place for a table, with a name that Spark would read as a pattern."""
    return tmp_path / "表 [1]"
