"""The account of docs/how-to/follow-a-bad-row.md, run: from the department's database to the closed ticket and back.

The nights are the steps the schedules run, without Airflow; the department reads and answers over the API.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from authorization.actions import accounts
from catalog.actions import agencies, datasets, systems
from catalog.contracts import load_contract
from catalog.database import open_session
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps.department import load
from dags.steps.judgement import judge_waiting
from dags.steps.publication import publish_all
from dags.steps.watch import escalate_tickets
from exchange_api.app import create_app
from exchange_api.hub import Hub
from lake import tables
from lake.layout import Layout
from tests.factories.client import TestClient

GOOD, WRONG = "370683199003074514", "370683199003074511"
OLD, NEW = "370281790815006", "370281197908150063"
OTHER = "341822199602290124"
RULE = "resident_id.check_digit"
FIRST = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # one in the morning of Saturday 21 November in the county
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: civil_aid
name: civil_aid
version: 1.0.0
status: active
domain: civil
description: {purpose: 救助对象 / People aided}
schema:
- name: civil_aid
  physicalName: jzdx
  physicalType: table
  businessName: 救助对象
  properties:
  - {name: serial_no, physicalName: bh, businessName: 编号, logicalType: string, required: true, primaryKey: true,
     primaryKeyPosition: 1, classification: L2,
     customProperties: [{property: element, value: serial_no}, {property: personal, value: none}]}
  - {name: name, physicalName: xm, businessName: 姓名, logicalType: string, required: true, classification: L3,
     customProperties: [{property: element, value: person_name}, {property: personal, value: general}]}
  - {name: resident_id, physicalName: sfzh, businessName: 公民身份号码, logicalType: string, required: true,
     classification: L4,
     customProperties: [{property: element, value: resident_id}, {property: personal, value: sensitive}]}
slaProperties: [{property: frequency, value: daily}]
customProperties:
- {property: agency, value: civil}
- {property: system, value: civil_db}
- {property: mode, value: snapshot}
- {property: grade, value: L4}
- {property: sharing, value: conditional}
"""


@dataclass
class County:
    """A hub with one department, whose database is a file we may correct."""

    settings: Settings
    database: Path
    client: TestClient
    tokens: dict[str, str]

    def say(self, statement: str, *values: str) -> None:
        """What the department does in its own system."""
        with sqlite3.connect(self.database) as connection:
            connection.execute(statement, values)
        connection.close()

    def night(self, number: int) -> datetime:
        """One night of the pipelines; when it was."""
        at = FIRST + timedelta(days=number)
        load(self.settings, "civil_aid", clock=lambda: at)
        assert judge_waiting(self.settings, clock=lambda: at) == {}
        assert publish_all(self.settings, clock=lambda: at) == {}
        return at

    def get(self, path: str, login: str = "civil_clerk") -> Any:
        """What the API answers."""
        return self.client.get(path, headers={"Authorization": f"Bearer {self.tokens[login]}"})

    def ticket(self) -> dict[str, Any]:
        """The one ticket of the check digit, with its history."""
        (number,) = [one["ticket_id"] for one in self.get("/api/v1/tickets").json() if one["rule_id"] == RULE]
        found = self.get(f"/api/v1/tickets/{number}").json()
        return {**found["ticket"], "story": [(line["kind"], line["failing"]) for line in found["history"]]}

    def rows(self, zone: str) -> list[Any]:
        """What stands in a zone, as (serial number, resident id)."""
        uri = getattr(Layout(self.settings.lake_url), zone)("civil_aid")
        if tables.version(uri, settings=self.settings) is None:
            return []
        found = tables.read(uri, settings=self.settings).to_pylist()
        return sorted((row["serial_no"], row["resident_id"]) for row in found)


@pytest.fixture
def county(registry: Settings, tmp_path: Path) -> Iterator[County]:
    """The county, its department, three people aided of whom one has a wrong number."""
    registry = registry.model_copy(update={"public_url": "http://testserver"})
    database, path = tmp_path / "civil.sqlite", registry.contracts_dir / "civil_aid.odcs.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CONTRACT, encoding="utf-8")
    who: dict[str, Any] = {"by": "test", "now": FIRST}
    with open_session(registry) as session:
        for code in ("civil", "bureau"):
            agencies.register(session, code=code, name_zh=code, name_en=code, **who)
        spec = SystemSpec("civil_db", "civil", "sqlite", str(database))
        systems.register(session, settings=registry, spec=spec, **who)
        datasets.register_contract(session, contract=load_contract(path), hub_id=registry.hub_id, **who)
        for login, agency, role in (("civil_clerk", "civil", "publisher"), ("steward", "bureau", "steward")):
            names = {"name_zh": login, "name_en": login}
            accounts.create(session, login=login, agency=agency, kind="service", roles=[role], **names, **who)
        tokens = {
            login: accounts.issue_token(session, login=login, label="t", days=300, **who)
            for login in ("civil_clerk", "steward")
        }
    hub = Hub(registry, clock=lambda: FIRST + timedelta(days=1))
    with TestClient(create_app(registry, hub)) as client:
        found = County(registry, database, client, tokens)
        found.say("CREATE TABLE jzdx (bh TEXT PRIMARY KEY, xm TEXT, sfzh TEXT)")
        for row in (("1", "王芳", WRONG), ("2", "李伟强", OLD), ("3", "张三", OTHER)):
            found.say("INSERT INTO jzdx VALUES (?, ?, ?)", *row)
        yield found
    hub.close()


def test_a_bad_row_is_found_assigned_corrected_verified_and_found_again(county: County) -> None:
    county.night(0)
    assert county.rows("quarantine") == [("1", WRONG)]
    assert county.rows("standard") == [("2", NEW), ("3", OTHER)], "the rest goes on, the old number upgraded"
    opened = county.ticket()
    assert (opened["state"], opened["agency"], opened["failing_before"]) == ("open", "civil", 1)
    assert opened["due_on"] == "2026-12-04", "ten working days, of which the first is Monday 23 November"
    quality = county.get("/api/v1/datasets/civil_aid/quality").json()
    assert [(one["item"], one["what"], one["rows"]) for one in quality["changes"]] == [("resident_id", "upgraded15", 1)]

    number = opened["ticket_id"]
    assert WRONG in county.get(f"/api/v1/tickets/{number}/evidence?form=csv").text
    assert WRONG not in county.get(f"/api/v1/tickets/{number}/evidence?form=csv", "steward").text

    county.night(1)  # the department has corrected nothing: the same delivery is no new batch
    assert county.ticket()["story"] == [("opened", 1)]

    county.say("UPDATE jzdx SET xm = '王芳芳' WHERE bh = '1'")
    county.night(2)
    assert county.ticket()["story"] == [("opened", 1), ("measured", 1)], "delivered anew, still wrong"

    county.say("UPDATE jzdx SET sfzh = ? WHERE bh = '1'", GOOD)
    county.night(3)
    closed = county.ticket()
    assert (closed["state"], closed["failing_before"], closed["failing_now"]) == ("closed", 1, 0)
    assert county.rows("standard") == [("1", GOOD), ("2", NEW), ("3", OTHER)]
    assert county.rows("quarantine") == [("1", WRONG), ("1", WRONG)], "what was held stays on record"

    county.say("UPDATE jzdx SET sfzh = ? WHERE bh = '1'", WRONG)
    county.night(4)
    again = county.ticket()
    assert (again["state"], again["reopened"], again["due_on"]) == ("open", 1, "2026-12-09")
    assert again["story"] == [("opened", 1), ("measured", 1), ("closed", 0), ("reopened", 1)]
    assert county.rows("standard") == [("2", NEW), ("3", OTHER)]


def test_a_row_nobody_corrects_is_passed_up_when_its_time_is_over(county: County) -> None:
    county.night(0)
    number = county.ticket()["ticket_id"]
    assert number not in escalate_tickets(county.settings, now=FIRST + timedelta(days=13))
    assert number in escalate_tickets(county.settings, now=FIRST + timedelta(days=14))
    assert county.ticket()["story"] == [("opened", 1), ("escalated", 1)]
