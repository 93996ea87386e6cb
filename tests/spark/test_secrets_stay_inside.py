"""What Spark is told stays with the hub's account: no command line, no open page, no open wire, no download."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from catalog.errors import ConfigurationError
from catalog.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CLUSTER = "spark://127.0.0.1:7077"


def opened(tmp_path: Path, *lines: str, master: str = CLUSTER) -> ConfigurationError:
    """What open_session says to a hub with these lines in its file of properties."""
    from lake.engines.spark.session import open_session

    file = tmp_path / "spark.conf"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        open_session(Settings(home=tmp_path / "home", engine="spark", spark_master=master, spark_properties=file))
    return raised.value


def command_lines() -> list[str]:
    """Those of every process on this machine, as everybody may read them."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(place.read_bytes().decode("utf-8", "replace").replace("\0", " "))
        except OSError:
            continue  # it has ended
    return found


def test_the_secret_and_the_operators_properties_stand_on_no_command_line(
    spark: "SparkSession", spark_settings: Settings
) -> None:
    from tests.spark.conftest import MARK

    assert spark.range(3).count() == 3
    conf = spark.sparkContext.getConf()
    secret = conf.get("spark.authenticate.secret")
    assert secret
    assert conf.get("spark.shuniu.mark") == MARK, "the operator's file is read"
    lines = command_lines()
    for started in ("org.apache.spark.deploy.SparkSubmit", "CoarseGrainedExecutorBackend"):
        assert any(started in line for line in lines), "Spark's own are among them"
    assert not [line for line in lines if secret in line or MARK in line]


def test_what_spark_spills_lies_where_nobody_else_looks_and_its_start_file_is_gone(
    spark: "SparkSession", spark_settings: Settings
) -> None:
    folder = spark_settings.home / "tmp" / "spark"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not list(folder.glob("*.conf"))
    assert "PYSPARK_SUBMIT_ARGS" not in os.environ
    conf = spark.sparkContext.getConf()
    shut = {name: conf.get(name) for name in ("spark.ui.enabled", "spark.eventLog.enabled")}
    assert set(shut.values()) == {"false"}
    assert spark.sparkContext.uiWebUrl is None
    for name in ("spark.io.encryption.enabled", "spark.authenticate", "spark.network.crypto.enabled"):
        assert conf.get(name) == "true", name


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("spark.authenticate true", "spark.authenticate.secret s"),
        ("spark.network.crypto.enabled true",),
        ("spark.authenticate false", "spark.network.crypto.enabled true"),
        ("spark.master local[2]",),
    ],
)
def test_a_cluster_whose_traffic_would_be_open_is_refused_in_a_sentence(tmp_path: Path, lines: tuple[str, ...]) -> None:
    told = opened(tmp_path, *lines)
    assert told.code == "spark_not_encrypted"
    assert "spark.network.crypto.enabled true" in str(told)


@pytest.mark.parametrize(
    "line",
    [
        "spark.ui.enabled true",
        "spark.eventLog.enabled=true",
        "spark.jars.packages io.delta:delta-spark_2.13:4.0.0",
        "spark.jars.repositories https://repo.example",
        "spark.jars https://repo.example/a.jar",
    ],
)
def test_properties_that_open_a_page_or_download_are_refused_by_name(tmp_path: Path, line: str) -> None:
    told = opened(tmp_path, line, master="local[2]")
    assert told.code == "spark_property_refused"
    assert line.replace("=", " ").split()[0] in str(told)


def test_the_start_file_is_the_accounts_own_and_says_what_was_given(tmp_path: Path) -> None:
    from lake.engines.spark.properties import by_file

    with by_file({"spark.a": r"C:\x y", "spark.b": "1"}, tmp_path):
        (file,) = tmp_path.glob("*.conf")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text(encoding="utf-8") == "spark.a=C:\\\\x y\nspark.b=1\n"
        assert os.environ["PYSPARK_SUBMIT_ARGS"] == f"--properties-file {file} pyspark-shell"
    assert not file.exists()
