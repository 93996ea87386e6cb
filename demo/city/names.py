"""Names of the demo city's people: drawn by sex, generation, family and ethnic group with their real unevenness.

The lists are in demo/city/name_lists.py; misspelling names is the business of demo/city/name_defects.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from demo.city import name_lists as lists

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]

_FASHIONABLE = 0.14
_ONE_CHARACTER = (0.08, 0.42, 0.10)  # by generation
_UNCOMMON, _OUTSIDE_GBK = 0.012, 0.006
_DOTTED = ("05", "17")
_UNDOTTED = ("02", "04")


@dataclass(frozen=True, slots=True)
class Bearers:
    """Who is to be named; arrays of one length. `family` is an index into the surnames."""

    sex: Texts
    birth_year: Ints
    family: Ints
    ethnic: Texts


def surnames(rng: np.random.Generator, n: int) -> Ints:
    """`n` surnames as indices into the list, by their real weight."""
    weights = np.fromiter(lists.SURNAMES.values(), float)
    return rng.choice(len(weights), size=n, p=weights / weights.sum())


def ethnic_groups(rng: np.random.Generator, n: int) -> Texts:
    """`n` ethnic codes of GB/T 3304-1991, by their weight in the city."""
    weights = np.fromiter(lists.ETHNIC.values(), float)
    codes: Texts = np.array(list(lists.ETHNIC))[rng.choice(len(weights), size=n, p=weights / weights.sum())]
    return codes


def full_names(rng: np.random.Generator, bearers: Bearers) -> Texts:
    """The registered names of all bearers."""
    n = len(bearers.sex)
    given = np.full(n, "", dtype="<U2")
    for sex in ("1", "2"):
        for generation in range(3):
            rows = np.flatnonzero((bearers.sex == sex) & (_generation(bearers.birth_year, sex) == generation))
            given[rows] = _given(rng, len(rows), sex, generation)
    given = _with_rare_characters(rng, given)
    names: Texts = np.strings.add(np.array(list(lists.SURNAMES))[bearers.family], given).astype("<U16")
    for codes, naming in ((_DOTTED, _dotted), (_UNDOTTED, _undotted)):
        rows = np.flatnonzero(np.isin(bearers.ethnic, codes))
        names[rows] = [naming(rng, str(sex)) for sex in bearers.sex[rows]]
    return names


def _generation(birth_year: Ints, sex: str) -> Ints:
    edges = [edge for edge, _ in lists.GIVEN[sex][:-1]]
    return np.searchsorted(edges, birth_year, side="right")


def _given(rng: np.random.Generator, n: int, sex: str, generation: int) -> Texts:
    alphabet = np.array(list(lists.GIVEN[sex][generation][1]))
    weights = 1 / np.arange(3, len(alphabet) + 3)
    pair = alphabet[rng.choice(len(alphabet), size=(n, 2), p=weights / weights.sum())]
    second = np.where(rng.random(n) < _ONE_CHARACTER[generation], "", pair[:, 1])
    names = np.strings.add(pair[:, 0], second).astype("<U2")
    fashion = np.array(lists.FASHION[sex][generation][1])
    chosen: Texts = np.where(rng.random(n) < _FASHIONABLE, fashion[rng.integers(len(fashion), size=n)], names)
    return chosen


def _with_rare_characters(rng: np.random.Generator, given: Texts) -> Texts:
    """Some parents looked far for a character: it stands first, alone or before the drawn one."""
    draw = rng.random(len(given))
    for characters, low, high in (
        (lists.OUTSIDE_GBK, 0.0, _OUTSIDE_GBK),
        (lists.UNCOMMON, _OUTSIDE_GBK, _OUTSIDE_GBK + _UNCOMMON),
    ):
        rows = np.flatnonzero((draw >= low) & (draw < high))
        picked = np.array(list(characters))[rng.integers(len(characters), size=len(rows))]
        given[rows] = np.strings.add(picked, given[rows].astype("<U1"))
    return given


def _dotted(rng: np.random.Generator, sex: str) -> str:
    """Own name, middle dot (U+00B7), father's name."""
    own = lists.DOTTED_MEN if sex == "1" else lists.DOTTED_WOMEN
    return _part(rng, own) + lists.DOT + _part(rng, lists.DOTTED_MEN)


def _undotted(rng: np.random.Generator, sex: str) -> str:
    parts = lists.UNDOTTED_MEN if sex == "1" else lists.UNDOTTED_WOMEN
    other = _part(rng, lists.UNDOTTED_MEN)
    own = _part(rng, parts)
    return own if own == other else other + own


def _part(rng: np.random.Generator, parts: Any) -> str:
    spellings: tuple[str, ...] = parts[int(rng.integers(len(parts)))]
    return spellings[0]
