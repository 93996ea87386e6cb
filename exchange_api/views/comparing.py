"""How two values of a field stand to each other, told without either: same, in what they differ, one empty. Pure.

Of sensitive items one asks for yes or no and not for the value (核验): a reviewer can decide by what is told here where
nothing is shown.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Final, Literal

from authorization.masking import COMPOUND_SURNAMES, Mask, apply
from exchange_api.views.names import Pair

Relation = Literal["same", "differs", "one_empty", "both_empty"]
Age = Literal["minor", "adult", "unknown"]
OLDEST: Final = 110
"""Years beyond which a date of birth is taken for a placeholder or a slip."""
_PLACEHOLDERS: Final = frozenset({"19700101"})
"""The day clocks begin with; 1900-01-01 and its like are beyond OLDEST."""
NOTHING: Final[Pair] = ("", "")
NEAR: Final = 2
"""Characters of a number that may differ for it to be worth saying which kind of slip it could be."""
_SECTIONS: Final = ((0, 6, "行政区划", "division"), (6, 14, "出生日期", "birth date"), (14, 18, "末四位", "last four"))
"""Of an 18-digit identity number (GB 11643-1999): from, to, what it is."""
_DATE: Final = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_IDS: Final = frozenset({"resident_id", "foreign_resident_id"})
_ADDRESSES: Final = frozenset({"address_text", "org_address"})
_PEOPLE: Final = frozenset({"person_name", "former_person_name", "legal_representative", "right_holder"})
_NUMBERS: Final = frozenset({"phone", "uscc", "reg_no", "passport_no", "travel_permit_no"})


def relation(left: str, right: str) -> Relation:
    """How two values stand to each other; '' is none."""
    if not left or not right:
        return "one_empty" if left or right else "both_empty"
    return "same" if left == right else "differs"


def remark(element: str, left: str, right: str) -> Pair:
    """In what two values of a data element differ, ('', '') where they do not, or there is nothing to say."""
    if relation(left, right) != "differs":
        return NOTHING
    if _DATE.fullmatch(left) and _DATE.fullmatch(right):
        return _dates(left, right)
    if element in _IDS and len(left) == len(right) == 18:
        return _identities(left, right)
    if element in _IDS | _NUMBERS:
        return _slips(left, right, ("位", "character"))
    if element in _PEOPLE:
        return _names(left, right)
    if element in _ADDRESSES:
        return _addresses(left, right)
    return NOTHING


def age(values: Mapping[str, str], today: date) -> Age:
    """Whether the person of a record is of age: by `birth_date` and the date inside `resident_id`, valid or not.

    A minor by either is one. unknown: neither tells, as where the date is a placeholder or an age nobody reaches.
    """
    days = {found.groups() for found in [_DATE.fullmatch(values.get("birth_date", ""))] if found}
    days |= set(_days_inside(values.get("resident_id", "")))
    said = {_age("".join(day), today) for day in days}
    return "minor" if "minor" in said else "adult" if "adult" in said else "unknown"


def _age(day: str, today: date) -> Age:
    """By eight digits. Of a day that is in no calendar the year still tells who may be a minor."""
    year, youngest = int(day[:4]), f"{today.year - 18:04}{today:%m%d}"
    if not today.year - OLDEST <= year <= today.year or day in _PLACEHOLDERS:
        return "unknown"
    real = "01" <= day[4:6] <= "12" and "01" <= day[6:] <= "31"
    if day > youngest or (not real and year >= today.year - 18):
        return "minor"
    return "adult" if real else "unknown"


def _days_inside(number: str) -> Iterator[tuple[str, ...]]:
    """Dates an identity number may hold: digits 7 to 14 (GB 11643), or beside them where one is missing or too many."""
    digits = "".join(filter(str.isalnum, number))
    starts = {15: (), 18: (6,), 17: (5, 6), 19: (6, 7)}.get(len(digits), ())
    inside = [digits[start : start + 8] for start in starts] + ([f"19{digits[6:12]}"] if len(digits) == 15 else [])
    yield from ((day,) for day in inside if day.isascii() and day.isdigit())


def _dates(left: str, right: str) -> Pair:
    mine, theirs = (_DATE.fullmatch(text).groups() for text in (left, right))  # type: ignore[union-attr]
    if mine[0] == theirs[0] and mine[1:] == theirs[:0:-1]:
        return "月日对调", "day and month exchanged"
    parts = [pair for pair in zip(("年", "月", "日"), ("year", "month", "day"), mine, theirs, strict=True)]
    apart = [part for part in parts if part[2] != part[3]]
    places, wheres = "、".join(part[0] for part in apart), " and ".join(part[1] for part in apart)
    slip = _slips("".join(mine), "".join(theirs), ("位数字", "digit"))
    return f"{places}不同（{slip[0]}）", f"another {wheres} ({slip[1]})"


def _identities(left: str, right: str) -> Pair:
    apart = [part for part in _SECTIONS if left[part[0] : part[1]] != right[part[0] : part[1]]]
    slip = _slips(left, right, ("位", "character"))
    places, wheres = "、".join(part[2] for part in apart), " and ".join(part[3] for part in apart)
    return f"{places}不同（{slip[0]}）", f"another {wheres} ({slip[1]})"


def _slips(left: str, right: str, unit: Pair) -> Pair:
    """How many characters of two numbers differ, as far as they could be a slip of somebody typing."""
    if len(left) != len(right):
        return "长度不同", "of different length"
    apart = [place for place, pair in enumerate(zip(left, right, strict=True)) if pair[0] != pair[1]]
    if len(apart) == NEAR and apart[1] == apart[0] + 1 and left[apart[0]] == right[apart[1]]:
        return "相邻两位互换", "two neighbours exchanged"
    if len(apart) <= NEAR:
        return f"相差 {len(apart)} {unit[0]}", f"{len(apart)} {unit[1]}{'s' * (len(apart) > 1)} different"
    return "多处不同", "different in many places"


def _names(left: str, right: str) -> Pair:
    surnames = {text[: 2 if text[:2] in COMPOUND_SURNAMES else 1] for text in (left, right)}
    if sorted(left) == sorted(right):
        return "用字相同，次序不同", "the same characters in another order"
    if len(left) == len(right) and sum(one != other for one, other in zip(left, right, strict=True)) == 1:
        same = len(surnames) == 1
        return ("同姓，名有一字不同", "same surname, one character of the name differs") if same else (
            "仅姓不同", "only the surname differs"
        )  # fmt: skip
    if left in right or right in left:
        return "一方包含另一方", "one contains the other"
    return ("同姓，名不同", "same surname, another name") if len(surnames) == 1 else ("姓不同", "another surname")


def _addresses(left: str, right: str) -> Pair:
    area, other = (apply(Mask("address"), text, b"").rstrip("*") for text in (left, right))
    if not area or not other:
        return NOTHING  # no street or village is named: there is nothing to hold against each other
    if area != other:
        return "街道（乡镇、村）就不同", "another street, town or village"
    if _digits(left) == _digits(right):
        return "街道（乡镇、村）和门牌号码相同，写法不同", "same place and numbers, written otherwise"
    return "街道（乡镇、村）相同，以下不同", "the same down to the street, town or village"


def _digits(text: str) -> list[str]:
    return ["".join(group) for digit, group in groupby(text, str.isdigit) if digit]
