"""Whom a row of a department is about, where it is about one person: the base of persons reads it the same way.

A row may bear other people's numbers too (the mother's, in a birth): it is no row of theirs.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from lake.erasing.marks import BEARING, HELD, IDENTITY


class Whose(NamedTuple):
    """Items of a dataset: the number and the name of the person each row is about, and the department's key."""

    number: str
    name: str
    key: str


WHOSE: Final = {
    "police_person": Whose("resident_id", "name", "person_no"),
    "health_birth": Whose("child_id", "child_name", "certificate_no"),
    "health_death": Whose("resident_id", "name", "certificate_no"),
    "hrss_insurance": Whose("resident_id", "name", "insurance_no"),
    "civil_subsistence": Whose("resident_id", "name", "serial_no"),
    "education_pupil": Whose("resident_id", "name", "pupil_no"),
}
"""By dataset, as lake/bases/population/person_observation.sql takes them."""


class Told(Protocol):
    """An item of a contract or of the catalogue, as far as it says whom it tells of."""

    @property
    def name(self) -> str: ...
    @property
    def source_name(self) -> str: ...
    @property
    def element(self) -> str: ...
    @property
    def personal(self) -> str: ...
    @property
    def key(self) -> bool: ...
    @property
    def required(self) -> bool: ...


NAMES: Final = frozenset({"person_name", "legal_representative"})
"""Data elements whose values are names of persons."""
_NAMED: Final = NAMES | {"former_person_name", "right_holder"}
"""And those whose values may be."""
HOLDER: Final = "licence_holder_code"
"""Data element that says whose a licence is."""
MADE: Final = HELD - {HOLDER}
"""Data elements whose values may be made of the holder's number, and are where the holder is the person or not told."""
_CONTACTS: Final = frozenset({"phone", "address_text"})


def told_with(dataset: str, number: Told, items: Sequence[Told]) -> frozenset[str]:
    """Items that tell of whom `number` is, in a row that stays: their cells are emptied, however they are spelled.

    In a row about somebody else, or with the numbers and names of several, those of the same part (mother_...); in any
    other row all that is personal. A key stays, unless it is the number: no row is without.
    """
    parts = {one.name: _part(one, items) for one in items if one.element in IDENTITY}
    named = [part for part in parts.values() if any(one.element in NAMES for one in part)]
    several = dataset in WHOSE or len(named) > 1 or number.element not in IDENTITY
    found = _part(number, items) if several else items
    return frozenset({number.name, *(one.name for one in found if one.personal != "none" and not one.key)})


class Alone(NamedTuple):
    """Items with a name and no number beside it, and those that may prove whose it is. given: of these, those that are
    emptied with the name: a telephone no row must have. An address is that of whom the row is about. own: the name of
    whom the row is about, whose number may be missing."""

    names: Sequence[Told]
    proofs: Sequence[Told]
    own: Sequence[Told] = ()

    @property
    def given(self) -> Sequence[Told]:
        """See above."""
        return [one for one in self.proofs if one.element == "phone" and not one.required]


def named_alone(dataset: str, items: Sequence[Told]) -> Alone:
    """Who stands in rows about somebody or something else by name alone: a pupil's guardian, who holds a parcel."""
    own = [one for one in items if dataset in WHOSE and one.name == WHOSE[dataset].name]
    numbered = {name for one in items if one.element in BEARING for name in told_with(dataset, one, items)}
    names = [one for one in items if one.element in _NAMED and not one.key and one.name not in numbered]
    names = [one for one in names if one not in own]
    return Alone(names, [one for one in items if one.element in _CONTACTS] if names or own else [], own)


def _part(number: Told, items: Sequence[Told]) -> list[Told]:
    part = number.name.rpartition("_")[0]
    return [one for one in items if part and (one.name == part or one.name.startswith(f"{part}_"))]
