"""Codes become folder names, SQL names and parts of URLs: nothing that could be anything else is taken."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import InvalidInput
from catalog.identifiers import batch_id, check_dataset_code


@pytest.mark.parametrize("code", ["police_person", "a1", "topic_housing_support", "x" * 63])
def test_a_good_code_is_returned_as_it_came(code: str) -> None:
    assert check_dataset_code(code) == code


REFUSED = [
    *("", "a", "x" * 64, "Police", "1person", "_raw", "人口", "ａbc"),
    *("police-person", "police.person", "a b", "../etc", "a;drop", "ab\n", "a\x00"),
]


@pytest.mark.parametrize("code", REFUSED, ids=repr)
def test_a_code_that_could_be_anything_else_is_refused(code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_dataset_code(code)
    assert caught.value.code == "name_invalid"


@given(st.text(max_size=70))
def test_whatever_passes_is_a_plain_lower_case_name(text: str) -> None:
    try:
        code = check_dataset_code(text)
    except InvalidInput:
        return
    assert set(code) <= set(string.ascii_lowercase + string.digits + "_")
    assert code[0] in string.ascii_lowercase
    assert 2 <= len(code) <= 63


def test_a_refused_code_is_not_repeated_because_it_may_be_a_value_in_the_wrong_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_dataset_code("370683199001014514")
    assert "370683199001014514" not in str(caught.value)


def test_the_id_of_a_batch_tells_dataset_moment_and_content() -> None:
    moment = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
    assert batch_id("police_person", "a3f09c77ffff", moment) == "police_person-20261120t010203-a3f09c77"
