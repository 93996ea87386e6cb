"""How names go wrong: characters that sound or look alike, lost rare characters, other dots, other transliterations.

Pure functions list -> list as in demo/city/defects.py; a name that cannot be spoilt in this way comes back unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from demo.city import name_lists as lists

Generator = np.random.Generator


def _groups(rows: Iterable[str]) -> dict[str, str]:
    """Character -> all characters it is taken for."""
    found: dict[str, str] = {}
    for row in rows:
        for character in row:
            others = found.get(character, "") + row.replace(character, "")
            found[character] = "".join(dict.fromkeys(others.replace(character, "")))
    return found


_GIVEN = _groups(lists.LOOKALIKE)
_SURNAME = _groups(lists.SURNAME_VARIANTS)
_SPELLINGS = {
    parts[0]: parts[1:]
    for group in (lists.DOTTED_MEN, lists.DOTTED_WOMEN, lists.UNDOTTED_MEN, lists.UNDOTTED_WOMEN)
    for parts in group
}
TRANSLITERATED = tuple(sorted(_SPELLINGS, key=len, reverse=True))
"""Parts of names that have other spellings, the longest first."""


def lookalike(values: list[Any], rng: Generator) -> list[Any]:
    """One character of the name replaced by another of the same sound or look (a surname only by its usual variant)."""
    return [_lookalike(value, rng) for value in values]


def rare_lost(values: list[Any], rng: Generator) -> list[Any]:
    """Characters GBK lacks, as a system of GBK age hands them on: a question mark, a box or a private-use character."""
    return [_rare_lost(value, rng) for value in values]


def other_dot(values: list[Any], rng: Generator) -> list[Any]:
    """The middle dot U+00B7 as another dot or a blank."""
    picks = rng.integers(len(lists.DOTS_MET), size=len(values))
    return [value.replace(lists.DOT, lists.DOTS_MET[pick]) for value, pick in zip(values, picks, strict=True)]


def lost_dot(values: list[Any], rng: Generator) -> list[Any]:
    """The middle dot left out: afterwards the name alone does not show that it had one."""
    return [value.replace(lists.DOT, "") for value in values]


def other_transliteration(values: list[Any], rng: Generator) -> list[Any]:
    """One part of a transliterated name in another of its usual spellings."""
    return [_transliterate(value, rng) for value in values]


def _lookalike(name: str, rng: Generator) -> str:
    tables = [(_SURNAME if at == 0 else _GIVEN).get(character, "") for at, character in enumerate(name)]
    places = [at for at, others in enumerate(tables) if others]
    if not places or lists.DOT in name:
        return name
    at = places[int(rng.integers(len(places)))]
    others = tables[at]
    return name[:at] + others[int(rng.integers(len(others)))] + name[at + 1 :]


def _rare_lost(name: str, rng: Generator) -> str:
    stands_for = ("?", "□", *lists.PRIVATE_USE)[int(rng.integers(2 + len(lists.PRIVATE_USE)))]
    return "".join(stands_for if character in lists.OUTSIDE_GBK else character for character in name)


def _transliterate(name: str, rng: Generator) -> str:
    for part in TRANSLITERATED:
        if part in name:
            others = _SPELLINGS[part]
            return name.replace(part, others[int(rng.integers(len(others)))], 1)
    return name
