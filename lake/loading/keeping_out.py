"""Keep persons who were erased by law out of the raw zone when their department delivers them once more.

They are known by keyed hashes alone (lake/erasing/marks.py): by number and key, never by name alone. Rows about them,
and rows whose key they are, are left out; any other row stays, and what it tells of them is emptied. That there were
any is for stewards, not for the department: no message and no count of a batch is to answer who asks of a number
whether it was erased.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import duckdb
import pyarrow as pa

from catalog.actions import erasures
from catalog.contracts import Contract, Item
from catalog.database import open_reader
from catalog.settings import Settings
from lake.delta.files import write_files
from lake.engines.duckdb import connect, literal, quote
from lake.erasing.marks import BEARING, HELD, IDENTITY, inside, of_contact, of_key, of_name, of_number
from lake.erasing.whose import WHOSE, Alone, Told, named_alone, told_with
from lake.loading import raw


class KeptOut(NamedTuple):
    """rows: left out, or with cells emptied. left_out: of these, those left out; other_name: of those, the ones under a
    number that had another name."""

    rows: int = 0
    other_name: int = 0
    left_out: int = 0


def without_erased(settings: Settings, contract: Contract, staged: raw.Staged) -> tuple[raw.Staged, KeptOut]:
    """The staged rows without persons who were erased, and how many rows that touched; nothing is written for none."""
    if not staged.files:
        return staged, KeptOut()
    with open_reader(settings) as session:
        known = erasures.marks(session)
    if not known:
        return staged, KeptOut()
    from lake.bases.identity import secret  # the bases take their time to import: only who needs them waits

    columns = _columns(contract, staged.schema.names)
    alone = _there(named_alone(contract.dataset, contract.items), staged.schema.names)
    if not columns and not alone.proofs:
        return staged, KeptOut()
    hidden = secret(settings)
    places = ", ".join(map(literal, raw.places(staged)))
    source = f"read_parquet([{places}])"
    with connect(settings, functions=False) as connection:
        name = _name(contract, staged.schema.names)
        rows = _cells(connection, source, [*(column.name for column in columns), *name])
        hit = list(_hit(rows, columns, bool(name), contract.dataset, hidden, known))
        if alone.names and alone.proofs:
            rows = _cells(connection, source, [_source(one) for one in (*alone.names, *alone.proofs)])
            hit += _named(rows, alone, hidden, known)
        if not hit:
            return staged, KeptOut()
        found = pa.Table.from_pylist([{"row": one.row, "emptied": one.emptied} for one in hit], schema=_HIT)
        connection.register("erased", found)
        told = _emptied(contract, columns, alone, staged.schema.names)
        theirs = 'SELECT "row" FROM erased WHERE emptied IS NULL'
        query = f"SELECT {told} FROM {source} WHERE {raw.ROW} NOT IN ({theirs})"
        reader = connection.execute(query).to_arrow_reader(50_000)
        files = write_files(staged.uri, reader, staged.schema, run="batch", settings=settings)
    raw.drop(settings, staged)
    gone = sum(one.emptied is None for one in hit)
    counted = KeptOut(len({one.row for one in hit}), sum(one.other_name for one in hit), gone)
    return raw.Staged(staged.uri, staged.schema, files), counted


def _cells(connection: duckdb.DuckDBPyConnection, source: str, columns: Sequence[str]) -> pa.RecordBatchReader:
    """The number of each row, and these columns as text."""
    listed = "".join(f", CAST({quote(one)} AS VARCHAR)" for one in columns)
    return connection.execute(f"SELECT {raw.ROW}{listed} FROM {source}").to_arrow_reader(50_000)


_HIT: Final = pa.schema([("row", pa.int64()), ("emptied", pa.string())])
"""Rows touched: by which column; none for one that is left out."""


class _Hit(NamedTuple):
    """A row touched, as _HIT has it. other_name: its number is an erased one's, and the name beside it another."""

    row: int
    emptied: str | None
    other_name: bool = False


class _Column(NamedTuple):
    """A column in which a person may be known again. takes: the row is theirs, and is left out."""

    name: str
    item: Item
    takes: bool
    keyed: bool


def _columns(contract: Contract, names: Sequence[str]) -> list[_Column]:
    """Numbers of persons and keys. A row is the person's whom it is about; in any other dataset, who is its key."""
    whose = WHOSE.get(contract.dataset)
    found = []
    for item in contract.items:
        name, number = item.source_name or item.name, item.element in BEARING
        keyed = whose is not None and item.name == whose.key
        subject = whose is not None and item.name == whose.number
        other = whose is not None and item.element in IDENTITY
        takes = keyed or subject or item.element in HELD or (item.key and not other)
        if name in names and (number or item.key or keyed):
            found.append(_Column(name, item, takes, keyed))
    return found


def _name(contract: Contract, names: Sequence[str]) -> list[str]:
    """The column with the name of the person each row is about, where there is one."""
    whose = WHOSE.get(contract.dataset)
    items = [item.source_name or item.name for item in contract.items if whose and item.name == whose.name]
    return [name for name in items if name in names]


def _hit(
    rows: pa.RecordBatchReader,
    columns: Sequence[_Column],
    named: bool,
    dataset: str,
    hidden: str,
    known: frozenset[str],
) -> Iterator[_Hit]:
    """Rows in which an erased person's number or key stands. named: the last of `rows`' columns is a name."""
    for batch in rows:
        places, *values = (column.to_pylist() for column in batch.columns)
        names = values.pop() if named else [None] * len(places)
        for place, name, *cells in zip(places, names, *values, strict=True):
            bears = [bool(value) and _erased_number(hidden, value, known) for value in cells]
            keyed = [
                column.keyed and bool(value) and of_key(hidden, dataset, value) in known
                for column, value in zip(columns, cells, strict=True)
            ]
            told = [column for column, one, other in zip(columns, bears, keyed, strict=True) if one or other]
            if any(column.takes for column in told):
                theirs = any(keyed) or not name or _erased_name(hidden, cells, name, known)
                yield _Hit(place, None, other_name=not theirs)
            else:
                yield from (_Hit(place, column.name) for column in told)


def _erased_number(hidden: str, value: str, known: frozenset[str]) -> bool:
    return any(of_number(hidden, form) in known for form in inside(value))


def _erased_name(hidden: str, cells: Sequence[str | None], name: str, known: frozenset[str]) -> bool:
    return any(of_name(hidden, form, name) in known for value in cells if value for form in inside(value))


def _there(alone: Alone, names: Sequence[str]) -> Alone:
    """Of these, the items that were delivered."""
    return Alone(*([one for one in part if _source(one) in names] for part in alone))


def _source(item: Told) -> str:
    return item.source_name or item.name


def _named(rows: pa.RecordBatchReader, alone: Alone, hidden: str, known: frozenset[str]) -> Iterator[_Hit]:
    """Rows that name an erased person without a number, beside a telephone or an address of theirs."""
    for batch in rows:
        for place, *cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            names, proofs = cells[: len(alone.names)], cells[len(alone.names) :]
            for at, name in enumerate(names):
                shown = [bool(name and one) and of_contact(hidden, name, one) in known for one in proofs]
                theirs = [one for one, proved in zip(alone.proofs, shown, strict=True) if proved]
                if theirs:
                    yield _Hit(place, _source(alone.names[at]))
                yield from (_Hit(place, _source(one)) for one in theirs if one in alone.given)


def _emptied(contract: Contract, columns: Sequence[_Column], alone: Alone, names: Sequence[str]) -> str:
    """The columns of a row that stays, without what tells of the person."""
    parts: dict[str, list[str]] = {_source(one): [_source(one)] for one in (*alone.names, *alone.given)}
    for column in columns:
        told = frozenset() if column.takes else told_with(contract.dataset, column.item, contract.items)
        for item in contract.items:
            if item.name in told:
                parts.setdefault(item.source_name or item.name, []).append(column.name)
    return ", ".join(
        f'CASE WHEN {raw.ROW} IN (SELECT "row" FROM erased WHERE emptied IN ({_listed(parts[name])})) THEN NULL'
        f" ELSE {quote(name)} END AS {quote(name)}"
        if name in parts
        else quote(name)
        for name in names
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(literal, names))
