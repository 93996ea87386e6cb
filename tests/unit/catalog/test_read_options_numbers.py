"""Options that are numbers: what is none, and what would limit nothing, is refused by name with what it may be."""

import pytest

from catalog.errors import InvalidInput
from catalog.read_options import MOST_SECONDS, SPANS, check_numbers, number, whole

NO_LIMITS = [float("inf"), "inf", "nan", float("nan"), 1e300, 10**400, -1, "soon", None, [], {}, True, ""]

NOT_IN_DIGITS = ["٣", "𝟝", "５", "1_0", b"5", "5\n", " 5", "+5", "1e1", "0x5", "1.2.3", "."]
"""Each would be a number to float(), or nearly."""


@pytest.mark.parametrize("given", [*NO_LIMITS, *NOT_IN_DIGITS], ids=repr)
@pytest.mark.parametrize("name", SPANS)
def test_what_is_no_number_or_has_no_end_is_refused_for_every_option(name: str, given: object) -> None:
    with pytest.raises(InvalidInput) as wrong:
        number({name: given}, name, 1)
    assert wrong.value.code == ("option_seconds_invalid" if name.endswith("_seconds") else "option_number_invalid")
    assert wrong.value.zh.startswith(f"选项 {name} 须是")
    assert wrong.value.en.startswith(f"Option {name} is a")
    assert f"{SPANS[name].most}" in wrong.value.zh
    assert f"to {SPANS[name].most}." in wrong.value.en


@pytest.mark.parametrize("name", SPANS)
def test_both_ends_are_allowed_and_nothing_beyond(name: str) -> None:
    span = SPANS[name]
    assert number({name: span.least}, name, 1) == span.least
    assert number({name: str(span.most)}, name, 1) == span.most
    for beyond in (span.least - 1, span.most + 1):
        with pytest.raises(InvalidInput):
            number({name: beyond}, name, 1)


def test_a_count_has_no_fraction_and_a_time_in_whole_seconds_loses_it() -> None:
    with pytest.raises(InvalidInput):
        whole({"page_size": 2.5}, "page_size", 500)
    given = (1, "20", 2.5, MOST_SECONDS)
    assert [whole({"lock_seconds": one}, "lock_seconds", 60) for one in given] == [1, 20, 2, MOST_SECONDS]
    assert number({"idle_seconds": 2.5}, "idle_seconds", 2) == 2.5


def test_an_option_that_is_not_given_is_the_usual() -> None:
    assert whole({}, "statement_seconds", 1800) == 1800
    check_numbers({})
