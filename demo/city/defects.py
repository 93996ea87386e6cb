"""What defects look like: pure functions from clean values to spoilt ones, for codes, dates, texts and amounts.

Each takes a list of values and a random generator and returns a list of the same length; a value it cannot spoil comes
back as it was (and is then not counted as planted). Names have their own module, demo/city/name_defects.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from demo.city.context import ABOLISHED_COUNTY

Generator = np.random.Generator

_FULLWIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_DIGITS = "0123456789"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_LOOKS_LIKE = {"0": "O", "1": "I"}
_BRACKETS = (("（", "("), ("）", ")"))
_DATE_FORMATS: tuple[Callable[[date], str], ...] = (
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month:02d}.{d.day:02d}",
    lambda d: f"{d.year}{d.month:02d}{d.day:02d}",
    lambda d: f"{d.year}-{d.month}-{d.day}",
)


def fullwidth(values: list[Any], rng: Generator) -> list[Any]:
    """ASCII characters in their full-width form (U+FF01..U+FF5E), as an input method left on Chinese types them."""
    return [value.translate(_FULLWIDTH) for value in values]


def wrong_digit(values: list[Any], rng: Generator) -> list[Any]:
    """One digit of the first 17 replaced by another: MOD 11-2 (GB 11643) finds every single error."""
    return [_replace_digit(value, int(rng.integers(min(17, len(value)))), rng) for value in values]


def swap_digits(values: list[Any], rng: Generator) -> list[Any]:
    """Two unlike neighbours among the first 17 exchanged: MOD 11-2 finds every transposition of unlike digits."""
    return [_swap(value, rng) for value in values]


def to_15_digits(values: list[Any], rng: Generator) -> list[Any]:
    """First-generation form: without century and check digit (only right for births in 1900 to 1999)."""
    return [value[:6] + value[8:17] if value[6:8] == "19" else value for value in values]


def lowercase_x(values: list[Any], rng: Generator) -> list[Any]:
    """The check character X written small."""
    return [value.replace("X", "x") for value in values]


def mixed_dates(values: list[Any], rng: Generator) -> list[Any]:
    """ISO date texts (YYYY-MM-DD) rewritten in one of the other ways people write dates."""
    ways = rng.integers(len(_DATE_FORMATS), size=len(values))
    return [_rewrite(value, _DATE_FORMATS[way]) for value, way in zip(values, ways, strict=True)]


def wrong_date(values: list[Any], rng: Generator) -> list[Any]:
    """Another, real date: day and month exchanged where that is possible, else a few days, months or years away."""
    return [_other_date(value, rng) for value in values]


def placeholder_date(values: list[Any], rng: Generator) -> list[Any]:
    """1900-01-01 in the notation of the value; compact texts also 00000000."""
    return [_placeholder(value, bool(rng.integers(2))) for value in values]


def other_sex(values: list[Any], rng: Generator) -> list[Any]:
    """The other sex, in codes of GB/T 2261.1 (1, 2) or in words (男, 女)."""
    other = {"1": "2", "2": "1", "男": "女", "女": "男"}
    return [other.get(value, value) for value in values]


def abolished_division(values: list[Any], rng: Generator) -> list[Any]:
    """The county under a code abolished before 1988, when it was 掖县 (6-digit codes, or longer ones' first six)."""
    picks = rng.integers(len(ABOLISHED_COUNTY), size=len(values))
    return [ABOLISHED_COUNTY[pick] + value[6:] for value, pick in zip(values, picks, strict=True)]


def uscc_lowercase(values: list[Any], rng: Generator) -> list[Any]:
    """Letters of a unified social credit code in lower case."""
    return [value.lower() for value in values]


def uscc_confusable(values: list[Any], rng: Generator) -> list[Any]:
    """One 0 written as O or one 1 as I, letters that GB 32100 excludes for this very reason."""
    return [_confuse(value, rng) for value in values]


def uscc_wrong_check(values: list[Any], rng: Generator) -> list[Any]:
    """A well-formed code whose last character does not check."""
    picks = rng.integers(1, len(_USCC_ALPHABET), size=len(values))
    return [_other_check(value, int(pick)) for value, pick in zip(values, picks, strict=True)]


def bracket_variant(values: list[Any], rng: Generator) -> list[Any]:
    """（） against (), a stray blank inside or after brackets; a name without brackets gets the stray blank."""
    return [_vary_brackets(value, int(rng.integers(3))) for value in values]


def unit_slip(values: list[Any], rng: Generator) -> list[Any]:
    """An amount in the unit beside the one the column is in: 元 given in 万元 (texts, numbers and decimals)."""
    return [_ten_thousandth(value) for value in values]


def _replace_digit(value: str, at: int, rng: Generator) -> str:
    if value[at] not in _DIGITS:
        return value
    other = _DIGITS[(int(value[at]) + int(rng.integers(1, 10))) % 10]
    return value[:at] + other + value[at + 1 :]


def _swap(value: str, rng: Generator) -> str:
    places = [i for i in range(min(17, len(value)) - 1) if value[i] != value[i + 1]]
    if not places:
        return value
    at = places[int(rng.integers(len(places)))]
    return value[:at] + value[at + 1] + value[at] + value[at + 2 :]


def _rewrite(value: str, way: Callable[[date], str]) -> str:
    try:
        return way(date.fromisoformat(value))
    except ValueError:
        return value


def _other_date(value: Any, rng: Generator) -> Any:
    """`value` is a date, an ISO text or a compact text; the result is of the same form."""
    day = value if isinstance(value, date) else date.fromisoformat(value)
    if day.day <= 12 and day.day != day.month and rng.integers(2):
        moved = date(day.year, day.day, day.month)
    else:
        step = (1, 10, 31, 365, 3653)[int(rng.integers(5))]
        moved = day - timedelta(days=step)
    if isinstance(value, date):
        return moved
    return moved.isoformat() if "-" in value else moved.strftime("%Y%m%d")


def _placeholder(value: Any, zeros: bool) -> Any:
    if isinstance(value, date):
        return date(1900, 1, 1)
    if "-" in value:
        return "1900-01-01"
    return "00000000" if zeros else "19000101"


def _confuse(value: str, rng: Generator) -> str:
    places = [i for i, character in enumerate(value) if character in _LOOKS_LIKE]
    if not places:
        return value
    at = places[int(rng.integers(len(places)))]
    return value[:at] + _LOOKS_LIKE[value[at]] + value[at + 1 :]


def _other_check(value: str, step: int) -> str:
    at = (_USCC_ALPHABET.index(value[-1]) + step) % len(_USCC_ALPHABET)
    return value[:-1] + _USCC_ALPHABET[at]


def _vary_brackets(value: str, way: int) -> str:
    full_to_half, half_to_full = value, value
    for full, half in _BRACKETS:
        full_to_half = full_to_half.replace(full, half)
        half_to_full = half_to_full.replace(half, full)
    exchanged = full_to_half if full_to_half != value else half_to_full
    if exchanged == value:
        return value[:2] + " " + value[2:]
    return (exchanged, exchanged + " ", exchanged.replace("(", " (").replace("（", " （"))[way]


def _ten_thousandth(value: Any) -> Any:
    if isinstance(value, str):
        return f"{(Decimal(value) / 10000).normalize():f}"
    return type(value)(value / 10000)
