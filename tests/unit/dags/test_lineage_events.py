"""What steps tell of lineage: events with columns for every load, at a real receiver too, whatever that one does."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from catalog import lineage_log
from catalog.actions import systems
from catalog.contracts import load_contract
from catalog.database import open_session
from catalog.errors import HubError
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps import judgement
from dags.steps.department import load
from tests.factories.deliveries import NOW, a_registry_with

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: civil_person
version: 1.0.0
status: active
schema:
  - name: civil_person
    physicalName: "*.csv"
    properties:
      - name: number
        physicalName: 编号
        logicalType: string
        primaryKey: true
        required: true
        classification: L2
        customProperties: [{property: personal, value: none}, {property: element, value: person_no}]
      - name: name
        physicalName: 姓名
        logicalType: string
        classification: L2
        customProperties: [{property: personal, value: none}, {property: element, value: person_name}]
customProperties:
  - {property: agency, value: civil}
  - {property: system, value: civil_files}
  - {property: mode, value: snapshot}
"""
SECRET = "370683199001011234"


class Receiver:
    """A small HTTP server that keeps what it is sent; `status` is what it answers."""

    def __init__(self) -> None:
        self.status = 201
        self.events: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()
        outer = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.keys.add(self.headers["Authorization"])
                if outer.status < 300 and self.path == "/api/v1/lineage":
                    outer.events.append(json.loads(body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def told(self) -> list[tuple[str, str]]:
        return [(event["eventType"], event["job"]["name"]) for event in self.events]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
    receiver.thread.join()


@pytest.fixture
def hub(settings: Settings, tmp_path: Path, receiver: Receiver) -> Settings:
    """A department with a folder, and a receiver named in the settings."""
    settings = settings.model_copy(
        update={"lineage_url": receiver.url, "lineage_key": "k1", "contracts_dir": tmp_path / "contracts"}
    )
    settings.contracts_dir.mkdir()
    (settings.contracts_dir / "civil_person.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    a_registry_with(settings, load_contract(settings.contracts_dir / "civil_person.odcs.yaml"))
    folder = tmp_path / "in"
    folder.mkdir()
    with open_session(settings) as session:
        spec = SystemSpec("civil_files", "civil", "files", str(folder))
        systems.register(session, settings=settings, spec=spec, by="test", now=NOW)
    return settings


def deliver(tmp_path: Path, text: str) -> None:
    (tmp_path / "in" / "a.csv").write_text(text, encoding="utf-8")


def clock() -> datetime:
    return datetime.now(UTC)


def test_a_night_is_told_step_by_step_with_columns_and_rows(hub: Settings, receiver: Receiver, tmp_path: Path) -> None:
    deliver(tmp_path, f"编号,姓名\n{SECRET},张\n2,李\n")
    load(hub, "civil_person", clock=clock)
    assert judgement.judge_waiting(hub, clock=clock) == {}
    stages = ("collect", "standardise", "judge")
    assert receiver.told() == [(kind, f"{s}.civil_person") for s in stages for kind in ("START", "COMPLETE")]
    assert receiver.keys == {"Bearer k1"}
    collected, standardised, judged = (event for event in receiver.events if event["eventType"] == "COMPLETE")
    (source,), (raw,) = collected["inputs"], collected["outputs"]
    assert (source["namespace"], source["name"]) == ("file", f"{tmp_path}/in/*.csv")
    assert (raw["namespace"], raw["name"]) == ("file", f"{hub.lake_url}/raw/civil_person")
    assert raw["outputFacets"]["outputStatistics"]["rowCount"] == 2
    assert {"name": "编号", "type": "string"} in raw["facets"]["schema"]["fields"]
    (origin,) = standardised["outputs"][0]["facets"]["columnLineage"]["fields"]["name"]["inputFields"]
    assert (origin["name"], origin["field"]) == (raw["name"], "姓名")
    assert origin["transformations"][0]["type"] == "DIRECT"
    assert judged["outputs"][0]["name"] == f"{hub.lake_url}/standard/civil_person"
    assert judged["outputs"][0]["facets"]["version"]["datasetVersion"] == "0"
    # One run is one id, and nothing of a row is in any event.
    assert len({event["run"]["runId"] for event in receiver.events}) == len(stages)
    assert SECRET not in json.dumps(receiver.events)
    assert lineage_log.read(hub, limit=99) == receiver.events[::-1]


def test_a_step_that_fails_says_so_with_its_code_and_no_name_of_a_file(
    hub: Settings, receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "in" / f"{SECRET}.csv").write_bytes(b"")
    with pytest.raises(HubError) as failed:
        load(hub, "civil_person", clock=clock)
    assert receiver.told() == [("START", "collect.civil_person"), ("FAIL", "collect.civil_person")]
    assert receiver.events[1]["run"]["facets"]["errorMessage"]["message"] == failed.value.code
    assert SECRET in str(failed.value)
    assert SECRET not in json.dumps(receiver.events)


@pytest.mark.parametrize("away", ["down", 500, 401], ids=str)
def test_a_receiver_that_is_away_loses_nothing_and_stops_nobody(
    hub: Settings, receiver: Receiver, tmp_path: Path, away: str | int
) -> None:
    deliver(tmp_path, "编号,姓名\n1,张\n")
    if away == "down":
        gone = hub.model_copy(update={"lineage_url": "http://127.0.0.1:9"})
        assert load(gone, "civil_person", clock=clock)
    else:
        receiver.status = int(away)
        assert load(hub, "civil_person", clock=clock)
    assert receiver.events == []
    receiver.status = 201
    assert lineage_log.send_waiting(hub) == 4
    assert lineage_log.send_waiting(hub) == 0
    assert receiver.events == lineage_log.read(hub)[::-1]


def test_an_event_the_receiver_will_never_take_does_not_hold_up_the_next(
    hub: Settings, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.status = 422
    deliver(tmp_path, "编号,姓名\n1,张\n")
    load(hub, "civil_person", clock=clock)
    receiver.status = 201
    deliver(tmp_path, "编号,姓名\n1,张\n2,李\n")
    load(hub, "civil_person", clock=clock)
    assert len(receiver.events) == 4
    assert len(lineage_log.read(hub)) == 8
    assert lineage_log.read(hub, dataset="civil_perso") == []
    assert len(lineage_log.read(hub, dataset="civil_person", limit=3)) == 3
