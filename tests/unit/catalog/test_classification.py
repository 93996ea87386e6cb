"""Grades: the highest counts, personal information has a floor, L4 is never given away freely."""

import pytest

from catalog.classification import floor, highest, may_be_unconditional, too_low
from catalog.errors import InvalidInput


def test_a_whole_is_graded_like_its_most_sensitive_part() -> None:
    assert highest(["L1", "L3", "L2"]) == "L3"
    assert highest([]) == "L1"


@pytest.mark.parametrize(("personal", "lowest"), [("none", "L1"), ("general", "L2"), ("sensitive", "L4")])
def test_personal_information_has_a_lowest_grade(personal: str, lowest: str) -> None:
    assert floor(personal) == lowest
    assert not too_low(lowest, personal)
    assert too_low("L1", personal) is (lowest != "L1")


def test_a_name_the_law_makes_public_may_be_public() -> None:
    assert not too_low("L1", "general", element="legal_representative")
    assert too_low("L1", "general", element="name")


def test_the_highest_grade_is_never_shared_without_conditions() -> None:
    assert [grade for grade in ("L1", "L2", "L3", "L4") if not may_be_unconditional(grade)] == ["L4"]


def test_unknown_names_are_refused_without_repeating_them() -> None:
    for call in (lambda: highest(["L9"]), lambda: floor("secretive"), lambda: may_be_unconditional("public")):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert not {"L9", "secretive"} & set(str(caught.value).split())
