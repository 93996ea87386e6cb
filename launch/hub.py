"""Keep a hub alive on one machine: Airflow, API and portal, until Ctrl-C or SIGTERM stops what was started here."""

import signal
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Protocol

from rich.console import Console

from catalog.database import migrate
from catalog.settings import Settings
from launch import processes
from launch.airflow import Airflow
from launch.api import start_api
from launch.home import check_ports, hub_stands, nothing_stands
from launch.processes import Child


class Part(Protocol):
    """Something that runs until it is told to stop."""

    def stop(self) -> None:
        """End it."""


def bring_to_life(settings: Settings, console: Console) -> None:
    """Keep the hub that stands in this home alive; raises ConfigurationError where none stands."""
    if not hub_stands(settings):
        raise nothing_stands(settings)
    keep_alive(settings, console)


def keep_alive(
    settings: Settings,
    console: Console,
    *,
    first: Callable[[], Part | None] = lambda: None,
    told: Sequence[str] = (),
) -> None:
    """Start everything, say where it is, wait, stop everything that was started here.

    first: starts what the hub needs to be there before it, once the registry is up to date; told: lines to say besides.
    """
    processes.sweep(settings.home / "run")
    check_ports(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: _ask(stop, _frame))
    before: Part | None = None
    airflow, api = Airflow(settings), None
    try:
        migrate(settings)
        before = first()
        api = start_api(settings)
        if not settings.airflow_url:
            airflow.migrate()
            airflow.start_api()
            airflow.start_rest()
        _say_where(settings, airflow, console, told)
        _wait(stop, api)
    finally:
        console.print("正在停止 …" if settings.language == "zh" else "Stopping …")
        for part in (api, airflow, before):
            if part is not None:
                part.stop()


def _say_where(settings: Settings, airflow: Airflow, console: Console, told: Sequence[str]) -> None:
    zh = settings.language == "zh"
    console.print(f"{'门户与接口' if zh else 'Portal and API'}  {settings.public_url}")
    console.print(f"Airflow  {airflow.url}  ({settings.airflow_user} / {airflow.password_file})")
    for line in told:
        console.print(line)
    console.print("按 Ctrl-C 停止。" if zh else "Ctrl-C stops everything.")


def _wait(stop: threading.Event, api: Child) -> None:
    while not stop.wait(2):
        if not api.alive():
            raise processes.failed("shuniu serve", api.log)


def _ask(stop: threading.Event, _frame: FrameType | None) -> None:
    stop.set()
