"""History of a dataset as slowly changing rows (SCD 2), where its contract asks for it with option `history: scd2`.

One table per dataset: the items, `_batch` that brought a row, and the time it held, [valid_from, valid_to); valid_to is
empty while it holds. Made from the standard table after every judgement, so a row that broke a rule is not in it.
"""

from collections.abc import Sequence
from datetime import datetime

from catalog.contracts import Contract
from catalog.database import open_reader
from catalog.errors import ContractBroken
from catalog.models import Batch
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect, literal, quote
from lake.layout import Layout

FROM, TO = "valid_from", "valid_to"


def wanted(contract: Contract) -> bool:
    """Whether the contract asks for history. Raises ContractBroken where rows have no key to follow them by."""
    if contract.options.get("history") != "scd2":
        return False
    if not contract.keys:
        raise ContractBroken(
            f"数据集 {contract.dataset} 的契约要求保留历史（history: scd2），但没有主键。请为契约指定主键。",
            f"The contract of {contract.dataset} asks for history (history: scd2) but has no key. Give it one.",
            code="history_without_key",
            dataset=contract.dataset,
        )
    return True


def follow(settings: Settings, contract: Contract, batch_id: str) -> int:
    """Bring the history, if the contract asks for it, up to the standard table as it stands after `batch_id`.

    A row holds from the moment its batch was collected. Returns the rows closed and opened; the same batch again
    changes nothing. Raises ContractBroken for a dataset without a key.
    """
    if not wanted(contract):
        return 0
    with open_reader(settings) as session:
        batch = session.get(Batch, batch_id)
    return record(settings, contract, batch_id, batch.collected_at) if batch else 0


def record(settings: Settings, contract: Contract, batch_id: str, moment: datetime) -> int:
    """The same, at a given moment, which must be later than all before."""
    layout = Layout(settings.lake_url)
    standard, uri = layout.standard(contract.dataset), layout.history(contract.dataset)
    if tables.version(standard, settings=settings) is None:
        return 0
    items, run_id = [item.name for item in contract.items], f"history:{batch_id}"
    at = f"{literal(moment.isoformat())}::TIMESTAMPTZ"
    now = f"{tables.scan(standard, settings=settings)} AS now"
    opened = f"SELECT {_listed(items, 'now')}, now._batch, {at} AS {FROM}, NULL::TIMESTAMPTZ AS {TO} FROM {now}"
    with connect(settings, functions=False) as connection:
        if tables.version(uri, settings=settings) is None:
            ordered = f"{opened} ORDER BY {_listed(contract.keys, 'now')}"
            reader = connection.execute(ordered).to_arrow_reader(50_000)
            return tables.write(uri, reader, run_id=run_id, settings=settings).rows
        history = tables.scan(uri, settings=settings)
        known = tables.schema(uri, settings=settings).names
        held = _held(history, items, known)
        same = _same(contract.keys, items)
        changes = (
            f"{opened} WHERE NOT EXISTS (SELECT 1 FROM {held} WHERE {same}) UNION ALL BY NAME"
            f" SELECT held.* REPLACE ({at} AS {TO}) FROM {held} WHERE NOT EXISTS (SELECT 1 FROM {now} WHERE {same})"
        )
        if set(items) <= set(known):
            rows = connection.execute(changes).to_arrow_table()
            return tables.merge(uri, rows, keys=[*contract.keys, FROM], run_id=run_id, settings=settings).rows
        # An item the history does not have yet: a merge keeps a table's columns, so the whole is written anew.
        whole = f"{changes} UNION ALL BY NAME SELECT * FROM {history} AS held WHERE {TO} IS NOT NULL"
        kept = f"SELECT held.* FROM {held} WHERE EXISTS (SELECT 1 FROM {now} WHERE {same})"
        reader = connection.execute(f"{whole} UNION ALL BY NAME {kept}").to_arrow_reader(50_000)
        return tables.write(uri, reader, run_id=run_id, settings=settings).rows


def _held(history: str, items: Sequence[str], known: Sequence[str]) -> str:
    """The rows that hold, with every item of the contract; one they were written without is empty."""
    missing = "".join(f", NULL AS {quote(name)}" for name in items if name not in known)
    return f"(SELECT *{missing} FROM {history} WHERE {TO} IS NULL) AS held"


def current(settings: Settings, dataset: str) -> str:
    """SQL text, usable after FROM: the rows that hold now. Raises NotFound for a dataset without history."""
    return f"(SELECT * FROM {_scan(settings, dataset)} WHERE {TO} IS NULL)"


def as_of(settings: Settings, dataset: str, moment: datetime) -> str:
    """SQL text, usable after FROM: the rows that held at `moment`. Raises NotFound for a dataset without history."""
    at = f"{literal(moment.isoformat())}::TIMESTAMPTZ"
    return f"(SELECT * FROM {_scan(settings, dataset)} WHERE {FROM} <= {at} AND ({TO} IS NULL OR {TO} > {at}))"


def _scan(settings: Settings, dataset: str) -> str:
    return tables.scan(Layout(settings.lake_url).history(dataset), settings=settings)


def _listed(names: Sequence[str], alias: str) -> str:
    return ", ".join(f"{alias}.{quote(name)}" for name in names)


def _same(keys: Sequence[str], items: Sequence[str]) -> str:
    """Whether `now` and `held` are one row: the key first, so that engines join by it."""
    ordered = [*keys, *(name for name in items if name not in keys)]
    return " AND ".join(f"now.{quote(name)} IS NOT DISTINCT FROM held.{quote(name)}" for name in ordered)
