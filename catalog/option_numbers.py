"""The options that are numbers: what each may be, and the sentence where one is not. Pure.

A bare int() or float() would end a load in Python's own words, and would take nan and inf for limits.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalog.errors import InvalidInput

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
}
"""Option, of a system or of a contract -> what it may be; `partitions` and `look_back` are judged where they cut."""


def number(options: Mapping[str, Any], name: str, usual: float) -> float:
    """Option `name` of `options`, or the usual where none is given. Raises InvalidInput when it may not be that."""
    if name not in options:
        return usual
    span, given = SPANS[name], _read(options[name])
    if not span.least <= given <= span.most or (span.whole and given != int(given)):
        raise _refused(name, span)
    return given


def whole(options: Mapping[str, Any], name: str, usual: int) -> int:
    """The same, without its fraction: some servers count in whole seconds."""
    return int(number(options, name, usual))


def check_numbers(options: Mapping[str, Any]) -> None:
    """Raise InvalidInput for the first of `options` that is a number and not one it may be."""
    for name in SPANS:
        number(options, name, usual=0)


def _read(given: Any) -> float:
    """A number, or a text of one; nan, which lies in no span, for anything else. True is no 1 here."""
    if isinstance(given, bool):
        return math.nan
    try:
        return float(given)
    except (TypeError, ValueError, OverflowError):
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
