"""What a masked value looks like: each mask once in Python, once in DuckDB's SQL, and the two are tested equal. Pure.

| mask               | shown                                             | of kinds           |
|--------------------|---------------------------------------------------|--------------------|
| plain              | the value                                         | all                |
| name               | 张* 张** 欧阳* 买*…*明                             | string             |
| resident_id        | first 1, stars, last 1                            | string             |
| resident_id_strict | the same                                          | string             |
| resident_id_6_4    | first 6, stars, last 4; never to who has birthday | string             |
| phone              | first 3, ****, last 4                             | string             |
| address            | to 街道, 镇, 乡, 村... before any road or number   | string             |
| year_of_date       | the year                                          | date, timestamp    |
| band:<width>       | 500-1000 (from, below)                            | integer, decimal   |
| pseudonym          | 32 hex digits, HMAC-SHA-256, per recipient        | string             |

The forms follow the usual practice of 静态/动态脱敏. Empty stays empty (NULL).
"""

import hashlib
import hmac
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any, Final

from authorization.filters import Sql, quoted
from catalog.errors import InvalidInput

# fmt: off
COMPOUND_SURNAMES: Final = (
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙",
    "慕容", "司徒", "令狐", "宇文", "长孙", "夏侯", "端木", "南宫",
)
# fmt: on
STREETS: Final = ("街道", "镇", "乡", "开发区", "村", "社区")
DOOR_BEGINS: Final = "路街巷弄号栋幢0123456789０１２３４５６７８９"
"""Where the part of an address that leads to a door may begin: nothing from there on is shown, in brackets neither."""
NO_DOOR: Final = (("路街道", "□□□"), ("街道", "□□"))
"""What holds such a sign and is none, with what stands in for it while the door is looked for (of equal length)."""
BLOCK: Final = 64
PSEUDONYM_LENGTH: Final = 32
KINDS: Final[Mapping[str, frozenset[str]]] = {
    "name": frozenset({"string"}),
    "resident_id": frozenset({"string"}),
    "resident_id_strict": frozenset({"string"}),
    "resident_id_6_4": frozenset({"string"}),
    "phone": frozenset({"string"}),
    "address": frozenset({"string"}),
    "year_of_date": frozenset({"date", "timestamp"}),
    "band": frozenset({"integer", "decimal"}),
    "pseudonym": frozenset({"string"}),
}
"""Masks and the kinds of items they can hide; `plain` fits every kind."""


@dataclass(frozen=True)
class Mask:
    """A mask; `width` is the width of a band, in the item's unit."""

    name: str
    width: int = 0

    def __str__(self) -> str:
        return f"{self.name}:{self.width}" if self.width else self.name


PLAIN: Final = Mask("plain")


def parse_mask(text: str, kind: str) -> Mask:
    """A mask from its written form for an item of `kind`; raises InvalidInput when it is unknown or does not fit."""
    name, _, width = text.partition(":")
    fits = name == PLAIN.name or kind in KINDS.get(name, ())
    wide = width.isdecimal() and 0 < int(width) <= 10**9
    if not fits or (wide if name == "band" else not width) is not True:
        raise InvalidInput(
            f"脱敏方式不存在或不适用于 {kind} 类型的数据项。请使用 {'、'.join(KINDS)}、plain；分段写作 band:1000。",
            f"There is no such mask for an item of kind {kind}. Use {', '.join(KINDS)} or plain; a band as band:1000.",
            code="mask_invalid",
        )
    return Mask(name, int(width or 0))


def apply(mask: Mask, value: Any, key: bytes) -> Any:
    """What is shown of `value`; `key` is the recipient's pseudonym key. None stays None."""
    if value is None or mask == PLAIN:
        return value
    if mask.name == "band":
        return _band(value, mask.width)
    if mask.name == "pseudonym":
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_LENGTH]
    return _PYTHON[mask.name](value)


def to_sql(mask: Mask, item: str, key: bytes, *, prefix: str) -> Sql:
    """The SQL expression of the mask over column `item`; parameters are named $<prefix>..."""
    column = quoted(item)
    if mask == PLAIN:
        return Sql(column, {})
    if mask.name == "band":
        return Sql(_BAND_SQL.format(x=column, w=mask.width), {})
    if mask.name == "pseudonym":
        return Sql(_PSEUDONYM_SQL.format(x=column, p=prefix), hmac_pads(key, prefix))
    return Sql(_SQL[mask.name].format(x=column), {})


def hmac_pads(key: bytes, prefix: str) -> dict[str, bytes]:
    """The two padded keys of HMAC-SHA-256 (RFC 2104) as parameters, so that SQL computes a true HMAC."""
    block = (key if len(key) <= BLOCK else hashlib.sha256(key).digest()).ljust(BLOCK, b"\0")
    inner, outer = bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)
    return {f"{prefix}_inner": inner, f"{prefix}_outer": outer}


def recipient_key(master: bytes, *, agency: str, element: str) -> bytes:
    """Pseudonym key of one recipient for one data element: two recipients cannot join, one can join its own data."""
    return hmac.new(master, f"pseudonym\x1f{agency}\x1f{element}".encode(), hashlib.sha256).digest()


def _name(value: str) -> str:
    if len(value) <= 1:
        return "*"
    if value[:2] in COMPOUND_SURNAMES and len(value) > 2:
        return value[:2] + "*" * (len(value) - 2)
    if len(value) <= 3:
        return value[0] + "*" * (len(value) - 1)
    return value[0] + "*" * (len(value) - 2) + value[-1]


def _ends(first: int, last: int) -> Callable[[str], str]:
    def shown(value: str) -> str:
        hidden = len(value) - first - last
        return value[:first] + "*" * hidden + value[-last:] if hidden >= 4 else "****"

    return shown


def _phone(value: str) -> str:
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 11 else "****"


def _address(value: str) -> str:
    guarded = value
    for word, stand_in in NO_DOOR:
        guarded = guarded.replace(word, stand_in)
    area = value[: next((place for place, sign in enumerate(guarded) if sign in DOOR_BEGINS), len(value))]
    for street in STREETS:
        found = area.find(street)
        if found >= 0:
            return area[: found + len(street)] + "****"
    return "****"


def _year(value: date) -> int:
    return value.year


def _band(value: Any, width: int) -> str | None:
    if not math.isfinite(value):
        return None
    low = math.floor(float(value) / width) * width
    return f"{low}-{low + width}"


_PYTHON: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": _name,
    "resident_id": _ends(1, 1),
    "resident_id_strict": _ends(1, 1),
    "resident_id_6_4": _ends(6, 4),
    "phone": _phone,
    "address": _address,
    "year_of_date": _year,
}

_COMPOUND_SQL: Final = ", ".join(f"'{surname}'" for surname in COMPOUND_SURNAMES)
_GUARDED_SQL: Final = reduce(lambda sql, pair: f"replace({sql}, '{pair[0]}', '{pair[1]}')", NO_DOOR, "{x}")
_AREA_SQL: Final = f"left({{x}}, length(regexp_extract({_GUARDED_SQL}, '^[^{DOOR_BEGINS}]*')))"
_ADDRESS_SQL: Final = " ".join(
    f"WHEN contains({_AREA_SQL}, '{street}')"
    f" THEN left({{x}}, instr({_AREA_SQL}, '{street}') + {len(street) - 1}) || '****'"
    for street in STREETS
)
_BAND_SQL: Final = (
    "CASE WHEN isfinite({x}::DOUBLE) THEN (floor({x}::DOUBLE / {w})::HUGEINT * {w})::VARCHAR || '-'"
    " || (floor({x}::DOUBLE / {w})::HUGEINT * {w} + {w})::VARCHAR END"
)
_PSEUDONYM_SQL: Final = (
    f"left(sha256(${{p}}_outer || unhex(sha256(${{p}}_inner || encode({{x}})))), {PSEUDONYM_LENGTH})"
)
_ENDS_SQL: Final = (
    "CASE WHEN length({{x}}) >= {least} THEN left({{x}}, {first}) || repeat('*', length({{x}}) - {kept})"
    " || right({{x}}, {last}) WHEN {{x}} IS NOT NULL THEN '****' END"
)
_SQL: Final[Mapping[str, str]] = {
    "name": (
        "CASE WHEN {x} IS NULL THEN NULL WHEN length({x}) <= 1 THEN '*'"
        f" WHEN left({{x}}, 2) IN ({_COMPOUND_SQL}) AND length({{x}}) > 2"
        " THEN left({x}, 2) || repeat('*', length({x}) - 2)"
        " WHEN length({x}) <= 3 THEN left({x}, 1) || repeat('*', length({x}) - 1)"
        " ELSE left({x}, 1) || repeat('*', length({x}) - 2) || right({x}, 1) END"
    ),
    "resident_id": _ENDS_SQL.format(least=6, first=1, last=1, kept=2),
    "resident_id_strict": _ENDS_SQL.format(least=6, first=1, last=1, kept=2),
    "resident_id_6_4": _ENDS_SQL.format(least=14, first=6, last=4, kept=10),
    "phone": (
        "CASE WHEN length({x}) >= 11 THEN left({x}, 3) || '****' || right({x}, 4) WHEN {x} IS NOT NULL THEN '****' END"
    ),
    "address": f"CASE {_ADDRESS_SQL} WHEN {{x}} IS NOT NULL THEN '****' END",
    "year_of_date": "CAST(year({x}) AS BIGINT)",
}
