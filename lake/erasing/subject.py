"""Who is to be erased, as the last build knows them: numbers, texts, and the departments' rows they were made from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

import duckdb

from catalog.settings import Settings
from catalog.standards.texts import name_letters
from lake import tables
from lake.bases.identity import secret
from lake.bases.population import POPULATION
from lake.bases.state import State
from lake.engines.duckdb import connect
from lake.erasing import marks

TEXTS = ("name", "phone", "address")


@dataclass(frozen=True)
class Subject:
    """numbers: every form of them; names; texts: names, telephones, addresses; alone: those no other person has;
    distinct: of those, what is in no name of another, so it tells of them wherever it stands.

    former: ids that merged into theirs. keys: dataset -> keys of their rows; others: dataset -> keys of everybody
    else's rows that bear the same number.
    records: ids of their records; places: (dataset, batch, row). Empty when the base holds nothing of them any more.
    """

    entity: str
    former: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]
    texts: frozenset[str]
    alone: frozenset[str]
    distinct: frozenset[str]
    keys: Mapping[str, frozenset[str]]
    others: Mapping[str, frozenset[str]]
    records: frozenset[str]
    places: frozenset[tuple[str, str, int]]

    @property
    def long(self) -> frozenset[str]:
        """The numbers that are theirs inside a longer text too."""
        return frozenset(one for one in self.numbers if len(one) >= marks.CONTAINED)

    @property
    def ids(self) -> frozenset[str]:
        """Theirs, those they had before, and their records'."""
        return self.records | self.former | {self.entity}

    def values(self, dataset: str = "") -> dict[str, frozenset[str]]:
        """What rows are searched for, by the names it has in SQL; keys: those of `dataset`."""
        return {
            "contacts": _spelled(self.texts - self.names),
            "numbers": self.numbers,
            "long": self.long,
            "names": _spelled(self.names),
            "texts": _spelled(self.texts),
            "alone": self.alone,
            "ids": self.ids,
            "keys": self.keys.get(dataset, frozenset()),
        }

    def marks(self, settings: Settings) -> frozenset[str]:
        """What keeps them out from now on."""
        hidden = secret(settings)
        found = {marks.of_number(hidden, number) for number in self.numbers}
        found |= {marks.of_name(hidden, number, name) for number in self.numbers for name in self.names}
        beside = (marks.of_contact(hidden, *one) for one in product(self.names, self.texts - self.names))
        for dataset, key in [(dataset, key) for dataset, keys in self.keys.items() for key in keys]:
            found |= {marks.of_key(hidden, dataset, key)}
            found |= {marks.of_keyed(hidden, dataset, key, name) for name in self.names}
        return frozenset(found | {one for one in beside if one is not None})


def subject_of(settings: Settings, entity: str) -> Subject:
    """What links and provenance of the population know of `entity`."""
    state = State(settings, POPULATION)
    links, claims = (tables.scan(state.uri(part), settings=settings) for part in ("links", "provenance"))
    with connect(settings, functions=False) as connection:
        former = _merged_into(connection, settings, state.uri("redirects"), entity)
        rows = connection.execute(
            f'SELECT dataset, key, batch, "row", record_id FROM {links} WHERE person_id = ?', [entity]
        ).fetchall()
        said = connection.execute(
            f"SELECT DISTINCT field, value FROM {claims} WHERE person_id = ? AND value IS NOT NULL", [entity]
        ).fetchall()
        texts = {value for field, value in said if field in TEXTS}
        shared = connection.execute(
            f"SELECT DISTINCT value FROM {claims} WHERE person_id <> ? AND list_contains(?, value)",
            [entity, sorted(texts)],
        ).fetchall()
        alone = texts - {value for (value,) in shared}
        inside = connection.execute(
            f"SELECT DISTINCT one FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS one) JOIN {claims} AS c"
            " ON contains(c.value, one) WHERE c.person_id <> ? AND c.field = 'name'",
            [sorted(alone), entity],
        ).fetchall()
        numbers = {form for field, value in said if field == "resident_id" for form in marks.forms(value)}
        disputed = connection.execute(
            f"SELECT DISTINCT l.dataset, l.key FROM {claims} AS c JOIN {links} AS l ON l.dataset = c.dataset"
            ' AND l.batch = c.batch AND l."row" = c."row" WHERE l.person_id <> ? AND list_contains(?, c.value)',
            [entity, sorted(numbers)],
        ).fetchall()
    return Subject(
        entity,
        former,
        frozenset(numbers),
        frozenset(value for field, value in said if field == "name"),
        frozenset(texts),
        frozenset(alone),
        frozenset(alone - {one for (one,) in inside}),
        _by_dataset((dataset, key) for dataset, key, *_ in rows),
        _by_dataset(disputed),
        frozenset(record for *_, record in rows),
        frozenset((dataset, batch, row) for dataset, _, batch, row, _ in rows),
    )


def _spelled(texts: frozenset[str]) -> frozenset[str]:
    """The texts, and the letters or digits of each: spelled otherwise than in the base a cell still has those."""
    return (texts | {name_letters(one) for one in texts} | {marks.phone(one) for one in texts}) - {""}


def _merged_into(
    connection: duckdb.DuckDBPyConnection, settings: Settings, redirects: str, entity: str
) -> frozenset[str]:
    """The ids they had before: what was told under these is of them as well."""
    if tables.version(redirects, settings=settings) is None:
        return frozenset()
    moves = tables.scan(redirects, settings=settings)
    found = connection.execute(
        f'WITH RECURSIVE theirs(id) AS (SELECT ? UNION SELECT "old" FROM {moves} AS r'
        " JOIN theirs ON r.\"to\" = theirs.id WHERE r.reason = 'merged') SELECT id FROM theirs",
        [entity],
    ).fetchall()
    return frozenset(one for (one,) in found) - {entity}


def _by_dataset(pairs: Iterable[tuple[str, str | None]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for dataset, key in pairs:
        if key is not None:
            found.setdefault(dataset, set()).add(key)
    return {dataset: frozenset(keys) for dataset, keys in found.items()}
