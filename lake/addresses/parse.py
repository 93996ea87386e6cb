"""A Chinese address taken apart into the levels of GB/T 23705-2009, from its text alone.

    parse("山东省莱州市文昌路街道金苑社区文化东路12号金苑小区3号楼2单元301室").building  # "3"

Numbers come without their unit, names whole. What the text does not say is '': nothing is filled in here. Without a
register a name is only known by how it ends, so that 金苑新村 may be taken for a village; match.py asks the register.
"""

import re
from dataclasses import dataclass, fields
from functools import cache

from catalog.standards.divisions import divisions
from lake.addresses import marks

_PROVINCE = re.compile(r"^(?:中国)?((?:北京|天津|上海|重庆)市|[^0-9A-Z]{2,8}?(?:省|自治区|特别行政区))")
_PREFECTURE = re.compile(r"^([^0-9A-Z]{2,9}?(?:市|自治州|地区|盟))")
_COUNTY = re.compile(r"^([^0-9A-Z街镇乡路村]{1,7}?(?:市|县|旗|[^社小校片园院厂库街]区))")
_TOWNSHIP = re.compile(r"^([^0-9A-Z]{1,10}?(?:街道|镇|乡|苏木))(?!小区|花园|家园|新村|公寓)")
_COMMUNITY = re.compile(r"^([^0-9A-Z]{1,12}?(?:社区|[^新度]村|嘎查))")
_ROAD = re.compile(r"^(.{1,12}?(?:大道|大街|路|街|巷|胡同|弄|国道|省道|县道)(?:[东西南北中]段)?)")
_PLACE_TAIL = re.compile(r"[0-9]+[组队]$")


@dataclass(frozen=True)
class Address:
    """The levels of one address, top down; '' where the text says nothing. rest: what was not understood."""

    province: str = ""
    prefecture: str = ""
    county: str = ""
    township: str = ""
    community: str = ""
    road: str = ""
    group: str = ""
    door: str = ""
    estate: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    rest: str = ""

    @property
    def levels(self) -> dict[str, str]:
        """Level -> value, of those the text has."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name))}


def parse(text: str) -> Address:
    """Take `text` apart, in any spelling (full width, numerals, brackets, #, 栋, hyphens); never raises."""
    marked = marks.marked(text)
    numbers = {
        level: marks.part(marked, getattr(marks, level.upper()))
        for level in ("door", "building", "unit", "floor", "room")
    }
    names, middle, rest = (
        marks.part(marked, pattern).replace("№", "号") for pattern in (marks.NAMES, marks.MIDDLE, marks.REST)
    )
    province, names = _taken(_PROVINCE, names)
    prefecture, county, names = _cities(names, below=bool(province))
    township, names = _taken(_TOWNSHIP, names)
    community, names = _taken(_COMMUNITY, names)
    road, estate, group, unread = _way(names, door=bool(numbers["door"]))
    return Address(
        **{"province": province, "prefecture": prefecture, "county": county, "township": township},
        **{"community": community, "road": road, "group": group, "estate": middle or estate, "rest": unread + rest},
        **numbers,
    )


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.match(text)
    return (found.group(1), text[found.end() :]) if found else ("", text)


def _cities(text: str, *, below: bool) -> tuple[str, str, str]:
    """Prefecture, county and what follows. Below a province any name counts, elsewhere only those of the code table."""
    first, after = _taken(_PREFECTURE, text)
    level = _levels().get(first, "")
    prefecture = first if level == "prefecture" or (first and below and level != "county") else ""
    rest = after if prefecture else text
    county, after = _taken(_COUNTY, rest)
    if county and (below or prefecture or _levels().get(county) == "county"):
        return prefecture, county, after
    if prefecture and below and level != "prefecture" and prefecture.endswith("市"):
        return "", prefecture, rest  # 山东省莱州市: a city right below the province that the code table does not have
    return prefecture, "", rest


def _way(text: str, *, door: bool) -> tuple[str, str, str, str]:
    """Road, estate, village group and what is neither, from the names between community and number."""
    group = _PLACE_TAIL.search(text)
    if group:
        return "", "", group.group(), text[: group.start()]
    if door:
        return text, "", "", ""
    road, estate = _taken(_ROAD, text)
    return road, estate, "", ""


@cache
def _levels() -> dict[str, str]:
    return {row.name: row.level for row in divisions()}
