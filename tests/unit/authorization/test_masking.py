"""What masked values look like, value by value."""

from datetime import date
from decimal import Decimal

import pytest

from authorization.masking import Mask, apply, parse_mask, recipient_key
from catalog.errors import InvalidInput

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        ("name", "张", "*"),
        ("name", "张三", "张*"),
        ("name", "李伟强", "李**"),
        ("name", "欧阳娜娜", "欧阳**"),
        ("name", "欧阳", "欧*"),
        ("name", "买买提·吐尔逊", "买*****逊"),
        ("name", "𠮷野家", "𠮷**"),
        ("resident_id", "370683199001014514", "3****************4"),
        ("resident_id", "12345", "****"),
        ("resident_id_6_4", "370683199001014514", "370683********4514"),
        ("resident_id_strict", "370683199001014514", "3****************4"),
        ("phone", "13812341234", "138****1234"),
        ("phone", "12345", "****"),
        ("address", "山东省莱州市文昌路街道光州路1号", "山东省莱州市文昌路街道****"),
        ("address", "某小区3单元", "****"),
        ("address", "莱州市文昌路120号鑫苑小区3号楼2单元501室(原程郭乡)", "****"),
        ("address", "光州路88号阳光花园小镇5号楼", "****"),
        ("address", "莱州市程郭镇前王村１２号", "莱州市程郭镇****"),
        ("address", "莱州市永安街道北关社区光州西路7号", "莱州市永安街道****"),
        ("address", "东关大街道北5号", "东关大街道****"),
        ("address", "莱州市前王村三巷东头(程郭镇)", "莱州市前王村****"),
        ("year_of_date", date(1990, 5, 1), 1990),
        ("band:500", Decimal("500.00"), "500-1000"),
        ("band:500", Decimal("499.99"), "0-500"),
        ("band:1000", -1, "-1000-0"),
        ("plain", "as it is", "as it is"),
    ],
)
def test_masked_values(mask, value, shown):
    name, _, width = mask.partition(":")
    assert apply(Mask(name, int(width or 0)), value, KEY) == shown


@pytest.mark.parametrize("name", ["name", "phone", "address", "resident_id", "year_of_date", "band", "pseudonym"])
def test_empty_stays_empty(name):
    assert apply(Mask(name, 10), None, KEY) is None


def test_a_pseudonym_is_the_same_for_one_recipient_and_another_for_the_next():
    keys = [recipient_key(b"m" * 32, agency=agency, element="resident_id") for agency in ("a", "a", "b")]
    first, again, other = (apply(Mask("pseudonym"), "370683199001014514", key) for key in keys)
    assert first == again != other
    assert len(first) == 32


@pytest.mark.parametrize(
    ("text", "kind"),
    [("phone", "date"), ("band", "decimal"), ("band:0", "decimal"), ("band:-5", "decimal"), ("band:x", "integer"),
     ("name:3", "string"), ("nonsense", "string"), ("", "string"), ("year_of_date", "string"), ("band:9", "string")],
)  # fmt: skip
def test_masks_that_do_not_exist_or_do_not_fit_are_refused(text, kind):
    with pytest.raises(InvalidInput):
        parse_mask(text, kind)


def test_a_mask_survives_its_written_form():
    assert str(parse_mask("band:500", "decimal")) == "band:500"
