"""Commands that bring something to life: serve, migrate, and the demo city (which replaces this process)."""

import os
import sys
from typing import Annotated, NoReturn

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import say, tell

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def add(app: typer.Typer) -> None:
    """Hang these commands on the main application."""
    app.command(help=say("启动接口和门户", "Serve API and portal until Ctrl-C"))(serve)
    app.command(help=say("把登记库升级到当前版本", "Bring the registry's tables to this release"))(migrate)
    app.command(
        context_settings=PASS_ON,
        help=say("建造演示城市并完整运行一次", "Build the demo city and run the whole way once"),
    )(demo)
    app.command(
        context_settings=PASS_ON,
        help=say("启动数纽（或演示城市）并保持运行", "Bring the hub, or the demo city, to life and keep it"),
    )(up)


def serve(
    host: Annotated[str, typer.Option(help=say("监听地址", "Address to listen on"))] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help=say("监听端口", "Port to listen on"))] = 0,
    workers: Annotated[int, typer.Option(min=0, max=64, help=say("工作进程数", "Worker processes"))] = 0,
) -> None:
    """API and portal under granian; the registry is brought to this release first."""
    from catalog.ports import check_port
    from exchange_api import server

    given = door.settings()
    changed = {name: value for name, value in (("api_host", host), ("api_port", port)) if value}
    given = type(given)(**(given.model_dump() | changed)) if changed else given
    check_port("SHUNIU_API_PORT", given.api_host, given.api_port)
    address = f"http://{given.api_host}:{given.api_port}"
    tell(say(f"门户与接口：{address}（Ctrl-C 停止）", f"Portal and API: {address} (Ctrl-C stops)"))
    server.serve(given, workers=workers or given.api_workers)


def migrate() -> None:
    """Alembic upgrade to head; safe to run again."""
    from catalog.database import migrate as bring_to_release

    given = door.settings()
    bring_to_release(given)
    tell(say("登记库已是当前版本。", "The registry is at this release."))


def demo(context: typer.Context) -> None:
    """Hand over to `python -m demo run`, with the options given."""
    _become("demo", "run", *context.args)


def up(context: typer.Context) -> None:
    """Hand over to `python -m launch`; for a demo's home, or with options of a city, to `python -m demo up`."""
    if context.args or (door.settings().home / "demo" / "city.json").exists():
        _become("demo", "up", *context.args)
    _become("launch")


def _become(module: str, *arguments: str) -> NoReturn:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  # no shell on purpose
