"""Databases that stay connected and say nothing any more: the load fails by its limit, and holds no worker for ever."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from threading import Thread
from urllib.parse import urlsplit

import duckdb
import psycopg
import pytest

from catalog.errors import SourceUnreachable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.engines.duckdb import connect
from lake.loading import ingest
from lake.sources import mysql, postgresql
from lake.sources.databases import limits, native, scanner
from lake.sources.databases.lines import Lines
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


def reached(settings: Settings, spec: SystemSpec, seconds: float) -> tuple[duckdb.DuckDBPyConnection, Lines]:
    """A connection to a department's database as scanner makes it, with the limit of its work running."""
    kind = postgresql.KIND if spec.kind == "postgresql" else mysql.KIND
    connection = connect(settings, extensions=[kind.extension], functions=False)
    lines = Lines(*scanner.host_and_port(spec, kind.port or 0)[:2], marked=kind.marked)
    limits.limit(connection, seconds, lines)
    kind.attach(connection, spec, lines.mark)
    lines.attached()
    return connection, lines


def test_of_two_lines_to_one_server_only_the_one_that_ran_out_is_cut(
    settings: Settings, department: SystemSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GRACE_SECONDS", 1)
    ask = "postgres_query" if department.kind == "postgresql" else "mysql_query"
    sleep = "pg_sleep(30)::text" if department.kind == "postgresql" else "sleep(30)"
    slow, _ = reached(settings, department, 1)
    healthy, _ = reached(settings, department, 60)
    for one in (slow, healthy):
        one.execute("BEGIN TRANSACTION")
    count = "SELECT count(*) FROM source.hkrk"
    assert healthy.execute(count).fetchall() == [(ROWS,)]
    began = time.monotonic()
    with pytest.raises(duckdb.Error):
        _in_time(lambda: slow.execute(f"SELECT * FROM {ask}('source', 'SELECT {sleep} AS slept')").fetchall())
    assert time.monotonic() - began < 15
    assert healthy.execute(count).fetchall() == [(ROWS,)], "it was opened later, to the same server, and idle for long"
    native.release(slow)
    native.release(healthy)


@pytest.mark.parametrize("marked", [True, False])
def test_no_line_of_anybody_else_to_the_server_is_cut(
    police: tuple[SystemSpec, psycopg.Connection], marked: bool
) -> None:
    spec, department = police
    place = urlsplit(spec.location)
    lines = Lines(str(place.hostname), place.port or 0, marked=marked)
    own = {"tcp_user_timeout": lines.mark} if marked else {}
    with psycopg.connect(spec.location, **spec.secret, **own) as mine:
        lines.attached()
        with psycopg.connect(spec.location, **spec.secret) as later:
            lines.cut(0.5)
            assert [one.execute("SELECT 1").fetchone() for one in (department, later)] == [(1,), (1,)]
        with pytest.raises(psycopg.OperationalError):
            mine.execute("SELECT 1")


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
