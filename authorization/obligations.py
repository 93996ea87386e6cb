"""What a grant owes beyond naming items: masks where it is silent, tighter ones where items betray each other. Pure.

A grant that wants a sensitive item as it is must say `plain`; silence means masked (PIPL Art. 28, 51).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from authorization.masking import PLAIN, Mask, parse_mask


@dataclass(frozen=True)
class ItemFact:
    """What the catalogue says of one item. `personal`: none, general, sensitive.

    `back_flow`: its values came back from an upper-level platform alone; nobody is given them as ours.
    """

    name: str
    kind: str
    element: str = ""
    personal: str = "none"
    key: bool = False
    back_flow: bool = False


@dataclass(frozen=True)
class Column:
    """One item as a recipient may have it. `obligation` names why it is not plain: granted, default, tightened."""

    name: str
    kind: str
    element: str
    mask: Mask = PLAIN
    obligation: str = ""
    key: bool = False


ID_ELEMENTS: Final = frozenset({"resident_id"})
DEFAULT_MASKS: Final[Mapping[str, Mask]] = {
    "resident_id": Mask("resident_id_strict"),
    "foreign_resident_id": Mask("resident_id_strict"),
    "travel_permit_no": Mask("resident_id_strict"),
    "passport_no": Mask("resident_id_strict"),
    "bank_card_no": Mask("pseudonym"),
    "licence_id": Mask("pseudonym"),
    "licence_no": Mask("pseudonym"),
    "monthly_amount": Mask("band", 500),
    "pay_base": Mask("band", 1000),
}
"""Masks of sensitive items for which a grant names none. A sensitive item of another element is left out."""

BIRTH_ELEMENTS: Final = frozenset({"birth_date"})
STRICT_ID: Final = Mask("resident_id_strict")
LOOSE_ID: Final = Mask("resident_id_6_4")


def columns_of(
    facts: Sequence[ItemFact], granted: Sequence[str], masks: Mapping[str, str]
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """(the granted items as columns in the dataset's order, names of sensitive items left out for want of a mask).

    Raises InvalidInput for a mask that does not fit its item.
    """
    wanted = set(granted)
    columns: list[Column] = []
    dropped: list[str] = []
    for fact in facts:
        if fact.name not in wanted or fact.name.startswith("_") or fact.back_flow:
            continue
        column = _column(fact, masks.get(fact.name))
        if column is None:
            dropped.append(fact.name)
        else:
            columns.append(column)
    return tighten(columns), tuple(dropped)


def _column(fact: ItemFact, mask: str | None) -> Column | None:
    if mask is not None:
        parsed = parse_mask(mask, fact.kind)
        why = "" if parsed == PLAIN else "granted"
        return Column(fact.name, fact.kind, fact.element, parsed, why, fact.key)
    if fact.personal != "sensitive":
        return Column(fact.name, fact.kind, fact.element, key=fact.key)
    default = DEFAULT_MASKS.get(fact.element)
    if default is None:
        return None
    return Column(fact.name, fact.kind, fact.element, default, "default", fact.key)


def tighten(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Close what items would betray together: an id number shown 6+4 beside a birth date rebuilds the whole number."""
    birth = shows_birth(columns)
    return tuple(
        Column(column.name, column.kind, column.element, STRICT_ID, "tightened", column.key)
        if (birth and column.mask == LOOSE_ID) or _as_phone(column)
        else column
        for column in columns
    )


def shows_birth(columns: Sequence[Column]) -> bool:
    """Whether a date of birth is among the columns, masked or not: a year alone leaves some thirty id numbers."""
    return any(column.element in BIRTH_ELEMENTS for column in columns)


def shows_loose_id(columns: Sequence[Column]) -> bool:
    """Whether an id number is shown 6+4, to which a date of birth of the same person adds all but a guess."""
    return any(column.mask == LOOSE_ID for column in columns)


def _as_phone(column: Column) -> bool:
    """An id number under the mask of a telephone number (3+4) would be as open as 6+4 inside one county."""
    return column.element in ID_ELEMENTS and column.mask == Mask("phone")
