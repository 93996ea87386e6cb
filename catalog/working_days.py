"""Working days (工作日): the official calendar, counting in it, and the county's time. Pure: the day is an argument.

A weekend is off unless a notice of the State Council's office makes it a working day (调休); a weekday is worked
unless a notice makes it a holiday. The notices are standards/working_days.csv. For years whose notice is not published
yet only weekends are off; `Calendar.known_until` says where certainty ends. Time limits themselves are not kept here.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from functools import cache
from pathlib import Path

from catalog.errors import InvalidInput

COUNTY_ZONE = "Asia/Shanghai"
COUNTY_HOURS = 8
COUNTY_TIME = timezone(timedelta(hours=COUNTY_HOURS), "CST")
"""China's one legal time, ahead of UTC by so many hours, without summer time since 1992."""
_TABLE = Path(__file__).parent / "standards" / "working_days.csv"
_SATURDAY = 5
_ONE = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Exceptions to Monday-to-Friday: `off` are holidays, `work` are worked weekends. No day is in both.

    From `known_from` to `known_until`, both included, the calendar is official; outside it knows weekends only.
    """

    off: frozenset[date]
    work: frozenset[date]
    known_from: date
    known_until: date

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on `day`."""
        return day in self.work or (day.weekday() < _SATURDAY and day not in self.off)

    def knows(self, day: date) -> bool:
        """Whether `day` lies in a year whose notice is in the table; otherwise holidays may still be missing."""
        return self.known_from <= day <= self.known_until


@cache
def official() -> Calendar:
    """The calendar of the published notices."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return calendar_of((date.fromisoformat(row["day"]), row["kind"]) for row in csv.DictReader(lines))


def calendar_of(exceptions: Iterable[tuple[date, str]]) -> Calendar:
    """A calendar from (day, 'off' or 'work'); it is certain for the whole of every year that has a holiday.

    A local authority may add days of its own before handing them in. Raises InvalidInput for a day that is both, for an
    unknown kind, and for no days at all.
    """
    given = list(exceptions)
    days = {kind: frozenset(day for day, named in given if named == kind) for kind in ("off", "work")}
    if not days["off"] or days["off"] & days["work"] or {kind for _, kind in given} - set(days):
        raise InvalidInput(
            "工作日历须含放假日期，每一天只能是 off 或 work 之一。请对照国务院办公厅通知改正。",
            "A working-day calendar needs holidays, and every day is either off or work. Correct it by the notice of"
            " the General Office of the State Council.",
            code="calendar_invalid",
        )
    years = {day.year for day in days["off"]}
    return Calendar(days["off"], days["work"], date(min(years), 1, 1), date(max(years), 12, 31))


def add_working_days(start: date, n: int, calendar: Calendar) -> date:
    """The last day of a period of `n` working days from `start`, which itself is not counted (Civil Code Art. 201).

    n = 0 gives `start`, whatever day it is. A result for which `calendar.knows(result)` is False may move when the
    notice for its year is published. Raises InvalidInput for a negative n.
    """
    if n < 0:
        raise InvalidInput(
            "工作日数不能为负。", "A number of working days cannot be negative.", code="working_days_negative"
        )
    day = start
    while n:
        day += _ONE
        n -= calendar.is_working_day(day)
    return day


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """How many working days lie after `start` up to and including `end`; negative when `end` is before `start`.

    >>> working_days_between(date(2026, 9, 18), date(2026, 10, 9), official())
    10
    """
    if end < start:
        return -working_days_between(end, start, calendar)
    return sum(calendar.is_working_day(start + _ONE * ahead) for ahead in range(1, (end - start).days + 1))
