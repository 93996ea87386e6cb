"""Databases that stay connected and say nothing any more: the load fails by its limit, and holds no worker for ever."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from threading import Thread
from urllib.parse import urlsplit

import psycopg
import pytest

from catalog.errors import SourceUnreachable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.loading import ingest
from lake.sources.databases import limits
from tests.factories.deliveries import NOW, a_contract, a_registry_with, an_item
from tests.factories.silence import falling_silent

CONTRACT = a_contract(
    dataset="police_person", locator="hkrk", items=(an_item("person_no", "rybh", key=True, required=True),)
)
ROWS = 20_000


@pytest.fixture(params=["postgresql", "mysql"])
def department(request: pytest.FixtureRequest) -> SystemSpec:
    """A department's database with a table of about a megabyte."""
    text = "concat('r', n, repeat('x', 60))"
    if request.param == "postgresql":
        spec, server = request.getfixturevalue("police")
        server.execute(f"CREATE TABLE hkrk AS SELECT {text} AS rybh FROM generate_series(1, {ROWS}) n")
    else:
        spec, connection = request.getfixturevalue("health")
        server = connection.cursor()
        numbers = f"WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS})"
        server.execute("SET SESSION max_recursive_iterations = 100000")
        server.execute(f"CREATE TABLE hkrk AS {numbers} SELECT {text} AS rybh FROM s")
    return spec


@pytest.mark.parametrize("most", [0, 600, 100_000], ids=["at the door", "while it is asked", "while rows come"])
def test_a_server_that_says_nothing_any_more_holds_a_load_no_longer_than_agreed(
    settings: Settings, department: SystemSpec, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GRACE_SECONDS", 1)
    hub, place = a_registry_with(settings, CONTRACT), urlsplit(department.location)
    with falling_silent(str(place.hostname), place.port or 0, most=most) as line:
        there = f"{place.scheme}://127.0.0.1:{line.port}{place.path}"
        spec = replace(department, location=there, options={**department.options, "statement_seconds": 2})
        began = time.monotonic()
        with pytest.raises(SourceUnreachable):
            _in_time(lambda: ingest.collect(hub, CONTRACT, spec, now=NOW, by="steward"))
        assert line.fallen.is_set()
    assert time.monotonic() - began < 25
    assert ingest.collect(hub, CONTRACT, department, now=NOW, by="steward").rows == ROWS


def test_only_lines_to_that_server_that_came_after_are_cut(police: tuple[SystemSpec, psycopg.Connection]) -> None:
    spec, department = police
    place = urlsplit(spec.location)
    host, port = str(place.hostname), place.port or 0
    limits._cut(frozenset(limits._sockets()), host, port)
    limits._cut(frozenset(), host, port + 1)
    assert department.execute("SELECT 1").fetchone() == (1,)
    with psycopg.connect(spec.location, **spec.secret) as another:
        limits._cut(frozenset(limits._sockets()) - {os.fstat(another.fileno()).st_ino}, host, port)
        with pytest.raises(psycopg.OperationalError):
            another.execute("SELECT 1")
    assert department.execute("SELECT 1").fetchone() == (1,)


def _in_time(load: Callable[[], object]) -> None:
    """Run a load and raise what it raises; TimeoutError for one that hangs: its thread keeps nobody from ending."""
    ended: Future[object] = Future()

    def run() -> None:
        try:
            ended.set_result(load())
        except BaseException as error:
            ended.set_exception(error)

    Thread(target=run, daemon=True).start()
    ended.result(timeout=40)
