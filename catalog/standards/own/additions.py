"""What may be added to the packaged standards, as plain frozen values, and how they are written as JSON.

Nothing is ever taken away: an entry of a code list that no longer holds is ended, and stays known.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One code of a code list. Holds from `valid_from` through `valid_to`; None is open on that side."""

    code_list: str
    code: str
    name_zh: str
    name_en: str
    clause: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class ValueRule:
    """Every value of items of `element` is a whole match of `pattern` (RE2). severity: block or warn."""

    code: str
    element: str
    pattern: str
    severity: str
    clause: str
    title_zh: str
    title_en: str


@dataclass(frozen=True, eq=False)
class Additions:
    """What one proposal adds, or what all in force add. `elements` are rows as in elements.csv."""

    elements: tuple[Mapping[str, str], ...] = ()
    entries: tuple[Entry, ...] = ()
    rules: tuple[ValueRule, ...] = ()

    @property
    def count(self) -> int:
        """How many things it holds."""
        return len(self.elements) + len(self.entries) + len(self.rules)


NOTHING = Additions()


def merged(parts: Iterable[Additions]) -> Additions:
    """All parts as one, the first first; a later entry for the same code takes the earlier one's place (it ends it)."""
    given = tuple(parts)
    entries = {(entry.code_list, entry.code): entry for part in given for entry in part.entries}
    return Additions(
        tuple(row for part in given for row in part.elements),
        tuple(entries.values()),
        tuple(rule for part in given for rule in part.rules),
    )


def named(added: Additions) -> Iterator[str]:
    """What it adds, each by its name, for lists and events: `element x`, `list y (3)`, `rule z`."""
    yield from (f"element {row['code']}" for row in added.elements)
    lists = [entry.code_list for entry in added.entries]
    yield from (f"list {name} ({lists.count(name)})" for name in dict.fromkeys(lists))
    yield from (f"rule {rule.code}" for rule in added.rules)


def as_document(additions: Additions) -> dict[str, Any]:
    """As JSON knows it; dates in ISO 8601. The inverse of from_document."""
    return {
        "elements": [dict(row) for row in additions.elements],
        "entries": [
            asdict(entry) | {"valid_from": _written(entry.valid_from), "valid_to": _written(entry.valid_to)}
            for entry in additions.entries
        ],
        "rules": [asdict(rule) for rule in additions.rules],
    }


def from_document(document: Mapping[str, Any]) -> Additions:
    """What as_document wrote; raises KeyError, TypeError or ValueError for anything else."""
    entries = (
        Entry(**entry | {"valid_from": _read(entry["valid_from"]), "valid_to": _read(entry["valid_to"])})
        for entry in document["entries"]
    )
    return Additions(
        tuple(dict(row) for row in document["elements"]),
        tuple(entries),
        tuple(ValueRule(**rule) for rule in document["rules"]),
    )


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""


def _read(day: str) -> date | None:
    return date.fromisoformat(day) if day else None
