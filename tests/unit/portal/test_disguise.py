"""What a department's value looks like to others: hidden when it could be somebody's number, whatever its item."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import DataItem
from catalog.standards.elements import elements
from exchange_api.disguise import HIDDEN, disguise_of

ID = "370683199003074514"


def item(element: str) -> DataItem:
    """An item as its data element is graded."""
    standard = elements()[element]
    return DataItem(name=element, element=element, grade=standard.grade, personal=standard.personal, key=False)


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("division_code", ID),
        ("division_code", "王芳"),
        ("division_code", "370683 王芳"),
        ("serial_no", ID),
        ("serial_no", "13800138000"),
        ("record_no", f"A{ID}"),
        ("record_no", "370683900307451"),
        ("org_name", f"王芳 {ID[:-1]}x"),
        ("org_name", "电话 138 0013 8000"),
        ("text", "联系 0535-2211000"),
        ("text", "6222021001116245702"),
        ("uscc", ID),
        ("taxpayer_no", ID),
        ("taxpayer_no", "81370683MA3C0JX1XU"),
        ("managing_uscc", "81370683MA3C0JX1XU"),
        ("phone", "王芳 烟台市莱州市文昌路街道 12 号"),
        ("phone", ID),
        ("resident_id", "王芳"),
        ("person_name", f"王芳{ID}"),
        ("person_name", "山东省莱州市文昌路 1 号"),
        ("address_text", f"文昌路街道{ID}"),
        ("health_record", "x"),
    ],
)
def test_a_value_that_tells_of_a_person_or_cannot_be_its_element_is_hidden(element: str, value: str) -> None:
    assert disguise_of(item(element))(value) == HIDDEN


@pytest.mark.parametrize(
    ("element", "value", "shown"),
    [
        ("division_code", "370683", "370683"),
        ("division_code", "37068", "37068"),
        ("sex", "男性", "男性"),
        ("uscc", "91370683MA3C0JX1XU", "91370683MA3C0JX1XU"),
        ("taxpayer_no", "91370683124070713B", "91370683124070713B"),
        ("taxpayer_no", "25622848X", "25622848X"),
        ("reg_no", "370683228012345", "370683228012345"),
        ("org_name", "莱州市文昌路街道办事处", "莱州市文昌路街道办事处"),
        ("resident_id", ID, "3****************4"),
        ("person_name", "欧阳娜娜", "欧阳**"),
        ("phone", "13800138000", "138****8000"),
        ("phone", "", ""),
        ("serial_no", None, ""),
    ],
)
def test_what_fits_its_element_is_shown_or_masked_as_before(element: str, value: str | None, shown: str) -> None:
    assert disguise_of(item(element))(value) == shown


@given(st.sampled_from(sorted(elements())), st.text(max_size=12), st.text(max_size=12))
def test_no_item_ever_shows_an_identity_number_whole(element: str, before: str, after: str) -> None:
    assert ID not in disguise_of(item(element))(f"{before}{ID}{after}")
