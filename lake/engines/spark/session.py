"""A Spark session for the hub: ANSI mode, UTC, times and files as the lake has them; loopback alone when it is local.

Nothing is fetched: no jar, no package. What an operator's cluster needs besides (its secret, more memory, jars it has)
stands in a file of Spark properties, never on a command line.
"""

import os
import sys
import warnings
from pathlib import Path

from catalog.errors import ConfigurationError
from catalog.settings import Settings
from lake.engines.spark.properties import by_file, is_one_machine, private_folder, properties

try:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession
except ImportError as error:
    raise ConfigurationError(
        "SHUNIU_ENGINE=spark 需要 pyspark，本机尚未安装。请安装可选组件：pip install -c constraints.txt '.[spark]'。",
        "SHUNIU_ENGINE=spark needs pyspark, which is not installed. Install the extra:"
        " pip install -c constraints.txt '.[spark]'.",
        code="spark_missing",
    ) from error

ROOT = Path(__file__).resolve().parents[3]


def open_session(settings: Settings) -> SparkSession:
    """A session of its own (views, functions) in this process's Spark, which is started at the first call.

    Raises ConfigurationError when the operator's properties would open what the hub keeps shut (properties.py), or
    when Spark does not start.
    """
    try:
        with warnings.catch_warnings():
            # pyspark warns of pandas 3; no pandas is handed to Spark here, only Arrow.
            warnings.simplefilter("ignore")
            return _started(settings).newSession()
    except (PySparkException, OSError, RuntimeError) as error:
        raise ConfigurationError(
            "Spark 未能启动。请检查 Java 17 或以上是否已安装、SHUNIU_SPARK_MASTER 是否正确"
            f"（{type(error).__name__}）。",
            f"Spark did not start. Check that Java 17 or later is installed and SHUNIU_SPARK_MASTER is right"
            f" ({type(error).__name__}).",
            code="spark_not_started",
        ) from error


def _started(settings: Settings) -> SparkSession:
    master = settings.spark_master or f"local[{settings.threads}]"
    given = properties(settings, _usual(settings, local=is_one_machine(master)), master=master)
    with by_file(given, private_folder(settings)):
        return SparkSession.builder.getOrCreate()


def _usual(settings: Settings, *, local: bool) -> dict[str, str]:
    usual = {
        "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(settings.home / "tmp" / "spark"),
        "spark.sql.warehouse.dir": str(settings.home / "tmp" / "spark" / "warehouse"),
        "spark.sql.shuffle.partitions": str(max(4, 2 * settings.threads)),
        "spark.driver.memory": _java_size(settings.memory_limit),
        # A join without end looks at nothing while it runs: what does not stop when it is cancelled loses its worker.
        "spark.task.reaper.enabled": "true",
        "spark.task.reaper.killTimeout": "60s",
    }
    # Handed to the Java child this process starts, which reads them nowhere else: workers run this very Python, and a
    # Spark of this machine alone listens on nothing but loopback.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # noqa: TID251
    if local:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # noqa: TID251
        usual |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.executorEnv.PYTHONPATH": str(ROOT),
        }
    return usual


def _java_size(text: str) -> str:
    """'1GB' as Java writes it: '1g'."""
    return text.strip().lower().removesuffix("ib").removesuffix("b").replace(" ", "")
