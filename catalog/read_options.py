"""Options of a contract (`options`, and `--option` of the commands) and of a system, with what each does. Pure.

The table is read_options.csv; docs/reference/options.md is made from it. A name that is none of these would be passed
over in silence and the file read as if nothing had been said. An option that is a number is judged here too: a bare
int() or float() would end a load in Python's own words, and would take nan and inf for limits.
"""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final

from catalog.errors import InvalidInput

_TABLE = Path(__file__).with_name("read_options.csv")


@dataclass(frozen=True)
class Option:
    """One option. of: 'contract' or 'system'; kinds: the kinds of systems that read it, or the families of KINDS_OF."""

    name: str
    of: str
    kinds: tuple[str, ...]
    zh: str
    en: str


KINDS_OF: Final = {
    "files": ("files", "sftp", "s3"),
    "pages": ("rest",),
    "database": ("postgresql", "mysql", "sqlite", "sql"),
}
"""The kinds of systems of each family; 'any' is about how rows are understood, compared, kept and judged."""


@cache
def options() -> tuple[Option, ...]:
    """Every option, in the order of the table."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return tuple(
            Option(row["option"], row["of"], tuple(row["kinds"].split()), row["zh"], row["en"]) for row in rows
        )


def of_contract(family: str) -> frozenset[str]:
    """Names of the contract's options that `family` of KINDS_OF, or 'any', knows."""
    return frozenset(one.name for one in options() if one.of == "contract" and family in one.kinds)


_ANY: Final = of_contract("any")
_BY_KIND: Final = {kind: of_contract(family) for family, kinds in KINDS_OF.items() for kind in kinds}
KNOWN: Final = frozenset(one.name for one in options() if one.of == "contract")
"""Every option a contract can have."""


def check_options(names: Iterable[str], *, kind: str) -> None:
    """Raise InvalidInput for names that no system of `kind` knows; it lists the ones that are known."""
    known = _BY_KIND[kind] | _ANY if kind in _BY_KIND else KNOWN
    if unknown := sorted(set(names) - known):
        listed = sorted(known - _ANY) + sorted(_ANY)
        raise InvalidInput(
            f"没有读取选项 {'、'.join(unknown)}。{kind} 系统可用：{'、'.join(listed)}。",
            f"There is no option {', '.join(unknown)}. A system of kind {kind} knows: {', '.join(listed)}.",
            code="option_unknown",
            options=unknown,
        )


def check_system_options(names: Iterable[str], *, kind: str) -> None:
    """Raise InvalidInput for names nothing reads of a system of `kind`, each with the one that was meant."""
    known = sorted(one.name for one in options() if one.of == "system" and {kind, "any"} & set(one.kinds))
    if unknown := sorted(set(names) - set(known)):
        near = {name: next(iter(get_close_matches(name, known, n=1)), "") for name in unknown}
        zh = "、".join(f"{name}（是否为 {meant}？）" if meant else name for name, meant in near.items())
        en = ", ".join(f"{name} (did you mean {meant}?)" if meant else name for name, meant in near.items())
        raise InvalidInput(
            f"业务系统没有选项 {zh}。{kind} 系统可用：{'、'.join(known)}。",
            f"No system has an option {en}. One of kind {kind} knows: {', '.join(known)}.",
            code="system_option_unknown",
            options=unknown,
        )


_DIGITS: Final = re.compile(r"[0-9.]+")
MOST_SECONDS: Final = 7 * 86_400
"""The longest a database may work; servers and timers take no more than some weeks, and end nothing at 0."""


@dataclass(frozen=True)
class Span:
    """What a number may be, both ends included. whole: no fraction; seconds: a time, of which a fraction may count."""

    least: float
    most: int
    whole: bool = True
    seconds: bool = False


SPANS: Final[Mapping[str, Span]] = {
    "statement_seconds": Span(1, MOST_SECONDS, whole=False, seconds=True),
    "lock_seconds": Span(1, MOST_SECONDS, whole=False, seconds=True),
    "idle_seconds": Span(0.1, 3_600, whole=False, seconds=True),
    "longest_seconds": Span(1, 86_400, whole=False, seconds=True),
    "ack_every": Span(1, 1_000_000),
    "requests_per_minute": Span(0.1, 60_000, whole=False),
    "page_size": Span(1, 1_000_000),
    "first_page": Span(0, 1_000_000),
    "skip_rows": Span(0, 1_000_000),
    "header_rows": Span(1, 100),
    "tiling": Span(0, 1_000_000, whole=False),
    "partitions": Span(2, 16),
}
"""Option, of a system or of a contract -> what it may be. number() and whole() read none that has no line here."""
LENGTHS: Final[Mapping[str, bool]] = {"look_back": True, "fresh_within": False}
"""Options that are a length of time ('3 days') -> whether a plain number will do, for a watermark that counts."""
_UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}


def number(options: Mapping[str, Any], name: str, usual: float) -> float:
    """Option `name` of `options`, or the usual where none is given. Raises InvalidInput when it may not be that."""
    if name not in options:
        return usual
    span, given = SPANS[name], _read(options[name])
    if not _within(span, given):
        raise _refused(name, span)
    return given


def whole(options: Mapping[str, Any], name: str, usual: int) -> int:
    """The same, without its fraction: some servers count in whole seconds."""
    return int(number(options, name, usual))


def seconds_of(text: str) -> timedelta:
    """A length of time as contracts write it: 90 minutes, 3 days. Raises ValueError."""
    found = re.fullmatch(r"(\d+) *(second|minute|hour|day|week)s?", text.strip().lower())
    if found is None:
        raise ValueError(text)
    try:
        return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    except OverflowError:
        raise ValueError(text) from None


def check_values(options: Mapping[str, Any]) -> None:
    """Raise InvalidInput that names every one of `options` whose number or length of time is none it may be."""
    wrong = list(_wrong(options))
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        zh = "；".join(one.zh.removesuffix("。请改正。") for one in wrong)
        en = "; ".join(one.en.removesuffix(". Correct it.") for one in wrong)
        raise InvalidInput(
            f"{zh}。请改正。",
            f"{en}. Correct them.",
            code="options_invalid",
            options=[one.parts["option"] for one in wrong],
        )


def _wrong(options: Mapping[str, Any]) -> Iterator[InvalidInput]:
    for name, span in SPANS.items():
        if name in options and not _within(span, _read(options[name])):
            yield _refused(name, span)
    for name, counts in LENGTHS.items():
        if options.get(name) and not _is_length(options[name], counts):
            yield InvalidInput(
                f"选项 {name} 须写成 3 days、90 minutes 这样的时长。请改正。",
                f"Option {name} is a length of time such as 3 days or 90 minutes. Correct it.",
                code="option_length_invalid",
                option=name,
            )


def _is_length(given: Any, counts: bool) -> bool:
    if counts and re.fullmatch(r"\d+", str(given)):
        return True
    try:
        seconds_of(str(given))
    except ValueError:
        return False
    return True


def _within(span: Span, given: float) -> bool:
    return span.least <= given <= span.most and not (span.whole and given != int(given))


def _read(given: Any) -> float:
    """A number, or a text of its digits; nan, which lies in no span, for anything else. True is no 1 here, and float()
    alone would take bytes, 1_000 and the digits of other scripts.
    """
    text = isinstance(given, str) and _DIGITS.fullmatch(given)
    if isinstance(given, bool) or not (text or isinstance(given, int | float)):
        return math.nan
    try:
        return float(given)
    except (ValueError, OverflowError):  # 1.2.3, and whole numbers too large
        return math.nan


def _refused(name: str, span: Span) -> InvalidInput:
    least, most = f"{span.least:g}", str(span.most)
    if span.seconds:
        return InvalidInput(
            f"选项 {name} 须是 {least} 至 {most} 的秒数。请改正。",
            f"Option {name} is a number of seconds from {least} to {most}. Correct it.",
            code="option_seconds_invalid",
            option=name,
        )
    kind = ("整数", "whole number") if span.whole else ("数", "number")
    return InvalidInput(
        f"选项 {name} 须是 {least} 至 {most} 的{kind[0]}。请改正。",
        f"Option {name} is a {kind[1]} from {least} to {most}. Correct it.",
        code="option_number_invalid",
        option=name,
    )
