"""The properties Spark starts with: the hub's, then the operator's, then what is not an operator's to change.

They reach Spark in a file that is there while Spark starts: a command line is read by everybody on the machine.
"""

import os
import re
import secrets
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from catalog.errors import ConfigurationError
from catalog.settings import Settings

_PROPERTY = re.compile(r"([^\s=]+)\s*[=\s]\s*(.+)")
_ONE_MACHINE = re.compile(r"local(\[.*\])?|local-cluster\[.*\]")
_CLOSED = ("spark.authenticate", "spark.network.crypto.enabled")
_FIXED = {
    # What the SQL means.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "zstd",
    # SQL names what it reads by the hub's names alone: no file, and no ${...} that would tell settings or the secret.
    "spark.sql.runSQLOnFiles": "false",
    "spark.sql.variable.substitute": "false",
    # What is spilled are rows of persons.
    "spark.io.encryption.enabled": "true",
    # Its pages ask nobody who they are; its log of events holds every query and setting.
    "spark.ui.enabled": "false",
    "spark.eventLog.enabled": "false",
}
_SHUT = ("spark.ui.enabled", "spark.eventLog.enabled")
_FETCHING = ("spark.jars.packages", "spark.jars.repositories", "spark.jars.ivy", "spark.jars.ivySettings")
_FILES = ("spark.jars", "spark.files", "spark.archives", "spark.submit.pyFiles")
_ELSEWHERE = re.compile(r"(https?|ftp|ivy)://", re.IGNORECASE)


def is_one_machine(master: str) -> bool:
    """Whether Spark runs on this machine alone, its workers too."""
    return _ONE_MACHINE.fullmatch(master) is not None


def properties(settings: Settings, usual: Mapping[str, str], *, master: str) -> dict[str, str]:
    """Name -> value of everything Spark is to be told. usual: the hub's own, which an operator may change.

    Raises ConfigurationError for a file that cannot be read or switches on what the hub keeps shut, and for a cluster
    whose traffic would be open: rows of grade L4 and the secret of ids travel between its machines.
    """
    given = _operators(settings)
    _refuse(given)
    whole = {**usual, **(_own_secret() if is_one_machine(master) else {}), **given, **_FIXED}
    if any(whole.get(name, "").strip().lower() != "true" for name in _CLOSED) and not is_one_machine(master):
        raise ConfigurationError(
            "Spark 集群未启用认证和加密，L4 级数据会在节点之间明文传输。请在 SHUNIU_SPARK_PROPERTIES 指定的文件中设置"
            " spark.authenticate true、spark.authenticate.secret 和 spark.network.crypto.enabled true。",
            "The Spark cluster neither authenticates nor encrypts, and rows of grade L4 would travel in the clear. Set"
            " spark.authenticate true, spark.authenticate.secret and spark.network.crypto.enabled true in the file that"
            " SHUNIU_SPARK_PROPERTIES names.",
            code="spark_not_encrypted",
        )
    return whole | {"spark.master": master, "spark.app.name": "shuniu"}


def private_folder(settings: Settings) -> Path:
    """Where Spark spills and what it starts with lies: the hub's account alone may look into it."""
    folder = settings.home / "tmp" / "spark"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


@contextmanager
def by_file(given: Mapping[str, str], folder: Path) -> Iterator[None]:
    """While this lasts, a Spark that is started reads `given` from a file (0600) in `folder`, gone afterwards."""
    handle, place = tempfile.mkstemp(dir=folder, suffix=".conf")
    before = os.environ.get("PYSPARK_SUBMIT_ARGS")  # noqa: TID251 - pyspark asks nowhere else
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as lines:
            lines.writelines(f"{name}={value}\n".replace("\\", "\\\\") for name, value in given.items())
        os.environ["PYSPARK_SUBMIT_ARGS"] = f"--properties-file {shlex.quote(place)} pyspark-shell"  # noqa: TID251
        yield
    finally:
        Path(place).unlink(missing_ok=True)
        os.environ.pop("PYSPARK_SUBMIT_ARGS", None)  # noqa: TID251
        if before is not None:
            os.environ["PYSPARK_SUBMIT_ARGS"] = before  # noqa: TID251


def _operators(settings: Settings) -> dict[str, str]:
    """The operator's file: a name and a value on each line, as in spark-defaults.conf; # begins a comment."""
    if settings.spark_properties == Path():
        return {}
    try:
        text = settings.spark_properties.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            "读不到 SHUNIU_SPARK_PROPERTIES 指定的文件，请检查路径和权限。",
            "The file named by SHUNIU_SPARK_PROPERTIES cannot be read. Check its path and mode.",
            code="spark_properties_unreadable",
        ) from error
    lines = (line.strip() for line in text.splitlines())
    pairs = (_PROPERTY.fullmatch(line) for line in lines if line and not line.startswith("#"))
    return {pair[1]: pair[2] for pair in pairs if pair}


def _refuse(given: Mapping[str, str]) -> None:
    opened = [name for name in _SHUT if given.get(name, "false").lower() != "false"]
    fetched = [name for name in _FETCHING if name in given]
    fetched += [name for name in _FILES if _ELSEWHERE.search(given.get(name, ""))]
    if names := opened + fetched:
        raise ConfigurationError(
            f"SHUNIU_SPARK_PROPERTIES 指定的文件不得设置 {'、'.join(names)}：Spark 的页面和事件日志不问来者是谁，"
            "运行时也不得下载任何东西。请删除这些行；需要的 jar 放在本机，用 spark.jars 写明路径。",
            f"The file named by SHUNIU_SPARK_PROPERTIES may not set {', '.join(names)}: Spark's pages and event log ask"
            " nobody who they are, and nothing is downloaded at run time. Take these lines out; a jar that is needed"
            " lies on this machine and is named by its path in spark.jars.",
            code="spark_property_refused",
        )


def _own_secret() -> dict[str, str]:
    """On one machine nobody else needs the secret: others with an account there cannot ask Spark for its rows."""
    return dict.fromkeys(_CLOSED, "true") | {"spark.authenticate.secret": secrets.token_hex(32)}
