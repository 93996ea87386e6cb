"""Grades: the highest counts, personal information has a floor, L4 is never given away freely."""

import pytest

from catalog.classification import check_classified, floor, highest, may_be_unconditional, too_low
from catalog.contracts import Item
from catalog.errors import ContractBroken, InvalidInput


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


def item(name: str, grade: str, personal: str) -> Item:
    return Item(name, name, name, name, "string", grade=grade, personal=personal)


SOUND = (item("number", "L1", "none"), item("phone", "L3", "general"))


def test_a_dataset_whose_items_are_all_classified_is_let_through() -> None:
    check_classified("a", SOUND, grade="L3", sharing="unconditional")
    check_classified("a", (*SOUND, item("resident_id", "L4", "sensitive")), grade="L4", sharing="conditional")


@pytest.mark.parametrize(
    ("items", "grade", "sharing", "code"),
    [
        ((*SOUND, item("forgotten", "", "none")), "L3", "conditional", "item_unclassified"),
        ((*SOUND, item("forgotten", "L2", "")), "L3", "conditional", "item_unclassified"),
        ((*SOUND, item("forgotten", "L9", "none")), "L3", "conditional", "item_unclassified"),
        ((*SOUND, item("resident_id", "L3", "sensitive")), "L4", "conditional", "grade_too_low"),
        ((*SOUND, item("phone2", "L1", "general")), "L4", "conditional", "grade_too_low"),
        (SOUND, "L2", "conditional", "dataset_grade_too_low"),
        (SOUND, "", "conditional", "dataset_grade_too_low"),
        ((*SOUND, item("resident_id", "L4", "sensitive")), "L4", "unconditional", "unconditional_too_sensitive"),
        (SOUND, "L4", "unconditional", "unconditional_too_sensitive"),
    ],
    ids=["no grade", "no kind", "no such grade", "sensitive below L4", "personal at L1", "whole below an item",
         "whole without a grade", "L4 for all", "raised to L4, for all"],
)  # fmt: skip
def test_what_is_not_or_wrongly_classified_is_refused_by_name(
    items: tuple[Item, ...], grade: str, sharing: str, code: str
) -> None:
    with pytest.raises(ContractBroken) as raised:
        check_classified("a", items, grade=grade, sharing=sharing)
    assert raised.value.code == code
    wrong = [one.name for one in items if one not in SOUND]
    if code in ("item_unclassified", "grade_too_low"):
        assert raised.value.parts["items"] == wrong
