"""A correction (校核) from the recipient who doubts a value to the base that holds another, and to why it does.

The department's system, the nights, the builds and the API are real; only Airflow is left out.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from authorization.actions import accounts, grants
from catalog.actions import agencies, datasets, systems
from catalog.contracts import load_contract
from catalog.database import open_session
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps.bases import build_group
from dags.steps.department import load
from dags.steps.judgement import judge_waiting
from exchange_api.app import create_app
from exchange_api.hub import Hub
from lake import tables
from lake.bases import base, history
from lake.layout import Layout
from tests.factories.client import TestClient

CONTRACT = Path(__file__).parents[3] / "demo/contracts/police_person.odcs.yaml"
FIRST = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # one in the morning of Saturday 21 November in the county
NUMBER, OTHER = "370683199003077002", "370683198501010113"
OLD, NEW = "莱州市文昌路街道旧居路1号", "莱州市城港路街道新居路2号"
WRONG, RIGHT = "王晓明", "王小明"


@dataclass
class County:
    """A hub with the police's register, which is a file, and a department that was granted what is made of it."""

    settings: Settings
    database: Path
    client: TestClient
    tokens: dict[str, str]
    clock: list[datetime]

    def say(self, statement: str, *values: str) -> None:
        """What the police do in their own system."""
        with sqlite3.connect(self.database) as connection:
            connection.execute(statement, values)
        connection.close()

    def night(self, number: int) -> None:
        """One night: collected, judged, built; the hub's clock stands at its morning then."""
        at = FIRST + timedelta(days=number)
        load(self.settings, "police_person", clock=lambda: at)
        assert judge_waiting(self.settings, clock=lambda: at) == {}
        build_group(self.settings, "population", clock=lambda: at)
        self.clock[0] = at + timedelta(hours=8)

    def ask(self, method: str, path: str, login: str, **given: Any) -> Any:
        """What the API answers, which must not be a refusal."""
        headers = {"Authorization": f"Bearer {self.tokens[login]}"}
        answer = self.client.request(method, f"/api/v1/{path}", headers=headers, **given)
        assert answer.is_success, answer.text
        return answer.json()

    def raised(self, dataset: str, item: str, record: str) -> str:
        """A correction of the housing department; its number."""
        said = {"text": "与我部门核实的情况不符", "item": item, "record": record}
        made = self.ask("POST", f"datasets/{dataset}/corrections", "housing_clerk", json=said)
        assert (made["agency"], made["state"]) == ("police", "open"), "who answers for the item, not who holds the base"
        return str(made["ticket_id"])

    def row(self) -> dict[str, Any]:
        """The person corrected, as the base holds them now."""
        rows = tables.read(Layout(self.settings.lake_url).base("population"), settings=self.settings).to_pylist()
        return next(row for row in rows if row["resident_id"] == NUMBER)

    def as_of(self, entity: str, **asked: str) -> dict[str, tuple[str, str]]:
        """Field → (batch, ticket) as the data steward is told."""
        found = self.ask("GET", f"bases/population/entities/{entity}/as-of", "steward", params=asked)
        return {field["name"]: (field["batch"], field["correction"]) for field in found["fields"]}


@pytest.fixture
def county(registry: Settings, tmp_path: Path) -> Iterator[County]:
    """Two people on the register, of whom one has a wrong name and an old address."""
    registry = registry.model_copy(update={"public_url": "http://testserver"})
    database = tmp_path / "police.sqlite"
    registry.contracts_dir.mkdir(parents=True, exist_ok=True)
    path = Path(copyfile(CONTRACT, registry.contracts_dir / CONTRACT.name))
    who: dict[str, Any] = {"by": "test", "now": FIRST}
    logins = {"police_clerk": ("police", "publisher"), "housing_clerk": ("housing", "consumer")}
    logins["steward"] = ("bureau", "steward")
    with open_session(registry) as session:
        for code in ("police", "housing", "bureau"):
            agencies.register(session, code=code, name_zh=code, name_en=code, **who)
        systems.register(
            session, settings=registry, spec=SystemSpec("police_db", "police", "sqlite", str(database)), **who
        )
        datasets.register_contract(session, contract=load_contract(path), hub_id=registry.hub_id, **who)
        for login, (agency, role) in logins.items():
            names = {"name_zh": login, "name_en": login}
            accounts.create(session, login=login, agency=agency, kind="service", roles=[role], **names, **who)
        tokens = {login: accounts.issue_token(session, login=login, label="t", days=300, **who) for login in logins}
    clock = [FIRST]
    hub = Hub(registry, clock=lambda: clock[0])
    with TestClient(create_app(registry, hub)) as client:
        found = County(registry, database, client, tokens, clock)
        columns = [item.source_name for item in load_contract(path).items]
        found.say(f"CREATE TABLE hkrk ({', '.join(f'{name} TEXT' for name in columns)})")
        for row in (("1", NUMBER, WRONG, "2", "1990-03-07"), ("2", OTHER, "李建国", "1", "1985-01-01")):
            found.say(
                "INSERT INTO hkrk (rybh, gmsfhm, xm, xb, csrq, hjdz, lxdh, zt, gxsj)"
                " VALUES (?, ?, ?, ?, ?, ?, '13800000000', '1', '2024-05-01 08:00:00')", *row, OLD
            )  # fmt: skip
        yield found
    hub.close()


def granted(county: County, dataset: str, key: str) -> None:
    """The housing department may read names and addresses of `dataset`."""
    with open_session(county.settings) as session:
        grants.issue(
            session, code=f"housing_{dataset}", agency="housing", dataset=dataset, items=[key, "name", "address"],
            purpose="住房保障资格核验", legal_basis="《政务数据共享条例》第二十条", valid_from=FIRST,
            valid_until=FIRST + timedelta(days=90), by="test", now=FIRST,
        )  # fmt: skip


def test_a_correction_is_delivered_judged_built_and_told_apart_from_what_was_known_before(county: County) -> None:
    county.night(0)
    before = county.row()
    entity = str(before["person_id"])
    assert (before["name"], before["address"]) == (WRONG, OLD)
    granted(county, "population", "person_id")
    granted(county, "police_person", "person_no")

    of_base = county.raised("population", "address", entity)
    of_source = county.raised("police_person", "name", "1")
    county.night(1)  # nobody has corrected anything: no new delivery, nothing built, nothing put down to anybody
    assert county.row() == before
    first = county.as_of(entity)
    assert {ticket for _, ticket in first.values()} == {""}

    county.say("UPDATE hkrk SET hjdz = ?, gxsj = '2026-11-22 09:00:00' WHERE rybh = '1'", NEW)
    county.say("UPDATE hkrk SET xm = ? WHERE rybh = '1'", RIGHT)
    county.say("UPDATE hkrk SET hjdz = ? WHERE rybh = '2'", NEW)  # somebody else, of whom nobody asked
    for ticket in (of_base, of_source):
        county.ask("POST", f"tickets/{ticket}/answer", "police_clerk", json={"text": "已在系统中改正"})
    county.night(2)

    now = county.row()
    assert (now["person_id"], now["name"], now["address"]) == (entity, RIGHT, NEW)
    told = county.as_of(entity, valid="2026-11-23")
    ((batch, ticket),) = {told["address"]}
    assert (ticket, told["name"]) == (of_base, (batch, of_source))
    assert batch != first["address"][0]
    assert told["phone"] == first["phone"], "what was delivered again and is the same is still of its first batch"
    explained = county.ask("GET", f"bases/population/entities/{entity}", "steward")
    assert {claim["batch"] for field in explained["fields"] for claim in field["claims"]} == {batch}

    known = (FIRST + timedelta(days=1, hours=12)).isoformat()
    assert county.as_of(entity, valid="2026-11-23", known=known) == county.as_of(entity, known=known) == first
    then = history.timeline(history.statements(county.settings, base("population"), entity), FIRST + timedelta(days=1))
    held = {one.said.field: one.said.value for one in history.on_day(then, date(2026, 11, 23))}
    assert (held["name"], held["address"]) == (WRONG, OLD)
    other = next(
        row["person_id"]
        for row in tables.read(
            Layout(county.settings.lake_url).base("population"), settings=county.settings
        ).to_pylist()
        if row["person_id"] != entity
    )
    assert county.as_of(other, valid="2026-11-23")["address"] == (batch, "")
