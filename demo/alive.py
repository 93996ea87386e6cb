"""Keep a city alive: its departments' systems, Airflow, API and portal, until Ctrl-C or SIGTERM stops them all."""

import signal
import threading
from types import FrameType

from rich.console import Console

from catalog.database import migrate, open_session
from catalog.settings import Settings
from demo import home, processes
from demo.airflow import Airflow
from demo.processes import Child
from demo.run import clock
from demo.serving import start_api
from demo.setup import register_systems
from demo.systems import registry
from demo.systems.registry import Systems


def keep_alive(settings: Settings, console: Console) -> None:
    """Start everything, say where it is, wait, stop everything that was started here."""
    processes.sweep(settings.home / "run")
    home.check_ports(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: _ask(stop, _frame))
    systems: Systems | None = None
    airflow, api = Airflow(settings), None
    try:
        systems = _departments(settings)
        api = start_api(settings)
        if not settings.airflow_url:
            airflow.migrate()
            airflow.start_api()
            airflow.start_rest()
        _say_where(settings, airflow, console)
        _wait(stop, api)
    finally:
        console.print("正在停止 …" if settings.language == "zh" else "Stopping …")
        for part in (api, airflow, systems):
            if part is not None:
                part.stop()


def _departments(settings: Settings) -> Systems | None:
    """The demo's systems again, registered where they run now; production systems run elsewhere."""
    migrate(settings)
    if not home.is_demo_home(settings):
        return None
    systems = registry.start_all(settings.home)
    with open_session(settings) as session:
        register_systems(session, settings, systems.specs.values(), now=clock())
    return systems


def _say_where(settings: Settings, airflow: Airflow, console: Console) -> None:
    zh = settings.language == "zh"
    console.print(f"{'门户与接口' if zh else 'Portal and API'}  {settings.public_url}")
    console.print(f"Airflow  {airflow.url}  ({settings.airflow_user} / {airflow.password_file})")
    if home.is_demo_home(settings):
        console.print(f"{'演示账号' if zh else 'Accounts'}  {settings.home / 'demo' / 'accounts.json'}")
    console.print("按 Ctrl-C 停止。" if zh else "Ctrl-C stops everything.")


def _wait(stop: threading.Event, api: Child) -> None:
    while not stop.wait(2):
        if not api.alive():
            raise processes.failed("shuniu serve", api.log)


def _ask(stop: threading.Event, _frame: FrameType | None) -> None:
    stop.set()
