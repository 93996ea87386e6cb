"""The ways people write an address, made from its true parts, and texts like an address that fit no building.

None of them is taken from the demo city's deliveries: counter clerks, couriers and old forms are known for them.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

Parts: TypeAlias = Mapping[str, str]
Way: TypeAlias = Callable[[Parts], str]
"""From province, prefecture, county, former, township, community, road, door, estate, building, unit, room."""

_DIGITS = "〇一二三四五六七八九"


def numeral(number: str) -> str:
    """A number below 1000 as it is read: 二十一; longer ones digit by digit: 一二〇一."""
    value = int(number)
    if value > 99:
        return "".join(_DIGITS[int(digit)] for digit in number)
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def _committee(community: str) -> str:
    return community.removesuffix("社区") + ("居委会" if community.endswith("社区") else "委会")


IN_ESTATE: Final[dict[str, Way]] = {
    "estate alone": lambda p: "{estate}{building}号楼{unit}单元{room}室".format(**p),
    "hyphens": lambda p: "{county}{estate}{building}-{unit}-{room}".format(**p),
    "number sign": lambda p: "{township}{estate}{building}#{unit}-{room}".format(**p),
    "number sign and storey house": lambda p: "{township}{estate}{building}#楼{unit}单元{room}".format(**p),
    "numerals": lambda p: f"{p['estate']}{numeral(p['building'])}号楼{numeral(p['unit'])}单元{numeral(p['room'])}室",
    "other words": lambda p: "{province}{prefecture}{county}{community}{estate}{building}幢{unit}单元{room}户".format(
        **p
    ),
    "mixed": lambda p: "{township}{estate}{building}栋{unit}-{room}".format(**p),
    "no unit": lambda p: "{county}{township}{estate}{building}号楼{room}室".format(**p),
    "without estate": lambda p: "{township}{road}{door}号{building}号楼{unit}单元{room}室".format(**p),
    "estate in brackets": lambda p: "{county}{road}{door}号（{estate}）{building}号楼{unit}单元{room}室".format(**p),
    "remark": lambda p: "{county}{estate}{building}号楼{unit}单元{room}室（与父母同住）".format(**p),
    "prefecture and post code": lambda p: (
        "261400 {province}{prefecture}{county}{township}{road}{door}号{estate}{building}号楼{unit}单元{room}室".format(
            **p
        )
    ),
    "former county": lambda p: "{former}{township}{estate}{building}号楼{unit}单元{room}室".format(**p),
    "committee": lambda p: (
        f"{p['township']}办事处{_committee(p['community'])}{p['road']}{p['door']}号"
        f"{p['estate']}{p['building']}号楼{p['unit']}单元{p['room']}室"
    ),
    "commas and blanks": lambda p: (
        "{county}，{township} {road} {door} 号，{estate}，{building} 号楼 {unit} 单元 {room} 室".format(**p)
    ),
    "leading zeros": lambda p: f"{p['county']}{p['estate']}{p['building']:0>2}号楼{p['unit']:0>2}单元{p['room']}室",
    "building as a number": lambda p: "{township}{estate}{building}号{unit}单元{room}室".format(**p),
    "traditional": lambda p: "{county}{township}{estate}{building}號樓{unit}單元{room}室".format(**p),
    "unknown community": lambda p: (
        "{county}{township}太平洋社区{road}{door}号{estate}{building}号楼{unit}单元{room}室".format(**p)
    ),
    "short county": lambda p: f"莱州{p['township']}{p['estate']}{p['building']}号楼{p['unit']}单元{p['room']}室",
    "building only": lambda p: "{estate}{building}号楼".format(**p),
}
AT_A_DOOR: Final[dict[str, Way]] = {
    "township left out": lambda p: "{county}{community}{road}{door}号".format(**p),
    "committee": lambda p: f"{p['county']}{p['township']}{_committee(p['community'])}{p['road']}{p['door']}号",
    "numerals": lambda p: f"{p['township']}{p['community']}{p['road']}{numeral(p['door'])}号",
    "number sign": lambda p: "{township}{community}{road}{door}#".format(**p),
    "bare number": lambda p: "{county}{township}{community}{road}{door}".format(**p),
    "what is there": lambda p: "{county}{township}{community}{road}{door}号便民超市".format(**p),
    "blanks": lambda p: "{province} {county} {township} {community} {road} {door} 号".format(**p),
    "former county": lambda p: "{former}{township}{community}{road}{door}号".format(**p),
}
NOWHERE_IN_ESTATE: Final[dict[str, Way]] = {
    "no such building": lambda p: (
        f"{p['county']}{p['estate']}{int(p['building']) + 70}号楼{p['unit']}单元{p['room']}室"
    ),
    "another estate": lambda p: "{county}{township}新{estate}{building}号楼{unit}单元{room}室".format(**p),
    "another city": lambda p: "山东省青岛市{estate}{building}号楼{unit}单元{room}室".format(**p),
    "no such term": lambda p: "{county}{estate}九期{building}号楼{unit}单元{room}室".format(**p),
    "estate of another door": lambda p: "{county}{road}{door}号太平洋花园{building}号楼{unit}单元{room}室".format(**p),
}
NOWHERE_AT_A_DOOR: Final[dict[str, Way]] = {
    "no such door": lambda p: f"{p['county']}{p['township']}{p['community']}{p['road']}{int(p['door']) + 5000}号",
    "another county": lambda p: "山东省潍坊市寿光市{community}{road}{door}号".format(**p),
    "another lane": lambda p: "{county}{township}{community}太平洋巷{door}号".format(**p),
    "another village": lambda p: f"{p['county']}{p['township']}新{p['community'].removesuffix('社区')}村{p['door']}号",
    "part of a number": lambda p: "{county}{township}{community}{road}{door}号附9号".format(**p),
}
BUILDING_ONLY: Final = frozenset({"building only", "no unit"})
