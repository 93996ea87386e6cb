"""Keep persons who were erased by law out of the raw zone when their department delivers them once more.

They are known by keyed hashes alone (lake/erasing/marks.py): by number and key, never by name alone. Rows about them,
and rows whose key they are, are left out; any other row stays, and what it tells of them is emptied. Beside the number
of somebody who was not erased a key alone proves nothing, nor does a name and an address. That there were
any is for stewards, not for the department: no message and no count of a batch is to answer who asks of a number
whether it was erased.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import duckdb
import pyarrow as pa

from catalog.actions import erasures
from catalog.contracts import Contract, Item
from catalog.database import open_reader
from catalog.settings import Settings
from lake.delta.files import write_files
from lake.engines.duckdb import connect, literal, quote
from lake.erasing import marks
from lake.erasing.marks import BEARING, HELD, IDENTITY, of_contact, of_key, of_number
from lake.erasing.whose import HOLDER, MADE, WHOSE, Alone, Told, named_alone, told_with
from lake.loading import raw


class KeptOut(NamedTuple):
    """rows: left out, or with cells emptied. left_out: of these, those left out; other_name: of those, the ones under a
    number or key that had another name."""

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
        asked = [*(column.name for column in columns), *(_source(one) for one in (*alone.own, *alone.proofs))]
        by = _By(contract.dataset, hidden, known)
        rows = _told(_cells(connection, source, asked))
        hit = [one for row in rows for one in _hit(by, columns, bool(alone.own), *row)]
        if alone.names and alone.proofs:
            cells = _cells(connection, source, [_source(one) for one in (*alone.names, *alone.proofs)])
            hit += _named(_told(cells), alone, by)
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
    """A row touched, as _HIT has it. other_name: by number or key an erased one's, by the name beside it another's."""

    row: int
    emptied: str | None
    other_name: bool = False


class _Column(NamedTuple):
    """A column in which a person may be known again. takes: the row is theirs, and is left out; keyed and
    about: the key and the number of whom it is about."""

    name: str
    item: Item
    takes: bool
    keyed: bool
    about: bool


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
            found.append(_Column(name, item, takes, keyed, subject))
    return found


class _By(NamedTuple):
    """By what erased persons are known in a dataset."""

    dataset: str
    hidden: str
    known: frozenset[str]

    def number(self, value: str) -> bool:
        """Whether `value` is or holds a number of theirs."""
        return any(of_number(self.hidden, form) in self.known for form in marks.inside(value))

    def key(self, value: str) -> bool:
        """Whether it was the key of one."""
        return of_key(self.hidden, self.dataset, value) in self.known

    def called(self, name: str, values: Sequence[str | None]) -> bool:
        """Whether the one a value is the number or the key of was called so."""
        given = [value for value in values if value]
        numbers = (marks.of_name(self.hidden, form, name) for value in given for form in marks.inside(value))
        keys = (marks.of_keyed(self.hidden, self.dataset, value, name) for value in given)
        return not self.known.isdisjoint((*numbers, *keys))

    def contact(self, name: str, proofs: Sequence[str | None]) -> bool:
        """Whether one of that name had one of these telephones or addresses."""
        given = [one for one in proofs if one and name]
        return any(of_contact(self.hidden, name, one) in self.known for one in given)


def _told(rows: pa.RecordBatchReader) -> Iterator[tuple[int, list[str | None]]]:
    """The number of each row, and its cells."""
    for batch in rows:
        for place, *cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield place, cells


def _hit(by: _By, columns: Sequence[_Column], named: bool, place: int, cells: Sequence[str | None]) -> Iterator[_Hit]:
    """What of a row tells of an erased person. cells: those of `columns`, then, where `named`, the name of whom the row
    is about, then what may prove whose it is."""
    values, rest = cells[: len(columns)], cells[len(columns) :]
    name, proofs = (rest[0] or "", rest[1:]) if named else ("", [])
    told = _bearing(by, columns, values)
    keyed = any(one.keyed and value and by.key(value) for one, value in zip(columns, values, strict=True))
    another = _another(columns, values, told)
    # Nearly every row bears another's number and no key of an erased one's: then its name need not be looked at.
    asked = bool(name) and (keyed or not another)
    proved = asked and (by.contact(name, proofs) or (keyed and by.called(name, values)))
    # Beside somebody else's number neither says enough by itself.
    theirs = (keyed and proved) if another else (keyed or proved)
    if theirs or any(column.takes for column in told):
        yield _Hit(place, None, other_name=bool(name) and not proved and not by.called(name, values))
    else:
        yield from (_Hit(place, column.name) for column in told)


def _bearing(by: _By, columns: Sequence[_Column], values: Sequence[str | None]) -> list[_Column]:
    """Columns that bear an erased one's number: that of a licence of another holder only looks like it."""
    told = [column for column, value in zip(columns, values, strict=True) if value and by.number(value)]
    if any(column.item.element in MADE for column in told):
        held = [(one, value) for one, value in zip(columns, values, strict=True) if one.item.element == HOLDER]
        if any(marks.plain(value or "") and one not in told for one, value in held):
            return [column for column in told if column.item.element not in MADE]
    return told


def _another(columns: Sequence[_Column], values: Sequence[str | None], told: Sequence[_Column]) -> bool:
    """Whether the number of whom a row is about is a person's who was not erased."""
    about = [(one, value) for one, value in zip(columns, values, strict=True) if one.about and one not in told]
    return any(value and marks.is_number(value) for _, value in about)


def _there(alone: Alone, names: Sequence[str]) -> Alone:
    """Of these, the items that were delivered."""
    return Alone(*([one for one in part if _source(one) in names] for part in alone))


def _source(item: Told) -> str:
    return item.source_name or item.name


def _named(rows: Iterable[tuple[int, list[str | None]]], alone: Alone, by: _By) -> Iterator[_Hit]:
    """Rows that name an erased person without a number, beside a telephone or an address of theirs."""
    for place, cells in rows:
        names, proofs = cells[: len(alone.names)], cells[len(alone.names) :]
        for item, name in zip(alone.names, names, strict=True):
            theirs = [one for one, proof in zip(alone.proofs, proofs, strict=True) if by.contact(name or "", [proof])]
            if theirs:
                yield _Hit(place, _source(item))
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
