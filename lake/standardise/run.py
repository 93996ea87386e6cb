"""Raw batch -> staged Parquet file, standardised and annotated, not yet judged."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from catalog.contracts import Contract
from catalog.errors import ContractBroken
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect, literal
from lake.layout import Layout, is_remote
from lake.standardise import geometry, plan
from lake.standardise.rendering import Facts


@dataclass(frozen=True)
class Staged:
    """Where a standardised batch lies, and how many rows it has."""

    path: str
    rows: int
    batch_id: str


def standardise(settings: Settings, contract: Contract, batch_id: str) -> Staged:
    """Bring the rows of one raw batch to their data elements; writes the staged file whole or not at all.

    Columns: _row, _batch, _notes ('item:what' per change a person wants to know), _bad (items that could not be read as
    their kind), then every item of the contract. Raises NotFound without a raw table, ContractBroken for a lost column
    or a frame nobody can turn back. The same batch again gives the same file.
    """
    geometry.check_frame(contract)
    layout = Layout(settings.lake_url)
    raw = layout.raw(contract.dataset)
    columns = tables.schema(raw, settings=settings)
    _check_columns(contract, columns)
    source = tables.scan(raw, only={"_batch": batch_id}, settings=settings)
    extensions = ("spatial",) if geometry.needs_spatial(contract.items, contract.crs) else ()
    with connect(settings, extensions=extensions) as connection:
        geometry.register(connection, contract.crs)
        facts = _facts(connection, contract, source, columns)
        path = layout.staging(contract.dataset, batch_id)
        rows = _write(connection, plan.select(contract, source, columns.names, facts), path)
    return Staged(path, rows, batch_id)


def _check_columns(contract: Contract, columns: pa.Schema) -> None:
    """A column the contract requires must be among those delivered; one that is optional may be missing."""
    present = {name.lower() for name in columns.names}
    lost = [item for item in contract.items if item.source_name.lower() not in present]
    needed = [item.name for item in lost if item.required or item.key]
    if needed:
        raise ContractBroken(
            f"数据集 {contract.dataset} 的交付缺少必需的数据项：{'、'.join(needed)}。请与提供部门核对表头。",
            f"The delivery of {contract.dataset} lacks required items: {', '.join(needed)}. Check the header with"
            " the department.",
            code="column_lost",
            dataset=contract.dataset,
            items=needed,
        )


def _facts(connection: duckdb.DuckDBPyConnection, contract: Contract, source: str, columns: pa.Schema) -> Facts:
    textual = {column.name: _is_text(column.type) for column in columns}
    lower = {name.lower(): is_text for name, is_text in textual.items()}
    native = frozenset(item.name for item in contract.items if not lower.get(item.source_name.lower(), True))
    counting = plan.date_forms(contract, source, textual)
    found = connection.execute(counting).fetchall() if counting else []
    moments = frozenset(column.name.lower() for column in columns if pa.types.is_timestamp(column.type))
    return Facts(contract.crs, _usual_forms(found), native, moments)


def _usual_forms(found: list[tuple[str, str | None, int]]) -> dict[str, str]:
    """Item -> the form most of its days are written in; ISO wins a tie, then the name that sorts first."""
    best: dict[str, tuple[int, bool, str]] = {}
    for item, form, rows in sorted(found, key=str):
        if form is None or form == "other":
            continue
        if item not in best or (rows, form == "iso") > best[item][:2]:
            best[item] = (rows, form == "iso", form)
    return {item: form for item, (_, _, form) in best.items()}


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: str) -> int:
    """Copy the rows of `query` to `path` under a passing name first, so that a reader never meets half a file."""
    target = path if is_remote(path) else f"{path}.part"
    if not is_remote(path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    (rows,) = _one(connection, f"COPY ({query}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)")
    if target != path:
        os.replace(target, path)
    return int(rows)


def _one(connection: duckdb.DuckDBPyConnection, statement: str) -> tuple[int, ...]:
    row: tuple[int, ...] | None = connection.execute(statement).fetchone()
    assert row is not None
    return row


def staged_columns(contract: Contract) -> Mapping[str, str]:
    """Column -> SQL type of a staged file, in order."""
    fixed = {"_row": "BIGINT", "_batch": "VARCHAR", "_notes": "VARCHAR[]", "_bad": "VARCHAR[]"}
    return fixed | {item.name: plan.SQL_KINDS[item.kind] for item in contract.items}
