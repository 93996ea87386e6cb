"""The demo city as it lives on: its departments' systems come back, then the hub is kept alive."""

from rich.console import Console

from catalog.database import open_session
from catalog.settings import Settings
from demo.run import clock
from demo.setup import register_systems
from demo.systems import registry
from demo.systems.registry import Systems
from launch import hub


def keep_alive(settings: Settings, console: Console) -> None:
    """Start departments, Airflow, API and portal; wait; stop everything that was started here."""
    accounts = f"{'演示账号' if settings.language == 'zh' else 'Accounts'}  {settings.home / 'demo' / 'accounts.json'}"
    hub.keep_alive(settings, console, first=lambda: _departments(settings), told=[accounts])


def _departments(settings: Settings) -> Systems:
    """The systems of the last fill, registered where they run now."""
    systems = registry.start_all(settings.home)
    with open_session(settings) as session:
        register_systems(session, settings, systems.specs.values(), now=clock())
    return systems
