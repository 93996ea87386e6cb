"""kill -9 at every step of taking a delivery, and run again: the same tables, the same registry, the same files."""

import multiprocessing
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from catalog.database import forget_engines, open_session
from catalog.models import Batch
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from lake.loading import deliveries
from tests.factories.deliveries import a_contract, a_registry_with, collect_once

ROWS = 30_000
SEED = 20261120
STEPS = ("files kept", "rows written", "committed", "settled", "registered")


@pytest.fixture(scope="module")
def forks() -> multiprocessing.context.BaseContext:
    """Children that need not import the lake again: a kill every second would else be mostly imports."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.factories.deliveries"])
    return context


class Department:
    """A folder with one file, a hub, and what is to be seen of the hub from outside."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "in"
        self.folder.mkdir()
        self.hub = a_registry_with(Settings(home=place / "home"), a_contract())
        self.raw = Path(Layout(self.hub.lake_url).raw("civil_person"))
        forget_engines()

    def deliver(self, month: int) -> None:
        lines = "".join(f"{month}-{number},张{number}\n" for number in range(ROWS))
        (self.folder / "a.csv").write_text(f"编号,姓名\n{lines}", encoding="utf-8")

    def start(self, forks: multiprocessing.context.BaseContext) -> BaseProcess:
        child = forks.Process(target=collect_once, args=(self.hub.home, self.folder))  # type: ignore[attr-defined]
        child.start()
        return child

    def commits(self) -> int:
        return len(list((self.raw / "_delta_log").glob("*.json")))

    def settled(self) -> int:
        kept = deliveries.folder(self.hub, "civil_person", "x").parent
        return len([path for path in kept.glob("civil_person-*") if path.is_dir()])

    def registered(self) -> int:
        with closing(sqlite3.connect(f"file:{self.hub.home / 'registry.sqlite'}?mode=ro", uri=True)) as registry:
            return int(registry.execute("SELECT count(*) FROM batch").fetchone()[0])

    @contextmanager
    def registry_held(self) -> Iterator[None]:
        """Let nobody write the registry, so that a run stands still between its commit and its registration."""
        with closing(sqlite3.connect(self.hub.home / "registry.sqlite", isolation_level=None, timeout=10)) as registry:
            registry.execute("BEGIN IMMEDIATE")
            yield
            registry.execute("ROLLBACK")

    def state(self) -> dict[str, object]:
        uri = str(self.raw)
        with connect(self.hub) as connection:
            found = connection.execute(
                "SELECT _batch, count(*), count(DISTINCT 编号), min(_row), max(_row)"
                f" FROM {tables.scan(uri)} GROUP BY _batch ORDER BY _batch"
            ).fetchall()
        with open_session(self.hub) as session:
            batches = {batch.batch_id: (batch.rows, batch.status) for batch in session.query(Batch)}
        forget_engines()
        kept = deliveries.folder(self.hub, "civil_person", "x").parent
        return {
            "rows": [row[1:] for row in found],
            "same batches": [row[0] for row in found] == sorted(batches) == sorted(p.name for p in kept.iterdir()),
            "registry": sorted(batches.values()),
            "files": [sorted(path.name for path in folder.iterdir()) for folder in kept.iterdir()],
        }


def whole(batches: int) -> dict[str, object]:
    """What must stand after `batches` deliveries, whatever happened on the way."""
    return {
        "rows": [(ROWS, ROWS, 1, ROWS)] * batches,
        "same batches": True,
        "registry": [(ROWS, "collected")] * batches,
        "files": [["a.csv"]] * batches,
    }


@pytest.fixture
def department(tmp_path: Path) -> Department:
    return Department(tmp_path)


def wait_for(seen: Callable[[], bool], child: BaseProcess) -> None:
    ends = time.monotonic() + 120
    while not seen() and child.is_alive():
        assert time.monotonic() < ends, "the step was never reached"
        time.sleep(0.001)


def kill(child: BaseProcess) -> None:
    child.kill()
    child.join()


def kill_at(step: str, department: Department, child: BaseProcess, before: int) -> None:
    """Kill `child` as soon as `step` shows from outside."""
    incoming = deliveries.incoming(department.hub, "civil_person")
    files = len(list(department.raw.glob("*.parquet")))
    wait_for(incoming.exists, child)
    if step == "files kept":
        return kill(child)
    if step == "rows written":
        wait_for(lambda: len(list(department.raw.glob("*.parquet"))) > files, child)
        return kill(child)
    if step == "registered":
        wait_for(lambda: department.registered() > before, child)
        return kill(child)
    with department.registry_held():
        wait_for(lambda: (department.commits if step == "committed" else department.settled)() > before, child)
        return kill(child)


def finish(department: Department, forks: multiprocessing.context.BaseContext) -> None:
    child = department.start(forks)
    child.join(120)
    assert child.exitcode == 0


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_and_run_again_nothing_is_lost_or_doubled(
    department: Department, forks: multiprocessing.context.BaseContext, step: str
) -> None:
    for month in (1, 2):
        department.deliver(month)
        kill_at(step, department, department.start(forks), before=month - 1)
        finish(department, forks)
        assert department.state() == whole(month)
    finish(department, forks)
    assert department.state() == whole(2)


def test_killed_again_and_again_at_any_moment(
    department: Department, forks: multiprocessing.context.BaseContext
) -> None:
    dice = random.Random(SEED)
    for month in (1, 2, 3):
        department.deliver(month)
        for _ in range(3):
            child = department.start(forks)
            time.sleep(dice.uniform(0.05, 1.5))
            kill(child)
        finish(department, forks)
        assert department.state() == whole(month)
    tables.vacuum(str(department.raw), keep_hours=0)
    assert department.state() == whole(3)
    assert len(list(department.raw.glob("*.parquet"))) == 3
