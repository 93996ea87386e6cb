"""Addresses and their levels: GB/T 23705-2009 (levels), and the spellings people use (standards of the hub, 7.3)."""

import pytest

from lake.addresses import parse
from lake.addresses.marks import folded, marked

LEVELS = {"省": "province", "市": "prefecture", "县": "county", "镇": "township", "村": "community", "路": "road",
          "组": "group", "号": "door", "小区": "estate", "楼": "building", "元": "unit", "层": "floor",
          "室": "room"}  # fmt: skip
WHOLE = "山东省莱州市文昌路街道金苑社区文化东路12号金苑小区3号楼2单元301室"


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        (WHOLE, "省=山东省 县=莱州市 镇=文昌路街道 村=金苑社区 路=文化东路 号=12 小区=金苑小区 楼=3 元=2 室=301"),
        ("山东省烟台市莱州市柞村镇李家村西南街１２号",
         "省=山东省 市=烟台市 县=莱州市 镇=柞村镇 村=李家村 路=西南街 号=12"),
        ("山东省青岛市市南区香港中路10号", "省=山东省 市=青岛市 县=市南区 路=香港中路 号=10"),
        ("掖县城关镇东街", "县=掖县 镇=城关镇 路=东街"),
        ("寿光市圣城街道", "县=寿光市 镇=圣城街道"),
        ("文昌路街道办事处金苑社区居委会", "镇=文昌路街道 村=金苑社区"),
        ("沙河镇李家村村民委员会三组12号", "镇=沙河镇 村=李家村 组=3组 号=12"),
        ("文化东路十二号", "路=文化东路 号=12"),
        ("文化东路12", "路=文化东路 号=12"),
        ("文化东路12#", "路=文化东路 号=12"),
        ("文化东路12-3号", "路=文化东路 号=12-3"),
        ("文化东路12号附3号", "路=文化东路 号=12附3"),
        ("三号路12号", "路=3号路 号=12"),
        ("金苑小区", "小区=金苑小区"),
        ("莱州市金苑小区3-2-301", "县=莱州市 小区=金苑小区 楼=3 元=2 室=301"),
        ("金苑小区3-301", "小区=金苑小区 楼=3 室=301"),
        ("金苑小区3#2-301", "小区=金苑小区 楼=3 元=2 室=301"),
        ("金苑小区3#楼2单元301", "小区=金苑小区 楼=3 元=2 室=301"),
        ("金苑小区二十一幢三单元一〇三户", "小区=金苑小区 楼=21 元=3 室=103"),
        ("金苑小区第3栋第2单元3层301室", "小区=金苑小区 楼=3 元=2 层=3 室=301"),
        ("金苑小区二期3楼2单元301室", "小区=金苑小区2期 楼=3 元=2 室=301"),
        ("文化东路12号（金苑小区）3号楼", "路=文化东路 号=12 小区=金苑小区 楼=3"),
        ("文化东路12号（原棉纺厂）", "路=文化东路 号=12"),
        ("文化东路12号院3号楼", "路=文化东路 号=12 楼=3"),
        ("北京市朝阳区建国路88号SOHO现代城A座1201室",
         "省=北京市 县=朝阳区 路=建国路 号=88 小区=SOHO现代城 楼=A 室=1201"),
        ("261400 山东省莱州市，文化东路 12 号", "省=山东省 县=莱州市 路=文化东路 号=12"),
        ("三山岛街道", "镇=三山岛街道"),
        ("", ""),
    ],
    ids=lambda value: value[:24] or "nothing",
)  # fmt: skip
def test_a_text_is_taken_apart_into_levels(text: str, levels: str) -> None:
    expected = {LEVELS[name]: value for name, _, value in (level.partition("=") for level in levels.split())}
    assert parse(text).levels == expected


@pytest.mark.parametrize(
    ("numeral", "number"),
    [("一", "1"), ("十", "10"), ("十一", "11"), ("二十", "20"), ("二十一", "21"), ("一百", "100"), ("一百零三", "103"),
     ("一百一十", "110"), ("一百二十三", "123"), ("一〇三", "103"), ("一二〇一", "1201")],
)  # fmt: skip
def test_numerals_before_a_unit_of_counting_are_digits(numeral: str, number: str) -> None:
    assert folded(f"三山岛{numeral}室") == f"三山岛{number}室"


def test_every_spelling_of_one_household_gives_the_same_marks() -> None:
    numbers = ("3号楼2单元301室", "３号楼２单元３０１", "三栋二单元三〇一户", "3-2-301", "3#2-301", "03幢2单元301号",
               " 3 號樓 2 單元 301 室", "3号楼-2-301", "3-2-301室", "3/2/301", "3.2.301",
               "内3号楼2单元，301")  # fmt: skip
    spellings = [f"金苑小区{number}" for number in numbers]
    assert {marked(spelling) for spelling in spellings} == {"金苑小区3b2u301r"}


@pytest.mark.parametrize("text", ["文化东路12-2-301", "金苑小区3-2"])
def test_numbers_that_can_be_read_in_two_ways_are_not_read(text: str) -> None:
    address = parse(text)
    assert (address.building, address.unit, address.room) == ("", "", "")
