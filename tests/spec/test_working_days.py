"""The legal calendar: vectors of Order 809's time limits, counted by the notices for 2025 and 2026."""

from collections import Counter
from datetime import date, timedelta

import pytest

from catalog.errors import InvalidInput
from catalog.working_days import add_working_days, calendar_of, official, working_days_between

VECTORS = [
    ("2026-09-24", 1, "2026-09-28", "over the Mid-Autumn weekend"),
    ("2026-09-18", 10, "2026-10-09", "over a worked Sunday and two holidays"),
    ("2026-09-18", 20, "2026-10-22", "the 20 days of Art. 22 over the National Day week"),
    ("2026-02-13", 1, "2026-02-14", "the next day is a worked Saturday"),
    ("2026-02-13", 10, "2026-03-05", "over the Spring Festival"),
    ("2025-09-30", 10, "2025-10-21", "eight days off and a worked Saturday"),
    ("2026-11-20", 10, "2026-12-04", "two plain weeks"),
]


@pytest.mark.parametrize(("start", "days", "end", "why"), VECTORS, ids=[vector[3] for vector in VECTORS])
def test_a_period_ends_on_the_day_the_official_calendar_gives(start: str, days: int, end: str, why: str) -> None:
    assert add_working_days(date.fromisoformat(start), days, official()) == date.fromisoformat(end)
    assert working_days_between(date.fromisoformat(start), date.fromisoformat(end), official()) == days


def test_the_number_of_holidays_and_worked_weekends_is_that_of_the_notices() -> None:
    calendar = official()
    assert Counter(day.year for day in calendar.off) == {2025: 28, 2026: 33}
    assert Counter(day.year for day in calendar.work) == {2025: 5, 2026: 6}


def test_only_weekends_are_ever_made_working_days() -> None:
    assert all(day.weekday() >= 5 for day in official().work)


def test_a_year_has_as_many_working_days_as_the_public_calendar_says() -> None:
    for year, days in ((2025, 248), (2026, 248)):
        assert working_days_between(date(year - 1, 12, 31), date(year, 12, 31), official()) == days


def test_the_calendar_says_that_next_year_is_not_published_yet() -> None:
    calendar = official()
    assert calendar.known_until == date(2026, 12, 31)
    end = add_working_days(date(2026, 12, 28), 10, calendar)
    assert not calendar.knows(end)
    assert end == date(2027, 1, 11)  # weekends only; moves when the notice for 2027 is entered


def test_the_start_is_never_counted_and_no_days_end_where_they_began() -> None:
    for ahead in range(400):
        start = date(2025, 1, 1) + timedelta(days=ahead)
        assert add_working_days(start, 0, official()) == start
        assert add_working_days(start, 1, official()) > start


def test_a_period_always_ends_on_a_working_day_and_a_longer_one_never_earlier() -> None:
    calendar = official()
    for ahead in range(0, 700, 13):
        start = date(2025, 1, 1) + timedelta(days=ahead)
        ends = [add_working_days(start, n, calendar) for n in range(1, 25)]
        assert all(calendar.is_working_day(end) for end in ends)
        assert ends == sorted(set(ends))
        assert [working_days_between(start, end, calendar) for end in ends] == list(range(1, 25))


def test_counting_backwards_is_negative() -> None:
    assert working_days_between(date(2026, 10, 9), date(2026, 9, 18), official()) == -10


def test_a_negative_number_of_days_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        add_working_days(date(2026, 1, 5), -1, official())
    assert caught.value.code == "working_days_negative"


@pytest.mark.parametrize(
    "days",
    [
        [],
        [(date(2026, 1, 4), "work")],
        [(date(2026, 1, 1), "off"), (date(2026, 1, 1), "work")],
        [(date(2026, 1, 1), "off"), (date(2026, 1, 2), "holiday")],
    ],
    ids=["empty", "no holiday", "both", "unknown kind"],
)
def test_a_calendar_that_cannot_be_right_is_refused(days: list[tuple[date, str]]) -> None:
    with pytest.raises(InvalidInput) as caught:
        calendar_of(days)
    assert caught.value.code == "calendar_invalid"


def test_a_local_day_off_moves_the_end() -> None:
    ours = official()
    days = [(day, "off") for day in ours.off] + [(day, "work") for day in ours.work]
    stricter = calendar_of([*days, (date(2026, 11, 23), "off")])
    assert add_working_days(date(2026, 11, 20), 10, stricter) == date(2026, 12, 7)
