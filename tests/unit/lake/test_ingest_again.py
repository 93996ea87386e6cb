"""A system asked again: what it has changed is a new batch, however alike it looks; what it has not is none."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from catalog.contracts import Contract
from catalog.database import open_session
from catalog.models import Batch
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import tables
from lake.layout import Layout
from lake.loading import ingest
from tests.factories.deliveries import NOW, a_contract, a_registry_with

ROWS = [("1", "张"), ("2", "李"), ("3", "王")]


@dataclass
class Office:
    """A department's system in a test: what it holds is given anew by `hold`."""

    spec: SystemSpec
    contract: Contract
    rows: list[tuple[str, str]]

    def hold(self, rows: list[tuple[str, str]]) -> None:
        self.rows[:] = rows
        if self.spec.kind == "sqlite":
            with sqlite3.connect(self.spec.location) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS people (编号 TEXT, 姓名 TEXT)")
                connection.execute("DELETE FROM people")
                connection.executemany("INSERT INTO people VALUES (?, ?)", rows)
            connection.close()


@pytest.fixture(params=["sqlite", "rest"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """The same rows in a database file and behind a web service."""
    rows = list(ROWS)
    if request.param == "sqlite":
        spec = SystemSpec("civil_files", "civil", "sqlite", str(tmp_path / "people.sqlite"))
        database = Office(spec, a_contract(locator="people"), rows)
        database.hold(ROWS)
        yield database
        return

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"rows": [{"编号": number, "姓名": name} for number, name in rows]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    spec = SystemSpec("civil_files", "civil", "rest", f"http://127.0.0.1:{server.server_port}")
    yield Office(spec, a_contract(locator="/people", options={"paging": "link"}), rows)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hub(settings: Settings, office: Office) -> Settings:
    return a_registry_with(settings, office.contract)


def collect(hub: Settings, office: Office, minute: int = 0) -> ingest.Batch:
    return ingest.collect(hub, office.contract, office.spec, now=NOW + timedelta(minutes=minute), by="steward")


def test_the_same_rows_asked_for_twice_are_one_batch(hub: Settings, office: Office) -> None:
    first, again = collect(hub, office), collect(hub, office, minute=1)
    assert (first.new, again.new, again.batch_id) == (True, False, first.batch_id)
    assert tables.rows(Layout(hub.lake_url).raw("civil_person"), settings=hub) == len(ROWS)
    with open_session(hub) as session:
        assert session.query(Batch).count() == 1
    assert len(list(Path(Layout(hub.lake_url).raw("civil_person")).rglob("*.parquet"))) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [("1", "张"), ("2", "李改"), ("3", "王")],
        [("1", "李"), ("2", "张"), ("3", "王")],
        [("1", "张"), ("2", "李"), ("3", "")],
    ],
    ids=["one value", "two values swapped", "one value emptied"],
)
def test_values_changed_in_place_are_a_new_batch_though_no_row_came_or_went(
    hub: Settings, office: Office, rows: list[tuple[str, str]]
) -> None:
    first = collect(hub, office)
    office.hold(rows)
    second = collect(hub, office, minute=1)
    assert (second.new, second.rows) == (True, first.rows)
    assert second.fingerprint != first.fingerprint


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
def test_a_database_that_gives_its_rows_in_another_order_has_nothing_new(hub: Settings, office: Office) -> None:
    first = collect(hub, office)
    office.hold(ROWS[::-1])
    assert collect(hub, office, minute=1).batch_id == first.batch_id
