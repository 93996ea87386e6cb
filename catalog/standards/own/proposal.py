"""A proposal as a steward writes it: YAML with code lists, elements and rules. Its form only; check.py its meaning."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import yaml

from catalog.errors import InvalidInput
from catalog.standards.own.additions import Additions, Entry, ValueRule

_PARTS = ("code_lists", "elements", "rules")
_ELEMENT = ("code", "name_zh", "name_en", "family", "kind", "grade", "personal", "clause")
_ELEMENT_MAY = ("length", "code_list", "unit")
_ENTRY = ("code", "name_zh", "name_en")
_DAYS = ("valid_from", "valid_to")
_RULE = ("code", "element", "pattern", "severity", "clause", "title_zh", "title_en")


def read(text: str) -> Additions:
    """What the proposal adds. Raises InvalidInput, naming the place, for what is not in the form of a proposal."""
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError:
        raise _malformed("", "不是 YAML", "is no YAML") from None
    if not isinstance(given, dict) or not given or not set(given) <= set(_PARTS):
        raise _malformed("", f"只能含 {'、'.join(_PARTS)}", f"holds {', '.join(_PARTS)} and nothing else")
    return Additions(
        tuple(_element(place, one) for place, one in _listed(given, "elements")),
        tuple(entry for place, one in _listed(given, "code_lists") for entry in _entries(place, one)),
        tuple(ValueRule(**_texts(place, one, _RULE)) for place, one in _listed(given, "rules")),
    )


def _element(place: str, given: Mapping[str, Any]) -> dict[str, str]:
    length = given.get("length", 0)
    if not isinstance(length, int) or isinstance(length, bool) or length < 0:
        raise _malformed(f"{place}.length", "不是正整数", "is no number of characters")
    row = _texts(place, {**given, "length": str(length)}, _ELEMENT, _ELEMENT_MAY)
    return {"code_list": "", "unit": ""} | row


def _entries(place: str, given: Mapping[str, Any]) -> Iterator[Entry]:
    _fields(place, given, ("code_list", "clause", "entries"))
    head = _texts(place, {name: value for name, value in given.items() if name != "entries"}, ("code_list", "clause"))
    for where, one in _listed(given, "entries", place):
        named = {name: value for name, value in one.items() if name not in _DAYS}
        texts = head | _texts(where, named, _ENTRY)
        first, last = (_day(f"{where}.{name}", one.get(name)) for name in _DAYS)
        yield Entry(
            code_list=texts["code_list"],
            code=texts["code"],
            name_zh=texts["name_zh"],
            name_en=texts["name_en"],
            clause=texts["clause"],
            valid_from=first,
            valid_to=last,
        )


def _day(place: str, given: object) -> date | None:
    if given is not None and type(given) is not date:  # a moment is a date to Python, and no day to us
        raise _malformed(place, "不是日期", "is no day, such as 2026-12-01")
    return given


def _listed(given: Mapping[str, Any], part: str, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(place, mapping) for each member of the list `part`; none when it is not given."""
    where = f"{place}.{part}" if place else part
    found = given.get(part, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _malformed(where, "不是条目列表", "is no list of entries")
    return ((f"{where}[{number}]", one) for number, one in enumerate(found, start=1))


def _texts(
    place: str, given: Mapping[str, Any], needed: tuple[str, ...], allowed: tuple[str, ...] = ()
) -> dict[str, str]:
    """The fields of one entry, each a text. A code without quotes is a number to YAML and has lost its zeros."""
    _fields(place, given, needed, allowed)
    for name, value in given.items():
        if not isinstance(value, str) or (name in needed and not value.strip()):
            raise _malformed(f"{place}.{name}", "须为非空文本，代码请加引号", "is a text, codes in quotes, not empty")
    return {name: value.strip() for name, value in given.items()}


def _fields(place: str, given: Mapping[str, Any], needed: tuple[str, ...], allowed: tuple[str, ...] = ()) -> None:
    if wrong := sorted(map(str, set(needed) - set(given) | (set(given) - set(needed) - set(allowed)))):
        names = ", ".join(wrong)
        raise _malformed(place, f"缺少或多出字段：{names}", f"lacks these fields or must not have them: {names}")


def _malformed(place: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        f"提案{f'的 {place} ' if place else ''}{zh}。写法见 docs/how-to/add-a-standard.md。",
        f"The proposal{f', at {place},' if place else ''} {en}. How to write it: docs/how-to/add-a-standard.md.",
        code="proposal_malformed",
        place=place,
    )
