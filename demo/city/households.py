"""The households of the demo city: who lives with whom, how old, of which sex, and who is whose mother and father.

Arrays only, one entry per person, row number = person_uid; names, numbers and addresses come in demo/city/persons.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

HEAD, SPOUSE, CHILD, SECOND_CHILD, FATHER, MOTHER = range(6)

# Who lives in a household, its weight, and whether its head is of working age (the others are pensioners').
_TYPES: Final[tuple[tuple[float, tuple[int, ...], bool], ...]] = (
    (0.10, (HEAD,), True),
    (0.16, (HEAD, SPOUSE), True),
    (0.27, (HEAD, SPOUSE, CHILD), True),
    (0.12, (HEAD, SPOUSE, CHILD, SECOND_CHILD), True),
    (0.04, (HEAD, CHILD), True),
    (0.04, (HEAD, SPOUSE, CHILD, MOTHER), True),
    (0.05, (HEAD, SPOUSE, CHILD, FATHER, MOTHER), True),
    (0.03, (HEAD, SPOUSE, CHILD, SECOND_CHILD, FATHER, MOTHER), True),
    (0.07, (HEAD,), False),
    (0.12, (HEAD, SPOUSE), False),
)
_WORKING_HEADS: Final = ((24, 30, 0.08), (30, 40, 0.28), (40, 50, 0.28), (50, 63, 0.36))  # from, to, share
_YEAR: Final = 365.25
_OLDEST: Final = 104
_LEAVES: Final = 24


@dataclass(frozen=True, slots=True)
class Households:
    """One entry per person. `age` is in days; `mother` and `father` are person_uids or -1; `other` is another member
    of the same household (-1 for people alone); `size` counts the household."""

    household: Ints
    role: Ints
    male: Bools
    age: Ints
    mother: Ints
    father: Ints
    other: Ints


def settle(rng: np.random.Generator, residents: int) -> Households:
    """Divide so many people into households; heads come first, those of working age foremost."""
    household, role, working = _members(rng, residents)
    heads = len(working)
    spouse_of = _member_of(household, role, SPOUSE, heads)
    male = _sexes(rng, household, role, spouse_of)
    age = _grown_up_ages(rng, household, role, male, working)
    mother, father = _parents(household, role, male, spouse_of)
    age = _child_ages(rng, age, role, mother, father)
    return Households(household, role, male, age, mother, father, _others(household, role, heads))


def _members(rng: np.random.Generator, residents: int) -> tuple[Ints, Ints, Bools]:
    """Household and role of every person, all heads first; per household whether its head is of working age."""
    weights = np.array([weight for weight, _, _ in _TYPES])
    sizes = np.array([len(roles) for _, roles, _ in _TYPES])
    kinds = rng.choice(len(_TYPES), size=residents, p=weights / weights.sum())
    kinds = kinds[: int(np.searchsorted(np.cumsum(sizes[kinds]), residents)) + 1]
    working = np.array([working for *_, working in _TYPES])[kinds]
    kinds, working = kinds[np.argsort(~working, kind="stable")], np.sort(working)[::-1]
    lists = np.full((len(_TYPES), int(sizes.max())), -1)
    for kind, (_, roles, _) in enumerate(_TYPES):
        lists[kind, : len(roles)] = roles
    roles_of = lists[kinds][:, 1:]
    household, place = np.nonzero(roles_of >= 0)
    order = np.argsort(place, kind="stable")  # what exceeds the number of residents is cut off: parents, not spouses
    kept = np.sort(order[: residents - len(kinds)])
    household, place = household[kept], place[kept]
    heads = np.arange(len(kinds))
    role = np.concatenate([np.full(len(kinds), HEAD), roles_of[household, place]])
    return np.concatenate([heads, household]), role, working


def _member_of(household: Ints, role: Ints, wanted: int, heads: int) -> Ints:
    """Per household the uid of its member in this role, or -1."""
    found = np.full(heads, -1)
    rows = np.flatnonzero(role == wanted)
    found[household[rows]] = rows
    return found


def _sexes(rng: np.random.Generator, household: Ints, role: Ints, spouse_of: Ints) -> Bools:
    male = rng.random(len(role)) < 0.515
    heads = len(spouse_of)
    male[:heads] = rng.random(heads) < np.where(spouse_of >= 0, 0.8, 0.45)
    spouses = role == SPOUSE
    male[spouses] = ~male[household[spouses]]
    male[role == FATHER], male[role == MOTHER] = True, False
    return male


def _grown_up_ages(rng: np.random.Generator, household: Ints, role: Ints, male: Bools, working: Bools) -> Ints:
    n, heads = len(role), len(working)
    low, high, shares = (np.array(values) for values in zip(*_WORKING_HEADS, strict=True))
    band = rng.choice(len(low), size=heads, p=shares)
    years = np.where(
        working, low[band] + rng.random(heads) * (high - low)[band], 63 + rng.triangular(0, 4, 34, size=heads)
    )
    age = np.zeros(n)
    age[:heads] = years
    spouses = np.flatnonzero(role == SPOUSE)
    gap = np.where(male[spouses], 1.8, -1.8) + rng.normal(0, 2.2, size=len(spouses))
    age[spouses] = np.maximum(years[household[spouses]] + gap, 21 + rng.random(len(spouses)))
    parents = np.flatnonzero(role >= FATHER)
    older = np.where(role[parents] == FATHER, 27, 25) + rng.triangular(-4, 0, 8, size=len(parents))
    age[parents] = np.minimum(years[household[parents]] + older, _OLDEST - rng.random(len(parents)) * 6)
    return (age * _YEAR).astype(np.int64) + 1


def _parents(household: Ints, role: Ints, male: Bools, spouse_of: Ints) -> tuple[Ints, Ints]:
    """Children are the head's and the spouse's; the old parents are the head's."""
    n, heads = len(role), len(spouse_of)
    mother, father = np.full(n, -1), np.full(n, -1)
    children = np.flatnonzero((role == CHILD) | (role == SECOND_CHILD))
    head = household[children]
    for parent in (head, spouse_of[head]):
        known = parent >= 0
        is_father = known & male[parent]
        father[children[is_father]] = parent[is_father]
        mother[children[known & ~is_father]] = parent[known & ~is_father]
    for wanted, line in ((FATHER, father), (MOTHER, mother)):
        line[:heads] = _member_of(household, role, wanted, heads)
    return mother, father


def _child_ages(rng: np.random.Generator, age: Ints, role: Ints, mother: Ints, father: Ints) -> Ints:
    """Born when the mother (where she is unknown, the father) was about 27; a child not yet born then is small.

    Children who would be older than 24 have moved out; who still lives at home is a late child below that age.
    """
    children = np.flatnonzero((role == CHILD) | (role == SECOND_CHILD))
    parent = np.where(mother[children] >= 0, mother[children], father[children])
    second = role[children] == SECOND_CHILD
    at_birth = np.clip(rng.normal(27, 3.6, size=len(children)) + 4 * second, 20, 43) * _YEAR
    years = age[parent] - at_birth
    small = (rng.random(len(children)) * 6 + 0.02) * _YEAR
    youngest = np.clip(age[parent] / _YEAR - 43, 7, _LEAVES - 0.5)
    grown = (youngest + rng.random(len(children)) * (_LEAVES - youngest)) * _YEAR
    born = np.where(
        years <= 0, np.minimum(small, age[parent] - 20 * _YEAR), np.where(years > _LEAVES * _YEAR, grown, years)
    )
    age = age.copy()
    age[children] = np.maximum(born, 3).astype(np.int64)
    return age


def _others(household: Ints, role: Ints, heads: int) -> Ints:
    """For a head some other member, for the others their head."""
    some = np.full(heads, -1)
    rest = np.flatnonzero(role != HEAD)
    some[household[rest[::-1]]] = rest[::-1]
    return np.concatenate([some, household[rest]])
