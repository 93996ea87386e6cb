"""Commands that bring something to life: serve, migrate, and the demo city (which replaces this process)."""

import os
import sys
from typing import Annotated

import typer

from exchange_api.cli import door
from exchange_api.cli.speech import say, tell

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
        context_settings=PASS_ON, help=say("启动演示城市并保持运行", "Bring the demo city to life and keep it")
    )(up)


def serve(
    host: Annotated[str, typer.Option(help=say("监听地址", "Address to listen on"))] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help=say("监听端口", "Port to listen on"))] = 0,
    workers: Annotated[int, typer.Option(min=0, max=64, help=say("工作进程数", "Worker processes"))] = 0,
) -> None:
    """API and portal under granian; the registry is brought to this release first."""
    import socket

    from catalog.database import forget_engines
    from catalog.database import migrate as bring_to_release
    from catalog.errors import ConfigurationError

    given = door.settings()
    host, port, workers = host or given.api_host, port or given.api_port, workers or given.api_workers
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise ConfigurationError(
                f"无法监听 {host}:{port}，端口可能已被占用。请用 --port 或 SHUNIU_API_PORT 换一个端口。",
                f"Cannot listen on {host}:{port}; the port may be taken. Choose another: --port or SHUNIU_API_PORT.",
                code="port_taken",
                port=port,
            ) from None
    bring_to_release(given)
    forget_engines()  # workers are forked: no connection may be shared with them
    _granian(host, port, workers)


def _granian(host: str, port: int, workers: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    tell(
        say(f"门户与接口：http://{host}:{port}（Ctrl-C 停止）", f"Portal and API: http://{host}:{port} (Ctrl-C stops)")
    )
    Granian(
        "exchange_api.app:from_environ",
        factory=True,
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        log_access=False,
    ).serve()


def migrate() -> None:
    """Alembic upgrade to head; safe to run again."""
    from catalog.database import migrate as bring_to_release

    given = door.settings()
    bring_to_release(given)
    tell(say("登记库已是当前版本。", "The registry is at this release."))


def demo(context: typer.Context) -> None:
    """Hand over to `python -m demo run`, with the options given."""
    _become("run", context.args)


def up(context: typer.Context) -> None:
    """Hand over to `python -m demo up`, with the options given."""
    _become("up", context.args)


def _become(what: str, arguments: list[str]) -> None:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "demo", what, *arguments])  # noqa: S606  # no shell on purpose
