"""Keep persons who were erased by law out of the raw zone when their department delivers them once more.

They are known by keyed hashes alone (lake/erasing/marks.py). In a dataset about persons their rows are left out; in any
other the row stays, and what it tells of a person is emptied.
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from catalog.actions import erasures
from catalog.contracts import Contract
from catalog.database import open_reader
from catalog.settings import Settings
from lake.delta.files import write_files
from lake.engines.duckdb import connect, literal, quote
from lake.erasing.marks import IDENTITY, forms, of_key, of_number
from lake.loading import raw


def without_erased(settings: Settings, contract: Contract, staged: raw.Staged) -> tuple[raw.Staged, int]:
    """The staged rows without persons who were erased, and how many rows that touched; nothing is written for none."""
    if not staged.files:
        return staged, 0
    with open_reader(settings) as session:
        known = erasures.marks(session)
    if not known:
        return staged, 0
    from lake.bases.identity import secret  # the bases take their time to import: only who needs them waits
    from lake.erasing.rules import ABOUT

    numbers = [item.source_name or item.name for item in contract.items if item.element in IDENTITY]
    about = contract.dataset in ABOUT
    keys = [item.source_name or item.name for item in contract.items if item.key] if about else []
    columns = [name for name in (*numbers, *(keys if len(keys) == 1 else [])) if name in staged.schema.names]
    if not columns:
        return staged, 0
    hidden = secret(settings)
    places = ", ".join(map(literal, raw.places(staged)))
    source = f"read_parquet([{places}])"
    with connect(settings, functions=False) as connection:
        listed = ", ".join(f"CAST({quote(name)} AS VARCHAR)" for name in columns)
        rows = connection.execute(f"SELECT {raw.ROW}, {listed} FROM {source}").to_arrow_reader(50_000)
        hit = list(_hit(rows, len(numbers), contract.dataset, hidden, known))
        if not hit:
            return staged, 0
        connection.register("erased", pa.table({"row": pa.array(hit, pa.int64())}))
        found = f'{raw.ROW} IN (SELECT "row" FROM erased)'
        if about:
            query = f'SELECT * FROM {source} WHERE {raw.ROW} NOT IN (SELECT "row" FROM erased)'
        else:
            query = f"SELECT {_emptied(contract, staged.schema.names, found)} FROM {source}"
        reader = connection.execute(query).to_arrow_reader(50_000)
        files = write_files(staged.uri, reader, staged.schema, run="batch", settings=settings)
    raw.drop(settings, staged)
    return raw.Staged(staged.uri, staged.schema, files), len(hit)


def _hit(rows: pa.RecordBatchReader, numbers: int, dataset: str, hidden: str, known: frozenset[str]) -> Iterator[int]:
    """Numbers of the rows in which an erased person's number or key stands."""
    for batch in rows:
        places, *columns = (column.to_pylist() for column in batch.columns)
        for place, *values in zip(places, *columns, strict=True):
            number = any(
                of_number(hidden, form) in known for value in values[:numbers] if value for form in forms(value)
            )
            if number or any(of_key(hidden, dataset, value) in known for value in values[numbers:] if value):
                yield place


def _emptied(contract: Contract, names: Sequence[str], found: str) -> str:
    personal = {item.source_name or item.name for item in contract.items if item.personal != "none" and not item.key}
    return ", ".join(
        f"CASE WHEN {found} THEN NULL ELSE {quote(name)} END AS {quote(name)}" if name in personal else quote(name)
        for name in names
    )
