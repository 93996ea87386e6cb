"""A department's database that grows, and one increment of it with its history, by a process that may be killed."""

import sqlite3
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from catalog.contracts import Contract
from catalog.database import forget_engines, open_reader
from catalog.models import Batch
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from lake.loading import history, ingest
from tests.factories.deliveries import a_contract, an_item, die_at

STAMP = "2026-01-{:02d} 08:00:00"


def growing() -> Contract:
    """Persons by watermark, with history."""
    items = (
        an_item("number", "number", key=True, required=True),
        an_item("name", "name"),
        an_item("stamp", "stamp"),
    )
    return a_contract(mode="incremental", watermark="stamp", locator="people", items=items, options={"history": "scd2"})


def grow(file: Path, day: int, rows: int) -> None:
    """On `day` as many rows come, and of those of the day before every third changes."""
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE IF NOT EXISTS people (number TEXT PRIMARY KEY, name TEXT, stamp TEXT)")
        stamp = STAMP.format(day)
        fresh = [(f"{day}-{number}", f"张{number}", stamp) for number in range(rows)]
        database.executemany("INSERT OR REPLACE INTO people VALUES (?, ?, ?)", fresh)
        changed = "UPDATE people SET name = name || ?, stamp = ? WHERE number LIKE ? AND rowid % 3 = 0"
        database.execute(changed, (str(day), stamp, f"{day - 1}-%"))
    database.close()


def take_until(settings: Settings, file: Path, call: str, when: str) -> None:
    """One increment and its history; the process ends by SIGKILL before or after `call` (module.function)."""
    if call:
        module, _, name = call.rpartition(".")
        die_at(import_module(module), name, when)
    contract = growing()
    spec = SystemSpec("civil_files", "civil", "sqlite", str(file))
    batch = ingest.collect(settings, contract, spec, now=datetime.now(UTC), by="test")
    _stand(settings, contract)
    history.follow(settings, contract, batch.batch_id)


def _stand(settings: Settings, contract: Contract) -> None:
    """The standard table as judging would leave it: of every key the row that came last."""
    layout = Layout(settings.lake_url)
    with open_reader(settings) as session:
        batches = [one.batch_id for one in session.query(Batch).order_by(Batch.collected_at)]
    forget_engines()
    raw = tables.scan(layout.raw(contract.dataset), settings=settings)
    newest = (
        f"SELECT number, name, stamp, _batch FROM {raw} WHERE list_contains(?, _batch)"
        " QUALIFY row_number() OVER (PARTITION BY number ORDER BY stamp DESC) = 1 ORDER BY number"
    )
    with connect(settings, functions=False) as connection:
        rows = connection.execute(newest, [batches]).to_arrow_table()
    tables.write(layout.standard(contract.dataset), rows, run_id=f"{batches[-1]}:judge", settings=settings)
