"""How the command line speaks: the language, tables or JSON on stdout, sentences and progress on stderr.

The language is settled once, before the nouns are imported, because help texts are spoken too.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar

from catalog.i18n import legible, text
from catalog.working_days import COUNTY_TIME
from exchange_api.cli.speaking import drawing

T = TypeVar("T")
_spoken = {"language": "zh"}


def speak(language: str) -> None:
    """Speak `language` ('zh' or 'en') from now on."""
    _spoken["language"] = language


def language() -> str:
    """The language spoken."""
    return _spoken["language"]


def say(zh: str, en: str) -> str:
    """The sentence in the language spoken."""
    return text(zh, en, language())


def named(pair: tuple[str, str]) -> str:
    """The (Chinese, English) `pair` in the language spoken."""
    return say(*pair)


def worded(kind: str, code: str | None) -> str:
    """What `code` of `kind` ('zone', 'outcome', 'stage' ...) is called, in the words of the portal."""
    from exchange_api.portal import texts, words

    word = words.word(kind, code)
    return texts.translations(language()).gettext(word) if word else ""


def coded(value: str, name: tuple[str, str]) -> str:
    """A value as it is shown and, where it is a code, what that is called: '2 女'."""
    return f"{value} {named(name)}".strip() if value else ""


def about(number: int, *, exact: bool) -> str:
    """A count as people read it: one that was estimated says so."""
    return str(number) if exact else say(f"约 {number}", f"about {number}")


def complain(sentence: str) -> None:
    """One sentence on stderr, for eyes: a name in it cannot steer the terminal."""
    print(legible(sentence), file=sys.stderr)  # noqa: T201  # the command line's own voice


def tell(sentence: str) -> None:
    """One sentence on stdout, for eyes: a name in it cannot steer the terminal."""
    print(legible(sentence))  # noqa: T201  # the command line's own voice


def as_json(value: object) -> None:
    """`value` as JSON on stdout, times in ISO 8601, Chinese readable; signs that are none to look at are escaped, so
    that programs lose nothing and a terminal is not steered."""
    written = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    tell(legible(written, lambda sign: json.dumps(sign)[1:-1]))


def listing(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, in_json: bool, title: str = "", empty: str = ""
) -> None:
    """Rows for people (`columns`: key -> heading; see drawing) or, `in_json`, every key of them as a JSON list."""
    if in_json:
        as_json(list(rows))
    elif not rows:
        tell(empty or say("没有可显示的内容。", "Nothing to show."))
    else:
        drawing.draw(rows, columns, title=title, shown=shown)


def facts(pairs: Mapping[str, Any], *, in_json: bool, headings: Mapping[str, str]) -> None:
    """One thing: `pairs` as lines `heading  value`, or as a JSON object."""
    if in_json:
        as_json(dict(pairs))
        return
    listing(
        [{"name": headings.get(key, key), "value": value} for key, value in pairs.items() if key in headings],
        {"name": say("项目", "What"), "value": say("内容", "Value")},
        in_json=False,
    )


@contextmanager
def progress(sentence: str) -> Iterator[None]:
    """Show on stderr that work whose length is unknown goes on; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        bar.add_task(sentence)
        yield


def counted(sentence: str, things: Sequence[T]) -> Iterator[T]:
    """Go through `things` with a progress bar on stderr; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(things, description=sentence, console=console, disable=not console.is_terminal)


def shown(value: object) -> str:
    """A value as a person reads it: yes/no, 12,345, local time, lists with commas; none can steer a terminal."""
    match value:
        case None | "" | [] | ():
            return "—"
        case dict():
            return legible(json.dumps(value, ensure_ascii=False)) if value else "—"
        case bool():
            return say("是", "yes") if value else say("否", "no")
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.2f}"
        case datetime():
            return value.astimezone(COUNTY_TIME).strftime("%Y-%m-%d %H:%M:%S")
        case list() | tuple():
            return ", ".join(shown(one) for one in value)
    return legible(str(value))


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)
