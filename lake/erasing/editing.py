"""Take rows out of a Delta table and empty cells of others: only files that hold any are rewritten.

Done again it finds nothing and writes nothing. Old versions keep the rows until sweeping.py has been there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa

from catalog.settings import Settings
from lake import tables
from lake.delta.commit import Change, arrow_schema, commit, open_table
from lake.delta.files import storable, write_files
from lake.delta.relation import Part, relation
from lake.engines.duckdb import connect, literal, quote
from lake.erasing import marks
from lake.erasing.subject import Subject

RUN = "erase:"
"""What the run id of a commit made here begins with."""


@dataclass(frozen=True)
class Rule:
    """How a table is edited, as SQL over its columns. gone: rows taken out; blank: column -> when it is emptied."""

    gone: str
    blank: dict[str, str]

    @property
    def hit(self) -> str:
        """Rows that are not as they may be."""
        return " OR ".join(f"coalesce({condition}, false)" for condition in (self.gone, *self.blank.values()))


def texts_of(schema: pa.Schema, without: Sequence[str] = ()) -> list[str]:
    """The columns that may hold a text or number of a person."""
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer)
    return [field.name for field in schema if field.name not in without and any(of(field.type) for of in kinds)]


def bears_number(subject: Subject, column: str) -> str:
    """SQL: whether a column holds one of their numbers; a long one also inside a longer text."""
    text = marks.plain_sql(quote(column))
    found = [f"contains({text}, {literal(one)})" for one in sorted(subject.numbers) if len(one) >= marks.CONTAINED]
    return " OR ".join([*found, f"{text} IN ({listed(subject.numbers)})"])


def listed(values: Iterable[str]) -> str:
    """Literals for IN (); one that nothing equals where there are none."""
    return ", ".join(literal(value) for value in sorted(values)) or "NULL"


def edit(
    settings: Settings,
    uri: str,
    rule: Rule,
    *,
    run: str,
    facts: Mapping[str, str] | None = None,
    before: Callable[[], None] = lambda: None,
) -> int:
    """Rewrite what `rule` hits in the table at `uri`; the rows hit. Raises Conflict when somebody writes meanwhile.

    facts: kept in the commit; before: called ahead of every commit, so what it does is done once the rows are gone.
    """
    table = open_table(uri, settings)
    if table is None:
        return 0
    parts, names = tables.parts(uri, settings=settings), table.metadata().partition_columns
    by_values = sorted(parts, key=lambda part: sorted(part.values.items(), key=repr))
    total = 0
    for values, group in groupby(by_values, key=lambda part: dict(part.values)):
        shared = {name: str(values.get(name)) for name in names}
        total += _edit(settings, uri, list(group), shared, rule, run, facts or {}, before)
    return total


def _edit(
    settings: Settings,
    uri: str,
    parts: list[Part],
    values: dict[str, str],
    rule: Rule,
    run: str,
    facts: Mapping[str, str],
    before: Callable[[], None],
) -> int:
    table = open_table(uri, settings)
    assert table is not None
    whole = arrow_schema(table)
    schema = pa.schema([field for field in whole if field.name not in values])
    shown = "".join(f", {literal(value)} AS {quote(name)}" for name, value in values.items())
    with connect(settings, functions=False) as connection:
        found: list[Part] = []
        rows = 0
        for part in parts:
            source = f"(SELECT *{shown} FROM {relation(schema, (), [part])})"
            ((hit,),) = connection.execute(f"SELECT count(*) FROM {source} WHERE {rule.hit}").fetchall()
            found, rows = ([*found, part], rows + hit) if hit else (found, rows)
        if not found:
            return 0
        emptied = ", ".join(
            f"CASE WHEN {condition} THEN NULL ELSE {quote(name)} END AS {quote(name)}"
            for name, condition in rule.blank.items()
        )
        replaced = f"* REPLACE ({emptied})" if emptied else "*"
        without = f" EXCLUDE ({', '.join(map(quote, values))})" if values else ""
        source = f"(SELECT *{shown} FROM {relation(schema, (), found)})"
        kept = f"SELECT {replaced} FROM {source} WHERE NOT coalesce({rule.gone}, false)"
        reader = connection.execute(f"SELECT *{without} FROM ({kept})").to_arrow_reader(50_000)
        stored = storable(schema)
        files = write_files(uri, reader, stored, run="erased", settings=settings)
    removed = [part.path for part in found]
    change = Change("append", f"{RUN}{run}:{table.version()}", stored, files, removed, values, facts)
    before()
    commit(uri, table, change, settings)
    return rows
