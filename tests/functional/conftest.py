"""The whole main job as its user runs it: commands, ports and a home of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.settings import Settings
from launch import processes

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """A home with its own ports, and the demo's commands run in it."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, api_port=free_port(), airflow_port=free_port(), language="en")

    def environ(self) -> dict[str, str]:
        return {**os.environ, **self.settings.as_environ(), "PYTHONPATH": str(ROOT), "COLUMNS": "160"}

    def demo(self, *args: str, timeout: float = 1400) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "demo", *args]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ(), capture_output=True, text=True, timeout=timeout, check=False
        )

    def start(self, *args: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "demo", *args]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One home for all functional tests: a city is dear, so it is built once and looked at from many sides."""
    made = House(tmp_path_factory.mktemp("city") / "home")
    yield made
    processes.sweep(made.settings.home / "run")
