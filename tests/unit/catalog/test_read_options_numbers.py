"""Options that are numbers: what is none, and what would limit nothing, is refused by name with what it may be."""

import pytest

from catalog.errors import InvalidInput
from catalog.read_options import (
    LENGTHS,
    MOST_SECONDS,
    SPANS,
    check_system_options,
    check_values,
    number,
    seconds_of,
    whole,
)

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
    check_values({})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as wrong:
        check_values({"partitions": "²", "look_back": "soon", "skip_rows": "nan", "header_rows": 2, "sheet": "x"})
    assert (wrong.value.code, wrong.value.parts) == (
        "options_invalid",
        {"options": ["skip_rows", "partitions", "look_back"]},
    )
    assert wrong.value.en == (
        "Option skip_rows is a whole number from 0 to 1000000; Option partitions is a whole number from 2 to 16;"
        " Option look_back is a length of time such as 3 days or 90 minutes. Correct them."
    )
    assert wrong.value.zh.endswith("；选项 look_back 须写成 3 days、90 minutes 这样的时长。请改正。")


@pytest.mark.parametrize("given", ["soon", "3 moons", "-1 day", True, "²", "9" * 30 + " days", ["3 days"], 1.5])
@pytest.mark.parametrize("name", LENGTHS)
def test_what_is_no_length_of_time_is_refused_by_name(name: str, given: object) -> None:
    with pytest.raises(InvalidInput, match=f"Option {name} is a length of time"):
        check_values({name: given})


def test_a_plain_number_is_a_look_back_but_no_time_without_a_delivery() -> None:
    for given in ("3 days", "90 Minutes", "1 week"):
        assert seconds_of(given).total_seconds() > 0
        check_values(dict.fromkeys(LENGTHS, given))
    check_values({"look_back": 100})
    check_values({"look_back": "0", "fresh_within": ""})
    with pytest.raises(InvalidInput, match="fresh_within"):
        check_values({"fresh_within": 36})


def test_an_option_no_system_of_the_kind_reads_is_refused_with_the_one_meant() -> None:
    check_system_options(["page_size", "feedback"], kind="rest")
    with pytest.raises(InvalidInput) as wrong:
        check_system_options(["pagesize", "zzz", "feedback"], kind="rest")
    assert "pagesize (did you mean page_size?), zzz." in wrong.value.en
    assert wrong.value.parts == {"options": ["pagesize", "zzz"]}
