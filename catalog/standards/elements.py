"""Data elements (数据元): what a data item may hold, in which form, under which standard, and how guarded.

The table is elements.csv, and what the county has added to it (own/); contracts name an element per item, the
standardiser and the quality suites read its family.
Families: identifier, name, date, code, address, number, geometry, text. Nothing here looks at data.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from catalog.errors import NotFound
from catalog.standards.own import in_force
from catalog.standards.own.additions import Additions

_TABLE = Path(__file__).with_name("elements.csv")


@dataclass(frozen=True)
class Element:
    """One data element. `length` is the greatest number of characters (0: no limit); `unit` the unit of a number."""

    code: str
    name_zh: str
    name_en: str
    family: str
    kind: str
    length: int
    code_list: str
    grade: str
    personal: str
    clause: str
    unit: str = ""


def elements() -> dict[str, Element]:
    """Every data element by its code, in the order of the table; the county's own ones last."""
    return _with(in_force.current())


@cache
def packaged() -> dict[str, Element]:
    """The data elements of the table alone."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return {row["code"]: _element(row) for row in rows}


def element(code: str) -> Element:
    """The data element `code`; raises NotFound when the standards have none of that name."""
    try:
        return elements()[code]
    except KeyError:
        raise NotFound(
            f"数据元“{code}”不在标准表中，请选用 docs/reference/elements.md 所列，或用 shuniu standard propose 提出",
            f"There is no data element {code!r}; use one of docs/reference/elements.md, or propose it: shuniu standard"
            " propose",
            code="element_unknown",
            element=code,
        ) from None


@lru_cache(maxsize=4)
def _with(own: Additions) -> dict[str, Element]:
    return packaged() | {row["code"]: _element(row) for row in own.elements}


def _element(row: Mapping[str, str]) -> Element:
    return Element(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        family=row["family"],
        kind=row["kind"],
        length=int(row["length"]),
        code_list=row["code_list"],
        grade=row["grade"],
        personal=row["personal"],
        clause=row["clause"],
        unit=row["unit"],
    )
