"""How alike two texts are, counted in characters, as functions DuckDB's SQL can call (matching_*).

DuckDB's own distances count UTF-8 bytes: they are used for ASCII only (lake/matching/prepare.py). The functions are
plain Python, so that another engine can register them too. What the texts are before is decided in text.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import ne
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler, LCSseq

from lake.matching import text

SAME, LEGIBLE, ONE_OFF, RELATED, OTHER = 5, 4, 3, 1, 0
"""Grades of two names: equal; equal as far as legible or spoken; one slip; one part in common; nothing."""

_LONG = 4
"""Characters from which on a name is taken for a transliterated or double-barrelled one, and compared by its sound."""

TEXTS: dict[str, Callable[[str | None], str | None]] = {
    "matching_plain": text.plain,
    "matching_name": text.name,
    "matching_sound": text.sound,
    "matching_address": text.address,
    "matching_organisation": text.organisation,
    "matching_core": text.organisation_core,
    "matching_branch": text.branch,
    "matching_digits": text.digits,
    "matching_phone": text.phone,
    "matching_day": text.day,
    "matching_email": text.email,
    "matching_sex": text.sex,
}


_THREE_DIGITS = "replace(replace({x}, '1', ''), left(replace({x}, '1', ''), 1), '') <> ''"
QUICK: dict[str, tuple[str, str]] = {
    "matching_digits": ("regexp_full_match({x}, '[0-9A-Z]*[0-9][0-9A-Z]*')", "{x}"),
    "matching_phone": (
        f"regexp_full_match({{x}}, '1[0-9]{{{{10}}}}') AND {_THREE_DIGITS}",
        "{x}",
    ),
    "matching_day": (
        "regexp_full_match({x}, '(19|20)[0-9]{{2}}-(0[1-9]|1[0-2])-(0[2-9]|1[0-9]|2[0-9]|3[01])')",
        "replace({x}, '-', '')",
    ),
    "matching_sex": ("{x} IN ('1', '2')", "{x}"),
}
"""Function of TEXTS -> (SQL: whether `x` is in good form, its answer then): nearly every value is, and costs no Python.

The first of a month is left to the function: some are placeholders.
"""


def name_grade(one: str, other: str) -> int:
    """How alike two folded names are: SAME .. OTHER. Meant for full names; works on single parts too."""
    if one == other:
        return SAME
    return _wide_grade(one, other) if text.is_wide(one) and text.is_wide(other) else _letter_grade(one, other)


def _wide_grade(one: str, other: str) -> int:
    if len(one) == len(other) and (text.LOST in one or text.LOST in other):
        pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        unread = sum(text.LOST in pair for pair in pairs)
        if unread == len(pairs) and unread < len(one):
            return LEGIBLE
        if len(pairs) - unread == 1 and 2 <= len(one) < _LONG:
            return _one_character(one, other)
    elif len(one) == len(other) and 2 <= len(one) < _LONG and sum(map(ne, one, other)) == 1:
        return _one_character(one, other)
    if max(len(one), len(other)) >= _LONG:
        return _transliterated(one, other)
    if min(len(one), len(other)) >= 2 and abs(len(one) - len(other)) == 1 and _within(one, other):
        return ONE_OFF
    return RELATED if one[0] == other[0] else OTHER


def _one_character(one: str, other: str) -> int:
    """Two names of like length, one character apart: alike in sound, a slip in a long name, or another person."""
    if text.sound(one) == text.sound(other):
        return LEGIBLE
    return ONE_OFF if len(one) >= 3 or one[0] == other[0] else RELATED


def _transliterated(one: str, other: str) -> int:
    spoken = JaroWinkler.similarity(
        (text.sound(one) or "").replace(" ", ""), (text.sound(other) or "").replace(" ", "")
    )
    if spoken >= 0.92:
        return LEGIBLE
    return ONE_OFF if spoken >= 0.84 else RELATED if one[:2] == other[:2] else OTHER


def _letter_grade(one: str, other: str) -> int:
    near = JaroWinkler.similarity(one, other)
    if sorted(one.split()) == sorted(other.split()):
        return LEGIBLE
    if near >= 0.92 or OSA.distance(one, other, score_cutoff=1) <= 1:
        return ONE_OFF
    return RELATED if fuzz.token_set_ratio(one, other) >= 90 else OTHER


def _within(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return LCSseq.similarity(short, long) == len(short)


def place_grade(one: str, other: str) -> int:
    """How alike two plain addresses are: 5 equal, 4 one contained in the other with the same numbers, 3 nearly so,
    2 the same place with another number, 1 much in common, 0 else.
    """
    if one == other:
        return 5
    share = LCSseq.similarity(one, other) / min(len(one), len(other))
    if share < 0.65 and not one.isascii():
        return 0
    numbers = _numbers(one), _numbers(other)
    agree = _contained(*numbers)
    if share >= 0.99 and agree:
        return 4
    if agree and (share >= 0.88 or fuzz.token_sort_ratio(one, other) >= 88):
        return 3
    if share >= 0.85:
        return 2
    return 1 if share >= 0.65 else 0


def short_form(one: str, other: str) -> int:
    """1 where the shorter of two names in Chinese characters is the longer one but for its ends and a place in it.

    A firm's name for short leaves out places: '山东盛飞（莱州）软件科技' is '盛飞软件科技'. What is left out in the
    midst has at most _GAP characters and begins with the name of a division; a numeral or a trade tells two apart
    (第一中学, 第十一中学). 0 else.
    """
    short, long = sorted((one, other), key=len)
    if not (text.is_wide(short) and len(short) >= _LONG):
        return 0
    for at in range(2, len(short) - 1):
        begun = long.find(short[:at])
        if begun < 0:
            return 0
        goes_on = long.find(short[at:], begun + at)
        left_out = long[begun + at : goes_on] if goes_on >= 0 else None
        if left_out == "" or (left_out and len(left_out) <= _GAP and left_out.startswith(text.places())):
            return 1
    return 0


_GAP = 4
_NUMBER = re.compile("[0-9]+")


def _numbers(place: str) -> list[str]:
    return _NUMBER.findall(place)


def _contained(one: list[str], other: list[str]) -> bool:
    """Whether the shorter run of numbers is found, in order, in the longer one."""
    short, long = sorted((one, other), key=len)
    rest = iter(long)
    return all(number in rest for number in short)


def _scorer(score: Any) -> Callable[[Any, Any], pa.Array]:
    def compare(one: Any, other: Any) -> pa.Array:
        return pa.array(process.cpdist(one.to_pylist(), other.to_pylist(), scorer=score).astype("float64"))

    return compare


def _grader(grade: Callable[[str, str], int]) -> Callable[[Any, Any], pa.Array]:
    def compare(one: Any, other: Any) -> pa.Array:
        return pa.array([grade(a, b) for a, b in zip(one.to_pylist(), other.to_pylist(), strict=True)], pa.float64())

    return compare


PAIRS: dict[str, Callable[[Any, Any], pa.Array]] = {
    "matching_jw": _scorer(JaroWinkler.similarity),
    "matching_edits": _scorer(OSA.distance),
    "matching_words": _scorer(fuzz.token_set_ratio),
    "matching_name_grade": _grader(name_grade),
    "matching_place_grade": _grader(place_grade),
    "matching_short_form": _grader(short_form),
}


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Give `connection` every function of TEXTS (text -> text) and PAIRS (two texts -> number); twice is once."""
    known = {row[0] for row in connection.execute("SELECT function_name FROM duckdb_functions()").fetchall()}
    if "matching_jw" in known:
        return
    varchar, double = duckdb.sqltype("VARCHAR"), duckdb.sqltype("DOUBLE")
    for name, change in TEXTS.items():
        connection.create_function(
            name,
            _changer(change),
            [varchar],
            varchar,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
    for name, compare in PAIRS.items():
        connection.create_function(name, compare, [varchar, varchar], double, type=PythonUDFType.ARROW)


def _changer(change: Callable[[str | None], str | None]) -> Callable[[Any], pa.Array]:
    def apply(values: Any) -> pa.Array:
        texts = values.to_pylist()
        done = {value: change(value) for value in set(texts)}
        return pa.array([done[value] for value in texts], pa.string())

    return apply
