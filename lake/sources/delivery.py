"""What every source gives back, and the few rules all of them share: column names, text values, lost columns.

Nothing here knows how a system is reached.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.contracts import Contract
from catalog.errors import ContractBroken, HubError

BATCH_ROWS = 20_000
RESERVED = frozenset({"_row", "_batch"})
GEOMETRY = "geometry"


@dataclass(frozen=True)
class KeptAside:
    """A record that could not be taken into the table: it stays in the delivered file, at this line (from 1).

    reason: in Chinese and English.
    """

    file: str
    line: int
    reason: tuple[str, str]


@dataclass(frozen=True)
class Native:
    """The same rows as a query on an open DuckDB connection, for whoever can write them without a detour over Arrow.

    translate: makes a sentence of what the engine reports. leave: rolls back and lets go of the source; the engine may
    still be used. end: that, and closes. Once is enough of either, twice no harm.
    """

    connection: Any
    query: str
    translate: Callable[[Exception], HubError]
    leave: Callable[[], None]
    end: Callable[[], None]


@dataclass(frozen=True)
class Delivery:
    """One delivery, still to be read: by `reader`, which may raise HubError, or by `native` where there is one.

    position: where to go on next time (opaque text); files: copies kept as they came; kept_aside: grows while reading;
    new_columns: delivered, but not in the contract; expected: rows as the source itself counts them, when it can;
    totals: figures of columns as the source itself has them (lake/loading/reconciliation.py).
    """

    reader: pa.RecordBatchReader
    position: str | None = None
    files: tuple[Path, ...] = ()
    kept_aside: list[KeptAside] = field(default_factory=list)
    new_columns: tuple[str, ...] = ()
    expected: int | None = None
    totals: Mapping[Any, Any] = field(default_factory=dict)
    native: Native | None = None

    def close(self) -> None:
        """Let go of the source, whether or not anything was read."""
        self.reader.close()
        if self.native is not None:
            self.native.end()


def column_names(headers: Iterable[object]) -> list[str]:
    """Names for delivered columns: trimmed, blanks inside made single, unnamed and double ones told apart.

    Engines do not tell upper from lower case in names, so `Name` beside `name` counts as double.
    """
    names: list[str] = []
    taken = set(RESERVED)
    for index, header in enumerate(headers, start=1):
        name = re.sub(r"\s+", " ", str(header or "").replace("\ufeff", "")).strip() or f"column_{index}"
        unique, count = name, 1
        while unique.lower() in taken:
            count += 1
            unique = f"{name}_{count}"
        taken.add(unique.lower())
        names.append(unique)
    return names


def check_columns(contract: Contract, delivered: Sequence[str], place: str) -> tuple[str, ...]:
    """Raise ContractBroken for the contract's columns that did not come; return those that came unasked."""
    known = set(delivered)
    promised = [item.source_name or item.name for item in contract.items]
    lost = [name for name in promised if name not in known]
    if lost:
        listed = "、".join(lost)
        raise ContractBroken(
            f"{place} 缺少契约中的列：{listed}。请部门补齐该列，或修订数据集 {contract.dataset} 的契约。",
            f"{place} lacks columns of the contract: {', '.join(lost)}. Ask the department to deliver them, or revise"
            f" the contract of {contract.dataset}.",
            code="column_lost",
            dataset=contract.dataset,
            columns=lost,
        )
    return tuple(name for name in delivered if name not in set(promised))


def as_text(value: Any) -> str | None:
    """A value of any type as the text a person would have typed; None stays None."""
    match value:
        case None:
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
        case datetime():
            # A date typed into a cell comes as midnight: the moment was never meant.
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case timedelta() | int() | Decimal():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def text_schema(names: Sequence[str]) -> pa.Schema:
    """All columns as text."""
    return pa.schema([pa.field(name, pa.string()) for name in names])


def text_batches(rows: Iterable[Sequence[str | None]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Rows of texts, one value per column, as Arrow batches."""
    waiting: list[Sequence[str | None]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == BATCH_ROWS:
            yield _batch(waiting, schema)
            waiting = []
    if waiting:
        yield _batch(waiting, schema)


def _batch(rows: list[Sequence[str | None]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], schema=schema)
