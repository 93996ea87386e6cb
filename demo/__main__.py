"""`python -m demo run|up`: build the demo city once, or bring it to life and keep it until Ctrl-C."""

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console

from catalog.errors import HubError
from catalog.secrets import keep_private
from catalog.settings import Settings
from demo.plan import Plan

app = typer.Typer(
    help="数纽演示城市 / The demo city of Shuniu",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Residents = Annotated[int | None, typer.Option(help="人口 / people, 500 to 1,000,000 (20,000)")]
Seed = Annotated[int | None, typer.Option(help="随机种子 / seed of the generator (7)")]
Dirt = Annotated[float | None, typer.Option(help="脏乱倍数 / factor on every rate of defects, 0 to 3 (1)")]
Data = Annotated[Path | None, typer.Option(help="真实数据文件夹 / folder of real files to run as well")]


@app.command(help="建造演示城市，完整运行一次后退出 / Build the demo city, run the whole way once, exit")
def run(residents: Residents = None, seed: Seed = None, dirt: Dirt = None, data: Data = None) -> None:
    """Build the city, run the whole way once, print a summary, exit (0 only if every step worked)."""
    _main(_given(residents=residents, seed=seed, dirt=dirt, data=data), keep=False)


@app.command(help="启动 SHUNIU_HOME 中的城市或数纽并保持运行 / Bring what stands in SHUNIU_HOME to life and keep it")
def up(
    residents: Residents = None,
    seed: Seed = None,
    dirt: Dirt = None,
    data: Data = None,
    build: Annotated[bool, typer.Option(help="没有城市时先建 / build a city where there is none")] = False,
) -> None:
    """Bring what stands in SHUNIU_HOME to life and keep it until Ctrl-C; a city is built only if asked for."""
    _main(_given(residents=residents, seed=seed, dirt=dirt, data=data), keep=True, build=build)


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _main(asked: dict[str, Any], *, keep: bool, build: bool = True) -> None:
    settings, console = Settings.from_environ(), Console()
    keep_private(settings.home)
    signal.signal(signal.SIGTERM, _interrupt)  # as Ctrl-C: every process started here is stopped on the way out
    try:
        if "data" in asked:
            asked["data"] = asked["data"].resolve()
        if keep:
            ok = _keep(settings, asked, console, build=build or bool(asked))
        else:
            ok = _once(settings, Plan(**asked), console)
    except HubError as error:
        console.print(f"[red]✗[/red] {error.sentence(settings.language)}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        console.print("已停止。" if settings.language == "zh" else "Stopped.")
        sys.exit(130)
    sys.exit(0 if ok else 1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _once(settings: Settings, plan: Plan, console: Console) -> bool:
    from demo import accounts, showing
    from demo.run import run as run_city

    told = run_city(settings, plan, console=Console(stderr=True))
    showing.show(told, language=settings.language, console=console)
    showing.show_accounts(accounts.read(settings).values(), language=settings.language, console=console)
    _how_to_go_on(settings, console, ok=bool(told["ok"]))
    return bool(told["ok"])


def _keep(settings: Settings, asked: dict[str, Any], console: Console, *, build: bool) -> bool:
    from demo import home
    from demo.alive import keep_alive
    from launch.home import nothing_stands
    from launch.hub import bring_to_life

    if not home.stands(settings, asked):
        if not build:
            raise nothing_stands(settings)
        if not _once(settings, Plan(**asked), console):
            return False
    if home.is_demo_home(settings):
        keep_alive(settings, console)
    else:
        bring_to_life(settings, console)
    return True


def _how_to_go_on(settings: Settings, console: Console, *, ok: bool) -> None:
    folder, zh = settings.home / "demo", settings.language == "zh"
    good, bad = ("✓ 全程走通", "✗ 有步骤失败") if zh else ("✓ the whole way worked", "✗ a step failed")
    console.print(f"{f'[green]{good}[/green]' if ok else f'[red]{bad}[/red]'}  {folder / 'summary.json'}")
    console.print(f"{'口令和令牌' if zh else 'passwords and tokens'}: {folder / 'accounts.json'}")
    console.print(
        f"make up → {'门户与接口' if zh else 'portal and API'} {settings.public_url}, "
        f"Airflow http://127.0.0.1:{settings.airflow_port}"
    )


if __name__ == "__main__":
    app()
