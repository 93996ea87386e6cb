"""kill -9 before and after every call that changes something, for files and for a database: run again, all end equal.

The child ends itself at the point, by SIGKILL: nothing is tidied up, no handler runs. tests/faults/test_ingest_kill.py
kills from outside, at moments of its own.
"""

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from catalog.database import forget_engines, open_session
from catalog.models import Batch, Event
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from lake.loading import deliveries, raw
from tests.factories.deliveries import a_contract, a_registry_with, collect_until

ROWS = 500
CALLS = {
    "both": (
        "lake.sources.read",
        "lake.loading.raw.stage",
        "lake.loading.raw.commit_batch",
        "lake.delta.commit._commit",
        "lake.loading.deliveries.settle",
        "lake.loading.deliveries.discard",
        "catalog.actions.batches.register",
        "catalog.actions.batches.record",
    ),
    "files": ("lake.loading.deliveries.fingerprint", "lake.delta.files._write_one"),
    "sqlite": ("lake.delta.copying._copy", "lake.loading.raw.measure", "lake.loading.reconciliation.check"),
}
POINTS = [
    (kind, call, when)
    for kind in ("files", "sqlite")
    for call in (*CALLS["both"], *CALLS[kind])
    for when in ("before", "after")
]
CONTRACTS = {"files": a_contract(), "sqlite": a_contract(locator="people")}


@pytest.fixture(scope="module")
def forks() -> multiprocessing.context.BaseContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.factories.deliveries"])
    return context


def deliver(folder: Path, month: int) -> None:
    """The same rows as a file and as a database."""
    folder.mkdir(exist_ok=True)
    rows = [(f"{month}-{number}", f"张{number}") for number in range(ROWS)]
    lines = "".join(f"{number},{name}\n" for number, name in rows)
    (folder / "a.csv").write_text(f"编号,姓名\n{lines}", encoding="utf-8")
    with sqlite3.connect(folder / "people.sqlite") as database:
        database.execute("CREATE TABLE IF NOT EXISTS people (编号 TEXT, 姓名 TEXT)")
        database.execute("DELETE FROM people")
        database.executemany("INSERT INTO people VALUES (?, ?)", rows)
    database.close()


def state(hub: Settings) -> dict[str, object]:
    """Everything a reader, the registry or a person could see of the dataset."""
    uri = Layout(hub.lake_url).raw("civil_person")
    with connect(hub, functions=False) as connection:
        asked = "count(*), count(DISTINCT 编号), count(DISTINCT _row), min(_row), max(_row)"
        found = connection.execute(f"SELECT {asked} FROM {tables.scan(uri)} GROUP BY _batch").fetchall()
    with open_session(hub) as session:
        registered = sorted((batch.rows, batch.status, batch.fingerprint) for batch in session.query(Batch))
        ids = sorted(batch.batch_id for batch in session.query(Batch))
        events = sorted(event.tag for event in session.query(Event) if event.subject in ids)
    forget_engines()
    kept = deliveries.folder(hub, "civil_person", "x").parent
    folders = sorted(path.name for path in kept.iterdir() if any(path.iterdir())) if kept.is_dir() else []
    newest = raw.newest(hub, "civil_person")
    return {
        "rows": sorted(found),
        "registered": registered,
        "events": events,
        "folders": [name in ids for name in folders],
        "newest is registered": newest is not None and newest.batch_id in ids,
        "visible files": len(tables.files(uri)),
    }


def run(
    forks: multiprocessing.context.BaseContext, hub: Settings, folder: Path, kind: str, call: str = "", when: str = ""
) -> int:
    given = (hub.home, folder, kind, call, when)
    child = forks.Process(target=collect_until, args=given)  # type: ignore[attr-defined]
    child.start()
    child.join(120)
    return int(child.exitcode)


@pytest.fixture(scope="module")
def undisturbed(
    forks: multiprocessing.context.BaseContext, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, object]]:
    """What two deliveries come to when nothing happens on the way, by kind of system."""
    found = {}
    for kind, contract in CONTRACTS.items():
        place = tmp_path_factory.mktemp(kind)
        hub = a_registry_with(Settings(home=place / "home"), contract)
        forget_engines()
        for month in (1, 2):
            deliver(place / "in", month)
            assert run(forks, hub, place / "in", kind) == 0
        found[kind] = state(hub)
    return found


# Files by hand of test_ingest_kill.py as well: their points wait for make test-all.
MARKS = {"files": [pytest.mark.slow], "sqlite": []}


@pytest.mark.parametrize(
    ("kind", "call", "when"),
    [pytest.param(*point, id="-".join(point), marks=MARKS[point[0]]) for point in POINTS],
)
def test_killed_there_in_both_deliveries_and_run_again_all_is_as_if_nothing_had_happened(
    forks: multiprocessing.context.BaseContext,
    undisturbed: dict[str, dict[str, object]],
    tmp_path: Path,
    kind: str,
    call: str,
    when: str,
) -> None:
    hub = a_registry_with(Settings(home=tmp_path / "home"), CONTRACTS[kind])
    forget_engines()
    for month in (1, 2):
        deliver(tmp_path / "in", month)
        assert run(forks, hub, tmp_path / "in", kind, call, when) == -9
        assert run(forks, hub, tmp_path / "in", kind) == 0
    assert state(hub) == undisturbed[kind]
    # What the killed runs left is nobody's, and goes with the next vacuum.
    uri = Layout(hub.lake_url).raw("civil_person")
    tables.vacuum(uri, keep_hours=0)
    assert len(list(Path(uri).rglob("part-*.parquet"))) == undisturbed[kind]["visible files"]
    assert state(hub) == undisturbed[kind]
