"""The raw zone: every batch as delivered, in a table of its dataset, told apart by the partition `_batch`.

`_row` numbers the rows of a batch from 1 in the order they came. A batch's commit carries all the registry needs to
know of it, so a run that died between lake and registry can be finished by the next.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from deltalake import DeltaTable

from catalog.errors import BatchHeld, Conflict
from catalog.settings import Settings
from lake.delta.commit import Change, commit_blind, has_run, open_table
from lake.delta.copying import copy_files
from lake.delta.files import DataFile, remove_files, storable, write_files
from lake.delta.prefetch import ahead
from lake.engines.duckdb import connect, literal
from lake.layout import Layout
from lake.sources.delivery import Delivery
from lake.tables import scan

ROW = "_row"
HISTORY = 50  # commits looked through for the newest batch: maintenance may have committed after it


@dataclass(frozen=True)
class Staged:
    """Files of a batch that are written but not yet visible."""

    uri: str
    schema: pa.Schema
    files: list[DataFile]

    @property
    def rows(self) -> int:
        """Rows in the files, as their own footers count them."""
        return sum(file.rows for file in self.files)


@dataclass(frozen=True)
class Facts:
    """What a batch's commit says of it. checked: columns whose sums agree with the source's; None where it has none.

    rows: as delivered; new_columns: delivered, but not in the contract; kept_out: rows of persons who were erased;
    other_name: of these, how many under another name than they had; left_out: how many are not in the table;
    without_rows: how many files, where none held a row; not their names, which a commit would keep for good.
    """

    batch_id: str
    system: str
    rows: int
    fingerprint: str
    position: str | None
    collected_at: datetime
    checked: int | None = None
    new_columns: tuple[str, ...] = ()
    kept_out: int = 0
    other_name: int = 0
    left_out: int = 0
    without_rows: int = 0


def opened(settings: Settings, dataset: str) -> DeltaTable | None:
    """The raw table of `dataset` as it stands, None before its first batch."""
    return open_table(Layout(settings.lake_url).raw(dataset), settings)


def stage(settings: Settings, dataset: str, delivery: Delivery) -> Staged:
    """Write the delivered rows, numbered, into the raw table's folder; nothing is visible yet."""
    uri = Layout(settings.lake_url).raw(dataset)
    schema = delivery.reader.schema.append(pa.field(ROW, pa.int64()))
    stored = storable(schema)
    if delivery.native is not None:
        written = copy_files(uri, delivery.native, stored, numbered=ROW, run="batch", settings=settings)
        return Staged(uri, stored, written)
    numbered = pa.RecordBatchReader.from_batches(schema, _numbered(delivery.reader, schema))
    return Staged(uri, stored, write_files(uri, numbered, stored, run="batch", settings=settings))


def places(staged: Staged) -> list[str]:
    """Where the staged files lie, as engines open them."""
    return [f"{staged.uri}/{file.path}" for file in staged.files]


def drop(settings: Settings, staged: Staged) -> None:
    """Remove staged files that are not wanted after all."""
    remove_files(staged.uri, staged.files, settings=settings)


def measure(
    settings: Settings, staged: Staged, figures: Sequence[str] = (), *, engine: Any = None
) -> tuple[str, tuple[Any, ...]]:
    """Fingerprint and figures (SQL aggregates) of the staged rows, in one scan; without rows every figure is None.

    The fingerprint is SHA-256 over column names and an order-free sum of row hashes: equal rows in any order give the
    same. engine: an open DuckDB connection to use; making another takes longer than a small batch.
    """
    digest = hashlib.sha256("\0".join(f"{item.name}:{item.type}" for item in staged.schema).encode())
    if not staged.files:
        return digest.hexdigest(), (None,) * len(figures)
    listed = ", ".join(map(literal, places(staged)))
    asked = ", ".join(["count(*)", "sum(_hash::HUGEINT)", "bit_xor(hash(_hash))", *figures])
    with nullcontext(engine) if engine is not None else connect(settings, functions=False) as connection:
        rows = f"(SELECT * EXCLUDE ({ROW}) FROM read_parquet([{listed}])) AS delivered"
        found = connection.execute(f"SELECT {asked} FROM (SELECT *, hash(delivered) AS _hash FROM {rows})").fetchall()[
            0
        ]
    digest.update(repr([found[:3]]).encode())
    return digest.hexdigest(), found[3:]


def commit_batch(settings: Settings, staged: Staged, facts: Facts, table: DeltaTable | None) -> None:
    """Make a staged batch visible, once, on top of the opened `table` (None: the first batch).

    Raises BatchHeld when a column changed its type since the batches before.
    """
    if table is not None and has_run(table, facts.batch_id):
        drop(settings, staged)
        return
    told = {
        "batch": facts.batch_id,
        "system": facts.system,
        "rows": str(facts.rows),
        "fingerprint": facts.fingerprint,
        "collected_at": facts.collected_at.isoformat(),
    }
    if facts.position is not None:
        told["position"] = facts.position
    if facts.checked is not None:
        told["checked"] = str(facts.checked)
    if facts.new_columns:
        told["new_columns"] = json.dumps(facts.new_columns, ensure_ascii=False)
    if facts.kept_out:
        told |= {
            "kept_out": str(facts.kept_out), "other_name": str(facts.other_name), "left_out": str(facts.left_out)
        }  # fmt: skip
    if facts.without_rows:
        told["without_rows"] = str(facts.without_rows)
    partition = {"_batch": facts.batch_id}
    change = Change("append", facts.batch_id, staged.schema, staged.files, partition=partition, facts=told)
    try:
        commit_blind(staged.uri, table, change, settings)
    except Conflict as error:
        drop(settings, staged)
        raise _held(error) if error.code == "column_retyped" else error from error


def newest(settings: Settings, dataset: str) -> Facts | None:
    """What the newest batch's commit says, or None when there is no batch."""
    return newest_of(opened(settings, dataset))


def newest_of(table: DeltaTable | None) -> Facts | None:
    """The same, of the opened table."""
    if table is None:
        return None
    # Nearly always the last commit is it, and to read one commit takes a quarter of the time that fifty do.
    for entry in _commits(table):
        if "batch" in entry:
            return Facts(
                entry["batch"],
                entry["system"],
                int(entry["rows"]),
                entry["fingerprint"],
                entry.get("position"),
                datetime.fromisoformat(entry["collected_at"]),
                int(entry["checked"]) if "checked" in entry else None,
                tuple(json.loads(entry.get("new_columns", "[]"))),
                int(entry.get("kept_out", 0)),
                int(entry.get("other_name", 0)),
                int(entry.get("left_out", 0)),
                int(entry.get("without_rows", 0)),
            )
    return None


def _commits(table: DeltaTable) -> Iterator[dict[str, Any]]:
    yield from table.history(1)
    yield from table.history(HISTORY)


def relation(settings: Settings, dataset: str, batch_id: str) -> str:
    """SQL text, usable after FROM, over the rows of one batch; other batches' files are not touched."""
    return scan(Layout(settings.lake_url).raw(dataset), only={"_batch": batch_id}, settings=settings)


def _numbered(reader: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    start = 1
    for batch in ahead(reader):
        # Not pa.array(): given a numpy array it imports pandas, which takes longer than most deliveries.
        counted = pa.py_buffer(np.arange(start, start + batch.num_rows, dtype=np.int64))
        numbers = pa.Array.from_buffers(pa.int64(), batch.num_rows, [None, counted])
        start += batch.num_rows
        yield pa.RecordBatch.from_arrays([*batch.columns, numbers], schema=schema)


def _held(error: Conflict) -> BatchHeld:
    return BatchHeld(
        f"本次交付与以往批次的列类型不同，批次已扣留。{error.zh}",
        f"This delivery's column types differ from the batches before; it is held. {error.en}",
        code="column_retyped",
        **error.parts,
    )
