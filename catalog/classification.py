"""Grades L1-L4 and kinds of personal information: their order, their floors, and the grade of our own tables. Pure.

General data has four levels after GB/T 43697-2024 (annex practice, TC260-PG-20212A). The grade of every column of the
registry is standards/registry_columns.csv; items of departments' datasets carry theirs in the contracts.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from catalog.errors import ContractBroken, InvalidInput

_TABLE = Path(__file__).parent / "standards" / "registry_columns.csv"

GRADES: Final = ("L1", "L2", "L3", "L4")
"""Public; internal, small harm; sensitive, serious harm; highly sensitive, very serious harm."""

FLOORS: Final = {"none": "L1", "general": "L2", "sensitive": "L4"}
"""Kind of personal information (PIPL Art. 4, 28) → the lowest grade it may have (TC260-PG-20212A)."""

DISCLOSED_BY_LAW: Final = frozenset({"legal_representative"})
"""Elements that name a person and are public all the same: the register of enterprises (State Council Order 654)."""


class Graded(Protocol):
    """An item as far as its classification goes: catalog.contracts.Item, or the catalogue's DataItem."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def element(self) -> str:
        """Code of its data element."""

    @property
    def grade(self) -> str:
        """L1 to L4; '' when nobody said."""

    @property
    def personal(self) -> str:
        """none, general or sensitive; '' when nobody said."""


@dataclass(frozen=True)
class Classified:
    """One column of the registry: its grade, and the kind of personal information in it."""

    table: str
    column: str
    grade: str
    personal: str


@cache
def registry_columns() -> tuple[Classified, ...]:
    """Every classified column of the registry, as the table lists them (a double is not hidden)."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(Classified(**row) for row in csv.DictReader(lines))


def highest(grades: Iterable[str]) -> str:
    """The grade of a whole is that of its most sensitive part (就高从严, GB/T 43697-2024); L1 for no parts.

    Raises InvalidInput for a grade that is none.
    """
    return max((check_grade(grade) for grade in grades), default=GRADES[0])


def floor(personal: str, *, element: str = "") -> str:
    """The lowest grade an item with this kind of personal information may have; raises InvalidInput for no such kind.

    What a law has made public starts at L1, whatever it is.
    """
    if personal not in FLOORS:
        raise InvalidInput(
            "个人信息类别只能是 none、general 或 sensitive。",
            "A kind of personal information is none, general or sensitive.",
            code="personal_unknown",
        )
    return GRADES[0] if element in DISCLOSED_BY_LAW else FLOORS[personal]


def too_low(grade: str, personal: str, *, element: str = "") -> bool:
    """Whether an item is graded below the floor of what it holds. Raises InvalidInput for unknown names."""
    return check_grade(grade) < floor(personal, element=element)


def may_be_unconditional(grade: str) -> bool:
    """Whether data of this grade may be shared without conditions: L4 never as it is (GB/T 43697-2024)."""
    return check_grade(grade) != GRADES[-1]


def check_grade(grade: str) -> str:
    """Return `grade` if it is one of L1 to L4, else raise InvalidInput."""
    if grade not in GRADES:
        raise InvalidInput("分级只能是 L1 到 L4。", "A grade is one of L1 to L4.", code="grade_unknown")
    return grade


def check_classified(dataset: str, items: Iterable[Graded], *, grade: str, sharing: str) -> None:
    """Raise ContractBroken unless every item is classified, none too low, and the whole graded and shared accordingly.

    The whole is graded at least like its most sensitive item (GB/T 43697-2024, 就高从严); L4 is never unconditional.
    """
    given = tuple(items)
    forgotten = [item.name for item in given if item.grade not in GRADES or item.personal not in FLOORS]
    if forgotten:
        raise unclassified(dataset, forgotten)
    if low := [item.name for item in given if too_low(item.grade, item.personal, element=item.element)]:
        raise ContractBroken(
            f"数据集 {dataset} 的数据项 {'、'.join(low)} 分级低于其个人信息类别的下限"
            "（general 至少 L2，sensitive 至少 L4）。请提高 classification。",
            f"Dataset {dataset}: {', '.join(low)} are graded below what their kind of personal information demands"
            " (general at least L2, sensitive at least L4). Raise their classification.",
            code="grade_too_low",
            dataset=dataset,
            items=low,
        )
    _check_whole(dataset, given, grade, sharing)


def unclassified(dataset: str, names: list[str]) -> ContractBroken:
    """The sentence for items nobody has classified."""
    return ContractBroken(
        f"数据集 {dataset} 的 {'、'.join(names)} 尚未分级。请在契约中为每个数据项写明 classification（L1 至 L4）"
        "和 personal（none、general、sensitive）。",
        f"Dataset {dataset}: {', '.join(names)} are not classified. Give every item in the contract a classification"
        " (L1 to L4) and the property personal (none, general, sensitive).",
        code="item_unclassified",
        dataset=dataset,
        items=names,
    )


def _check_whole(dataset: str, items: tuple[Graded, ...], grade: str, sharing: str) -> None:
    needed = highest(item.grade for item in items)
    if grade not in GRADES or grade < needed:
        raise ContractBroken(
            f"数据集 {dataset} 的分级低于其最敏感的数据项（{needed}）。请将 grade 提高到 {needed} 或以上。",
            f"Dataset {dataset} is graded below its most sensitive item ({needed}). Raise its grade to {needed} at"
            " least.",
            code="dataset_grade_too_low",
            dataset=dataset,
            needed=needed,
        )
    if sharing == "unconditional" and not may_be_unconditional(grade):
        raise ContractBroken(
            f"数据集 {dataset} 为 {grade} 级，不得无条件共享。请改为有条件共享，或拆出敏感数据项。",
            f"Dataset {dataset} is of grade {grade} and may not be shared without conditions. Make it conditional, or"
            " take the sensitive items out.",
            code="unconditional_too_sensitive",
            dataset=dataset,
            grade=grade,
        )
