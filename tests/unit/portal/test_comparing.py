"""How two values stand to each other is told in words from which neither can be read."""

from datetime import date

import pytest

from authorization.masking import Mask, apply
from catalog.models import DataItem
from exchange_api.disguise import HIDDEN, partly
from exchange_api.views.comparing import age, relation, remark

ONE = "370683199003074514"


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [("a", "a", "same"), ("a", "b", "differs"), ("a", "", "one_empty"), ("", "b", "one_empty"), ("", "", "both_empty")],
)
def test_two_values_are_the_same_differ_or_one_is_empty(left: str, right: str, said: str) -> None:
    assert relation(left, right) == said


@pytest.mark.parametrize(
    ("element", "left", "right", "said"),
    [
        ("birth_date", "19900307", "19900308", "日不同（相差 1 位数字）"),
        ("birth_date", "1990-03-07", "19900703", "月日对调"),
        ("birth_date", "19900307", "19810520", "年、月、日不同（多处不同）"),
        ("resident_id", ONE, "370683199003074541", "末四位不同（相邻两位互换）"),
        ("resident_id", ONE, "370683199103074514", "出生日期不同（相差 1 位）"),
        ("resident_id", ONE, "370683900307451", "长度不同"),
        ("phone", "13800001234", "13800001239", "相差 1 位"),
        ("phone", "13800001234", "13911115678", "多处不同"),
        ("person_name", "王小明", "王晓明", "同姓，名有一字不同"),
        ("person_name", "王小明", "汪小明", "仅姓不同"),
        ("person_name", "王小明", "小明王", "用字相同，次序不同"),
        ("person_name", "欧阳小明", "欧阳兰", "同姓，名不同"),
        ("address_text", "莱州市文昌路街道文泉路1号", "莱州市文昌路街道文泉路2号", "街道（乡镇、村）相同，以下不同"),
        ("address_text", "莱州市文昌路街道文泉路1号", "莱州市沙河镇路旺村1号", "街道（乡镇、村）就不同"),
        ("address_text", "文泉路1号", "光州路1号", ""),
        ("sex", "1", "2", ""),
    ],
)
def test_in_what_two_values_differ_is_said_without_them(element: str, left: str, right: str, said: str) -> None:
    chinese, english = remark(element, left, right)
    assert chinese == said
    assert bool(english) is bool(said)
    assert not any(part in chinese + english for part in (left, right))
    assert remark(element, right, left) == (chinese, english)
    assert remark(element, left, left) == remark(element, left, "") == ("", "")


@pytest.mark.parametrize(
    ("born", "number", "said"),
    [
        ("20081121", "", "adult"),
        ("20081122", "", "minor"),
        ("2008-11-22", "", "minor"),
        ("19900307", "", "adult"),
        ("", "", "unknown"),
        ("2008", "", "unknown"),
        ("1900-01-01", "", "unknown"),
        ("19700101", "", "unknown"),
        ("2099-01-01", "", "unknown"),
        ("1900-01-01", "370683201503161020", "minor"),
        ("19850301", "370683201503161020", "minor"),
        ("", "370683201513161029", "minor"),
        ("", "37068320150316102", "minor"),
        ("", "3706833201503161020", "minor"),
        ("", "37068320150316102x", "minor"),
        ("", "370683191503161020", "unknown"),
        ("", ONE, "adult"),
        ("", "370683900307451", "adult"),
        ("", "E12345678", "unknown"),
    ],
)
def test_whoever_may_be_a_minor_by_date_or_number_is_one_and_who_cannot_be_told_is_unknown(
    born: str, number: str, said: str
) -> None:
    assert age({"birth_date": born, "resident_id": number}, date(2026, 11, 21)) == said


@pytest.mark.parametrize(
    ("element", "value", "shown"),
    [
        ("resident_id", ONE, "**************4514"),
        ("resident_id", "370683900307451", "3*************1"),
        ("birth_date", "19900307", HIDDEN),
        ("birth_date", "7 March", HIDDEN),
        ("person_name", "王小明", "王*明"),
        ("person_name", "王明", "王*"),
        ("phone", "13800001234", "138****1234"),
        ("note", "370683199003074514", HIDDEN),
    ],
)
def test_of_a_masked_value_a_part_is_shown_and_never_the_whole(element: str, value: str, shown: str) -> None:
    item = DataItem(name="x", key=False, grade="L3", personal="sensitive", element=element)
    assert partly(item)(value) == shown
    assert partly(item)(None) == partly(item)("") == ""


def test_no_part_tells_of_the_birthday_or_the_check_digit_leaves_few_numbers_to_try() -> None:
    number, born = (
        DataItem(name="x", key=False, grade="L3", personal="sensitive", element=element)
        for element in ("resident_id", "birth_date")
    )
    told = partly(number)(ONE) + partly(born)("1990-03-07") + apply(Mask("resident_id_strict"), ONE, b"")
    assert "0307" not in told
    assert "1990" not in told
