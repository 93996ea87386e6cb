"""Dates as people and systems write them -> eight digits, so that one day is one text.

Pure. Impossible days are kept: they are evidence, too. A day that is not told is 00.
"""

from __future__ import annotations

import re
from typing import Final

_COMPACT = re.compile(r"\d{8,}")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})(?:(\d\d)(\d\d?)|\D{1,3}(\d\d?)\D{1,3}(\d\d?))(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d\d?)\s?[./ -]\s?(\d\d?)\s?[./ -]\s?(\d{4}|\d\d)(?!\d)")
_MONTH = re.compile(r"(?<!\d)((?:18|19|20)\d\d)(?:\D{1,3}(\d\d?)\D?|(0[1-9]|1[0-2]))")
_WORDS: Final = {
    name: f"{number:02d}"
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})[a-z]*\b")
_NUMBER = re.compile(r"\d+")
_PLACEHOLDERS: Final = frozenset({"19000101", "18000101", "00000000", "99991231", "11111111", "19700101", "00010101"})
_CENTURY: Final = 30
"""Years of two digits up to here are of this century. Within one column it matters only that all are read alike."""


def eight_digits(folded: str) -> str | None:
    """YYYYMMDD of a date in small letters, whatever its order and marks; None for none, a placeholder or a bare year.

    Of 3/4/1985 the day is taken for the first number, of 3/14/1985 for the second: a column mostly has one order, and
    where it has not, day and month in each other's places still count as a slip (roles.py).
    """
    if _COMPACT.fullmatch(folded):
        number = folded[:8]
    elif found := _parts(folded):
        year, month, day = found
        number = f"{_full(year)}{int(month):02d}{int(day):02d}"
    else:
        return None
    return None if number in _PLACEHOLDERS else number


def _parts(folded: str) -> tuple[str, str, str] | None:
    """Year, month and day as written."""
    if found := _YEAR_FIRST.search(folded):
        return found[1], found[2] or found[4], found[3] or found[5]
    if found := _YEAR_LAST.search(folded):
        one, two, last = found.groups()
        if len(last) == 2 and int(one) > 31:
            return one, two, last
        return (last, one, two) if int(two) > 12 >= int(one) else (last, two, one)
    if word := _WORD.search(folded):
        numbers = _NUMBER.findall(folded)
        if len(numbers) >= 2:
            year = max(numbers[:2], key=lambda number: (len(number), int(number)))
            return year, _WORDS[word[1]], min(numbers[:2], key=lambda number: (len(number), int(number)))
        return (numbers[0], _WORDS[word[1]], "0") if numbers and len(numbers[0]) == 4 else None
    if found := _MONTH.fullmatch(folded):
        return found[1], found[2] or found[3], "0"
    return None


def _full(year: str) -> str:
    return year if len(year) == 4 else f"{'20' if int(year) <= _CENTURY else '19'}{int(year):02d}"
