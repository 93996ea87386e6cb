"""How the commands of the bases take their ids, and how they call what people said of a pair and how far erasures are.

Whatever has an id is named by it alone, as an argument: the id tells the base. A whole base is named by its name.
"""

from collections.abc import Mapping
from typing import Annotated, Final

import typer

from exchange_api.cli.speaking.speech import named, say

Base = Annotated[str, typer.Argument(help="population | legal_person")]
Entity = Annotated[str, typer.Argument(help=say("人员或法人标识，如 P…、L…", "Id of a person or organisation: P…, L…"))]
Person = Annotated[str, typer.Argument(help=say("人员标识 P…", "Id of the person: P…"))]
Pair = Annotated[
    str, typer.Argument(help=say("记录对编号 V…，或两条记录 R…-R…", "Number of the pair V…, or two records R…-R…"))
]
Valid = Annotated[
    str,
    typer.Option(
        "--valid", help=say("有效日期，如 2025-06-30；不写则不限", "The day it held, such as 2025-06-30; any without")
    ),
]
Known = Annotated[
    str,
    typer.Option(
        "--known",
        help=say(
            "按哪天（到当日结束）或哪一时刻所知；不写则按现在", "By what was known that day or moment; now without"
        ),
    ),
]
VERDICTS: Final[Mapping[str, str]] = {"same": "同一", "different": "不同", "unsure": "不确定"}


def verdict(code: str) -> str:
    """What people said of a pair, in the language spoken."""
    return say(VERDICTS.get(code, code), code)


STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "asked": ("待审批", "to be decided"),
    "approved": ("已批准，待执行", "approved, to be carried out"),
    "refused": ("不予删除", "refused"),
    "begun": ("执行未完成", "begun, not finished"),
    "done": ("已完成", "done"),
}
"""How far an erasure is."""


def word(words: Mapping[str, tuple[str, str]], code: str) -> str:
    """What `code` is called, in the language spoken; one without words as it is."""
    return named(words[code]) if code in words else code


def choices(words: Mapping[str, tuple[str, str]]) -> str:
    """Codes with their words, for the help of an option."""
    return "; ".join(f"{code}: {named(pair)}" for code, pair in words.items())
