"""The two times a command may ask of: when something held in the world, and when the hub knew it."""

from typing import Annotated, Any

import typer

from exchange_api.cli.speaking.speech import say


def valid(*former: str) -> Any:
    """The option --valid, and the names it had before."""
    told = say("有效日期，如 2025-06-30；不写则不限", "The day it held, such as 2025-06-30; left out: any day")
    return typer.Option("--valid", *former, help=told)


def known(*former: str) -> Any:
    """The option --known, and the names it had before."""
    told = say(
        "按哪天（到当日结束）或哪一时刻所知，如 2026-11-20T08:00+08:00；不写则按现在",
        "By what was known that day, to its end, or at that moment, such as 2026-11-20T08:00+08:00; left out: now",
    )
    return typer.Option("--known", *former, help=told)


Valid = Annotated[str, valid()]
Known = Annotated[str, known()]
