"""A Spark of the tests' own: a standalone cluster on loopback, a master and two workers, each a process of its own."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import pytest

from catalog.settings import Settings
from demo.services import s3 as s3_service
from demo.services import testing
from demo.services.service import Service
from demo.services.testing import lent
from tests.spark.standalone import ROOT, Cluster, running

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Small data: compiling every query costs more here than it saves.
MARK = "known-to-the-operator-alone"
PROPERTIES = f"""
spark.executorEnv.PYTHONPATH {ROOT}
# name and value
spark.shuniu.mark {MARK}
spark.executor.memory=1g
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.shuffle.partitions 2
spark.task.reaper.killTimeout 3s
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.executorEnv.SPARK_LOCAL_IP 127.0.0.1
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
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The master and its workers."""
    with running(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="session")
def spark_settings(machines: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a hub on that cluster."""
    folder = tmp_path_factory.mktemp("spark")
    properties = folder / "spark.conf"
    properties.write_text(PROPERTIES + machines.closed, encoding="utf-8")
    return Settings(home=folder / "home", engine="spark", spark_master=machines.master, spark_properties=properties)


@pytest.fixture(scope="session")
def spark(spark_settings: Settings) -> "Iterator[SparkSession]":
    """A session on those workers; Spark ends with the tests."""
    from lake.engines.spark.session import open_session

    session = open_session(spark_settings)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """An object store."""
    yield from lent("s3", tmp_path_factory.mktemp("s3"))


@pytest.fixture
def in_a_store(s3: Service, spark_settings: Settings) -> Iterator[Settings]:
    """A hub on Spark whose lake is a bucket of the test's own."""
    held, bucket = s3_service.store(s3), f"shuniu-test-{token_hex(4)}"
    held.create_dir(bucket)
    given = {"lake_url": f"s3://{bucket}/lake", "s3_endpoint": f"http://{s3.host}:{s3.port}", "s3_access_key": s3.user}
    yield spark_settings.model_copy(update={**given, "s3_secret_key": s3.password, "s3_allow_http": True})
    if not s3.throwaway:
        held.delete_dir(bucket)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place for a table, with a name that Spark would read as a pattern."""
    return tmp_path / "表 [1]"
