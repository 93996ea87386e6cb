"""Days to load again: each fault has its own sentence, and what is built has no days."""

from datetime import date

import pytest

from catalog.days import between, check_delivered
from catalog.errors import InvalidInput

TODAY = date(2026, 11, 20)


def test_a_range_up_to_today_is_taken() -> None:
    assert between("2026-11-18", "2026-11-20", today=TODAY) == (date(2026, 11, 18), TODAY)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-02-30", "2026-03-01", "没有|不存在"),
        ("3月1日", "2026-03-01", "写法不对"),
        ("2026-03-02", "2026-03-01", "早于起日"),
        ("2024-01-01", "2026-01-01", "分几次"),
        ("2026-11-20", "2026-11-21", "还没有到"),
    ],
)
def test_each_fault_says_what_is_wrong(first: str, last: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        between(first, last, today=TODAY)
    assert refused.value.code == "backfill_days_invalid"


def test_a_built_table_sends_to_its_sources() -> None:
    check_delivered("police_person", "standard")
    with pytest.raises(InvalidInput) as refused:
        check_delivered("population", "base")
    assert refused.value.code == "backfill_of_built"
