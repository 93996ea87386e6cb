"""Take rows out of a Delta table and empty cells of others: only files that hold any are rewritten.

Done again it finds nothing and writes nothing. Old versions keep the rows until sweeping.py has been there.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

import duckdb
import pyarrow as pa

from catalog.errors import Conflict
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
_HIT = "erased"
"""The fact of such a commit that says how many rows it took out or emptied cells of."""


ABOUT = "_tells_of_them"
"""The column by which a condition of `Rule.blank` asks for `Rule.about`."""


@dataclass(frozen=True)
class Rule:
    """How a table is edited, as SQL over its columns. gone: rows taken out; blank: column -> when it is emptied.

    about: whether a row bears a number of the person at all, which every condition of `blank` implies but those of
    `named`: rows that name them without one. '' where none asks.
    values: what the SQL compares with, by the names it has there: no value of a person stands in the text of a query.
    """

    gone: str
    blank: Mapping[str, str]
    about: str = ""
    values: Mapping[str, Collection[str]] = field(default_factory=dict)
    named: str = ""

    @property
    def hit(self) -> str:
        """Rows that are not as they may be."""
        emptied = (self.about, self.named or "false") if self.about else self.blank.values()
        return " OR ".join(f"coalesce({condition}, false)" for condition in (self.gone, *emptied))


_SEARCHED = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_integer,
    pa.types.is_decimal,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_dictionary,
    pa.types.is_nested,
)


def searched(schema: pa.Schema, without: Sequence[str] = ()) -> list[pa.Field]:
    """The columns that may hold a text or number of a person, lists and structures too."""
    return [field for field in schema if field.name not in without and any(of(field.type) for of in _SEARCHED)]


def is_one_of(field: pa.Field, *names: str) -> str:
    """SQL: whether a column holds one of the values of those names, a list or structure in any of its parts."""
    text = f"CAST({quote(field.name)} AS VARCHAR)"
    if pa.types.is_nested(field.type):
        return f"list_has_any(string_split_regex({text}, {_PARTED}), {_listed(names)})"
    return f"list_contains({_listed(names)}, {text})"


def is_spelled(field: pa.Field, names: str) -> str:
    """SQL: whether a column holds one of the names, telephones or addresses, by whichever blanks, dots and signs."""
    known, text = _listed([names]), quote(field.name)
    spelled = f"list_contains({known}, {marks.letters_sql(text)}) OR list_contains({known}, {marks.phone_sql(text)})"
    return f"{is_one_of(field, names)} OR {spelled}"


def is_key(field: pa.Field) -> str:
    """SQL: whether a column holds one of the keys, with whatever blanks around it."""
    return f"{is_one_of(field, 'keys')} OR list_contains({_listed(['keys'])}, {marks.key_sql(quote(field.name))})"


def bears_number(subject: Subject, field: pa.Field) -> str:
    """SQL: whether a column holds one of their numbers; a long one also inside a longer text."""
    text = marks.plain_sql(quote(field.name))
    found = [f"contains({text}, getvariable('long')[{place}])" for place in range(1, len(subject.long) + 1)]
    return " OR ".join([*found, is_one_of(field, "numbers"), f"list_contains({_listed(['numbers'])}, {text})"])


_PARTED = r"""'[\[\]{}(),:=\s"'']+'"""
"""What stands between the parts of a list or structure written as text."""


def _listed(names: Iterable[str]) -> str:
    return " || ".join(f"getvariable({literal(name)})" for name in names)


def _give(connection: duckdb.DuckDBPyConnection, values: Mapping[str, Collection[str]]) -> None:
    """Have `connection` know the values by their names. Variables are constants to the engine, as literals are."""
    pairs = [{"name": name, "value": value} for name, listed in values.items() for value in sorted(listed)]
    connection.register("given", pa.Table.from_pylist(pairs, schema=_GIVEN))
    for name in values:
        listed = f"SELECT list(value ORDER BY value) FROM given WHERE name = {literal(name)}"
        connection.execute(f"SET VARIABLE {quote(name)} = (SELECT coalesce(({listed}), CAST([] AS VARCHAR[])))")
    connection.unregister("given")


_GIVEN = pa.schema([("name", pa.string()), ("value", pa.string())])


def edit(
    settings: Settings,
    uri: str,
    rule: Rule,
    *,
    run: str,
    facts: Mapping[str, str] | None = None,
    before: Callable[[], None] = lambda: None,
) -> None:
    """Rewrite what `rule` hits in the table at `uri`. Raises Conflict when somebody writes meanwhile.

    facts: kept in the commit; before: called ahead of every commit, so what it does is done once the rows are gone.
    """
    table = open_table(uri, settings)
    if table is None:
        return
    parts, names = tables.parts(uri, settings=settings), table.metadata().partition_columns
    by_values = sorted(parts, key=lambda part: sorted(part.values.items(), key=repr))
    for values, group in groupby(by_values, key=lambda part: dict(part.values)):
        shared = {name: str(values.get(name)) for name in names}
        _edit(settings, uri, list(group), shared, rule, run, facts or {}, before)


def counted(settings: Settings, uri: str, *, run: str) -> int:
    """Rows that `run` took out of the table at `uri` or emptied cells of, however often it broke off.

    Its commits say so themselves: whatever else counted would count only what the last of its processes found.
    """
    table = open_table(uri, settings)
    commits = table.history() if table is not None else []
    return sum(int(one.get(_HIT, 0)) for one in commits if str(one.get("run_id", "")).startswith(f"{RUN}{run}:"))


def left(settings: Settings, uri: str, rule: Rule) -> int:
    """Rows of the table at `uri` that `rule` still hits."""
    with connect(settings, functions=False) as connection, _telling(uri):
        _give(connection, rule.values)
        source = tables.scan(uri, settings=settings)
        ((hit,),) = connection.execute(f"SELECT count(*) FROM {source} WHERE {rule.hit}").fetchall()
    return int(hit)


@contextmanager
def _telling(uri: str) -> Iterator[None]:
    """An error of the engine told without its text, which may quote a value of the table."""
    try:
        yield
    except duckdb.Error:
        table = "/".join(uri.split("/")[-2:])
        raise Conflict(
            f"删除个人信息时无法改写表 {table}，该删除尚未完成。请核对该表的列与目录登记是否一致，再重新运行。",
            f"Table {table} could not be rewritten, so the erasure is not complete. Compare its columns with the"
            " catalogue and run again.",
            code="erasure_table_unreadable",
            table=table,
        ) from None


def _edit(
    settings: Settings,
    uri: str,
    parts: list[Part],
    values: dict[str, str],
    rule: Rule,
    run: str,
    facts: Mapping[str, str],
    before: Callable[[], None],
) -> None:
    table = open_table(uri, settings)
    assert table is not None
    whole = arrow_schema(table)
    schema = pa.schema([field for field in whole if field.name not in values])
    shown = "".join(f", {literal(value)} AS {quote(name)}" for name, value in values.items())
    with connect(settings, functions=False) as connection, _telling(uri):
        _give(connection, rule.values)
        found: list[Part] = []
        rows = 0
        for part in parts:
            source = f"(SELECT *{shown} FROM {relation(schema, (), [part])})"
            ((hit,),) = connection.execute(f"SELECT count(*) FROM {source} WHERE {rule.hit}").fetchall()
            found, rows = ([*found, part], rows + hit) if hit else (found, rows)
        if not found:
            return
        emptied = ", ".join(
            f"CASE WHEN {condition} THEN NULL ELSE {quote(name)} END AS {quote(name)}"
            for name, condition in rule.blank.items()
        )
        replaced = f"* REPLACE ({emptied})" if emptied else "*"
        without = f" EXCLUDE ({', '.join([*map(quote, values), ABOUT])})"
        known = f", coalesce({rule.about or 'false'}, false) AS {ABOUT}"
        source = f"(SELECT *{known} FROM (SELECT *{shown} FROM {relation(schema, (), found)}))"
        kept = f"SELECT {replaced} FROM {source} WHERE NOT coalesce({rule.gone}, false)"
        reader = connection.execute(f"SELECT *{without} FROM ({kept})").to_arrow_reader(50_000)
        stored = storable(schema)
        files = write_files(uri, reader, stored, run="erased", settings=settings)
    removed = [part.path for part in found]
    told = {**facts, _HIT: str(rows)}
    change = Change("append", f"{RUN}{run}:{table.version()}", stored, files, removed, values, told)
    before()
    commit(uri, table, change, settings)
