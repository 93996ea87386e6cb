"""A standalone Spark on loopback: a master and two workers, each a process of its own, with a secret."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.services.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
_WAIT = 240  # seconds; a busy machine takes its time to start three Javas
_CLOSED = "spark.authenticate true\nspark.authenticate.secret {secret}\nspark.network.crypto.enabled true\n"


@dataclass(frozen=True)
class Cluster:
    """master: its URL; closed: the properties whoever wants to use it needs; pids: of master and workers."""

    master: str
    closed: str
    pids: tuple[int, ...]


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """The cluster, for as long as this lasts; what it writes lies in `folder`."""
    closed = _CLOSED.format(secret=secrets.token_hex(16))
    properties = folder / "daemon.conf"
    properties.touch(mode=0o600)
    properties.write_text(closed + "spark.master.rest.enabled false\n", encoding="utf-8")
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as stack:
        own = ["--host", "127.0.0.1", "--webui-port", "0", "--properties-file", str(properties)]
        pids = [stack.enter_context(_started(folder, "master.Master", "elected leader", *own, "--port", str(port)))]
        for at in range(WORKERS):
            given = [*own, "-c", "1", "-m", "1g", "-d", str(folder / f"worker-{at}"), master]
            pids.append(stack.enter_context(_started(folder, "worker.Worker", "Successfully registered", *given)))
        yield Cluster(master, closed, tuple(pids))


@contextmanager
def _started(folder: Path, name: str, ready: str, *arguments: str) -> Iterator[int]:
    import pyspark

    home = Path(pyspark.__file__).parent
    log = folder / f"{name}-{secrets.token_hex(3)}.log"
    given = {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "PYSPARK_PYTHON": sys.executable,
    }
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
    with log.open("wb") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told, env=os.environ | given, cwd=folder)
    try:
        _wait(process, log, ready)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", log: Path, ready: str) -> None:
    deadline = time.monotonic() + _WAIT
    while ready not in log.read_text(encoding="utf-8", errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"Spark did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
        time.sleep(0.2)
