"""What a condition's value may be: what an engine could only refuse in its own words is refused here, in ours."""

import pytest

from authorization.filters import comparison, typed
from catalog.errors import InvalidInput

HALF_A_PAIR = "\ud800"


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, "9" * 39, "9" * 5000])
def test_an_integer_no_table_can_hold_is_refused_without_being_named(value):
    with pytest.raises(InvalidInput) as caught:
        typed(value, "integer")
    assert str(value) not in str(caught.value)


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63)])
def test_the_largest_and_smallest_integers_are_taken(value):
    assert typed(str(value), "integer") == value


@pytest.mark.parametrize(
    ("op", "value"), [("eq", HALF_A_PAIR), ("starts", HALF_A_PAIR), ("in", ["a", f"b{HALF_A_PAIR}"])]
)
def test_text_that_cannot_be_encoded_is_refused(op, value):
    with pytest.raises(InvalidInput):
        comparison("name", op, value, {"name": "string"})
