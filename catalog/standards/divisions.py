"""Administrative divisions (GB/T 2260-2007 and its yearly changes) with the time each code was in force.

Codes live on inside identity numbers and old files after their division is gone, so a code is looked up for a day,
and an abolished code names its successor. The table holds the provinces, Shandong, 宣城 and the neighbours of 广德;
days of changes before 2000 are certain to the year only. Delivered registers extend it in the lake, not here.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("divisions.csv")


@dataclass(frozen=True)
class Division:
    """One code while it was in force: from `valid_from` (None: ever) up to, not including, `valid_to` (None: still)."""

    code: str
    name: str
    level: str
    valid_from: date | None
    valid_to: date | None
    successor: str

    def valid_on(self, day: date) -> bool:
        """Whether the code was in force on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@cache
def divisions() -> tuple[Division, ...]:
    """All divisions of the table, past and present, sorted by code."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(_division(row) for row in csv.DictReader(lines))


@cache
def _by_code() -> dict[str, Division]:
    return {row.code: row for row in divisions()}


def division(code: str) -> Division | None:
    """The division of a 6-digit code, or of the first six digits of a longer one (GB/T 10114); None when unknown."""
    return _by_code().get(code[:6])


def known(code: str, *, on: date | None = None) -> bool:
    """Whether the code is in the table, and was in force on the day `on` when one is given."""
    found = division(code)
    return found is not None and (on is None or found.valid_on(on))


@cache
def successors() -> dict[str, str]:
    """Abolished 6-digit code -> the code in force today, followed through every change."""
    return {row.code: last for row in divisions() if (last := _last(row)) is not None}


def current(code: str) -> str:
    """`code` with an abolished division replaced by its successor; longer codes keep what follows the sixth digit.

    >>> current("341822"), current("370282001001"), current("370683")
    ('341882', '370215001001', '370683')
    """
    return successors().get(code[:6], code[:6]) + code[6:]


def _last(row: Division) -> str | None:
    """The code at the end of the chain of successors of an abolished division; None when it lives or just ended."""
    found, code = row, None
    while found.valid_to is not None and found.successor:
        code = found.successor
        found = _by_code()[code]
    return code


def _division(row: dict[str, str]) -> Division:
    return Division(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        successor=row["successor"],
    )
