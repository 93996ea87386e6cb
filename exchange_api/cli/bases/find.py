"""`shuniu base find`: which person or organisation a number leads to, or a telephone and a name.

They are asked for, or read from standard input: on a command line they would stay in the shell's history.
"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from exchange_api.cli.bases import arguments
from exchange_api.cli.speaking import door, trail
from exchange_api.cli.speaking.speech import as_json, complain, listing, named, say, worded

if TYPE_CHECKING:
    from catalog.settings import Settings
    from exchange_api.views.seeking import Answer
    from lake.bases.seeking import Wanted

Telephone = Annotated[
    bool,
    typer.Option(
        "--phone", help=say("按电话和姓名查找，先问电话后问姓名", "By telephone and name, asked for in this order")
    ),
]


def find(base: arguments.Base, phone: Telephone = False, in_json: door.Json = False) -> None:
    """Asks for the number; piped in, it is the first line (with --phone: two). Ids alone come back; in the trail."""
    from exchange_api.responses import public
    from exchange_api.views import seeking

    given = door.settings()
    if phone:
        sought = {"phone": _asked(say("电话", "Telephone")), "name": _asked(say("姓名", "Name"))}
    else:
        sought = {"number": _asked(say("证件号码或社会信用代码", "Identity number or social credit code"))}
    with door.registry_there():
        found = _found(given, base, seeking.wanted(base, **sought))
    if in_json:
        as_json(public(found))
        return
    _draw(found)


def _found(settings: "Settings", base: str, wanted: "Wanted") -> "Answer":
    """What was found, and one record of it or of the refusal; who holds the machine guesses no more than others."""
    from catalog.errors import QuotaExceeded, Unavailable
    from exchange_api.guessing import Guesses
    from exchange_api.views import seeking

    guesses, began = Guesses(settings), door.now()
    try:
        guesses.begin(door.actor(), began)
    except QuotaExceeded as refused:
        use = seeking.Answer(base, ("", ""), wanted.fields, (), False, ("", ""), ()).use
        trail.record(**use, reasons=[refused.code])
        raise
    try:
        found = seeking.find(settings, base, wanted)
    except Unavailable:  # the base is not built: whoever asked guessed at nothing
        guesses.hit(door.actor(), began)
        raise
    if found.matches:
        guesses.hit(door.actor(), began)
    trail.record(**found.use)
    return found


def _asked(what: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    asked: str = typer.prompt(what, err=True)
    return asked


def _draw(found: "Answer") -> None:
    rows = [
        {
            "entity": one.entity or say("已不存在", "no longer there"),
            "how": worded("found", one.how),
            "fields": say("、", ", ").join(map(named, one.fields)),
            "was": one.was,
        }
        for one in found.matches
    ]
    columns = {
        "entity": say("标识", "Id"),
        "how": say("怎样查到", "How it was found"),
        "fields": say("依据", "By"),
        "was": say("原标识", "Former id"),
    }
    listing(rows, columns, in_json=False, empty=say("没有查到。", "Nobody was found."))
    if any(found.fault):
        complain(say(f"请核对号码：{found.fault[0]}。", f"Check the number: {found.fault[1]}."))
    if found.more:
        complain(say("结果较多，只列出前 20 个。", "There are many; only the first 20 are shown."))
