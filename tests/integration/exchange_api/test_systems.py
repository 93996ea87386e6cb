"""Connecting a department over HTTP: for those who may, without a credential or a value coming back."""

import json

import pytest

from catalog.actions import systems
from catalog.contract_draft import Place, draft
from catalog.database import open_session
from catalog.systems import SystemSpec
from exchange_api import connecting
from tests.integration.exchange_api.city import CANARY, NOW

SECRET = {"user": "hub", "password": f"{CANARY}-password"}
BODY = {
    "code": "civil_rest",
    "agency": "civil",
    "kind": "rest",
    "location": "http://192.0.2.1:9",
    "options": {"requests_per_minute": 60, "token_path": "/oauth/token"},
    "secret": SECRET,
}


@pytest.fixture
def folder(city, tmp_path):
    """A folder of the civil bureau, registered at the command line, with a contract drafted from its file."""
    return a_folder(city, tmp_path)


@pytest.fixture
def folder_near(near_city, tmp_path):
    """The same in the city that reaches its own machine."""
    return a_folder(near_city, tmp_path)


def a_folder(city, tmp_path):
    place = tmp_path / "civil"
    place.mkdir()
    lines = [f"p{number:02d},{CANARY}{number}\n" for number in range(20)]
    (place / "people.csv").write_text("编号,姓名\n" + "".join(lines), encoding="utf-8")
    spec = SystemSpec("civil_files", "civil", "files", str(place))
    with open_session(city.settings) as session:
        systems.register(session, settings=city.settings, spec=spec, by="t", now=NOW)
    found, _ = connecting.profile(city.settings, spec, "*.csv", options={})
    city.settings.contracts_dir.mkdir(parents=True, exist_ok=True)
    text = draft(Place("civil_people", "civil", "civil_files", "*.csv", {}), found)
    (city.settings.contracts_dir / "civil_people.odcs.yaml").write_text(text, encoding="utf-8")
    return place


def test_a_system_is_registered_and_its_secret_never_comes_back(city):
    made = city.post("/api/v1/systems", "steward", json=BODY)
    assert made.status_code == 201
    shown = {name: value for name, value in BODY.items() if name != "secret"} | {"secret": True}
    assert made.json() == shown
    listing = city.get("/api/v1/systems", "steward")
    assert shown in listing.json()
    assert CANARY not in made.text + listing.text
    with open_session(city.settings) as session:
        kept = systems.opened(session, settings=city.settings, code="civil_rest")
    assert (kept.secret, kept.options) == (SECRET, BODY["options"])


@pytest.mark.parametrize("account", ["housing_service", "civil_clerk", "operator", "security", "auditor"])
def test_only_those_who_keep_systems_come_in(city, folder, account):
    asked = [
        city.get("/api/v1/systems", account),
        city.post("/api/v1/systems", account, json=BODY),
        city.post("/api/v1/systems/civil_files/test", account),
        city.get("/api/v1/systems/civil_files/preview", account, params={"dataset": "civil_people"}),
        city.post("/api/v1/systems/civil_files/profile", account, json={"locator": "*.csv"}),
    ]
    assert {answer.status_code for answer in asked} == {403}


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"kind": "files", "location": "/etc"}, 422, "system_kind_local"),
        ({"kind": "sqlite", "location": "/etc/x"}, 422, "system_kind_local"),
        ({"kind": "sql", "location": "sqlite:////etc/x"}, 422, "system_kind_local"),
        ({"options": {"feedback": {"way": "folder", "location": "/srv/x"}}}, 422, "system_kind_local"),
        ({"kind": "fax"}, 422, "system_kind_invalid"),
        ({"agency": "nobody"}, 404, "agency_unknown"),
        ({"location": f"postgresql://hub:{CANARY}@db/x"}, 422, "location_holds_secret"),
        ({"options": {"feedback": {"password": CANARY}}}, 422, "option_holds_secret"),
        ({"secret": CANARY}, 422, "invalid_request"),
        ({"code": "../x"}, 422, "invalid_request"),
    ],
    ids=[
        "folder",
        "file",
        "file by URL",
        "feedback folder",
        "kind",
        "agency",
        "password in URL",
        "in options",
        "no object",
        "code",
    ],
)
def test_what_may_not_be_registered_is_told_without_repeating_it(city, changed, status, code):
    refused = city.post("/api/v1/systems", "steward", json=BODY | changed)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert CANARY not in refused.text


def test_a_system_is_tested_previewed_and_profiled_without_a_value(city, folder):
    tested = city.post("/api/v1/systems/civil_files/test", "steward")
    assert tested.json() == [{"dataset": "civil_people", "ok": True, "message": {"zh": "2 列", "en": "2 columns"}}]
    seen = city.get("/api/v1/systems/civil_files/preview", "steward", params={"dataset": "civil_people"})
    assert [(one["column"], one["filled"], one["shape"]) for one in seen.json()] == [
        ("编号", 20, "A99"),
        ("姓名", 20, "AAAA…9"),
    ]
    profiled = city.post("/api/v1/systems/civil_files/profile", "steward", json={"locator": "*.csv"})
    assert [(one["name"], one["rows"], one["key"]) for one in profiled.json()] == [
        ("编号", 20, True),
        ("姓名", 20, True),
    ]
    assert CANARY not in tested.text + seen.text + profiled.text
    (folder / "people.csv").unlink()
    told = city.post("/api/v1/systems/civil_files/test", "steward").json()[0]
    assert not told["ok"]
    assert "部门上传" in told["message"]["zh"]


def test_a_system_that_is_away_or_not_there_is_told_in_a_problem_document(near_city, folder_near):
    city = near_city
    city.post(
        "/api/v1/systems", "steward", json=BODY | {"kind": "mqtt", "location": "mqtt://127.0.0.1:9", "options": {}}
    )
    away = city.post("/api/v1/systems/civil_rest/profile", "steward", json={"locator": "x"})
    assert (away.status_code, away.json()["code"]) == (502, "source_unreachable")
    assert CANARY not in away.text
    none = city.post("/api/v1/systems/no_such/test", "steward")
    assert (none.status_code, none.json()["code"]) == (404, "system_unknown")
    other = city.get("/api/v1/systems/civil_rest/preview", "steward", params={"dataset": "civil_people"})
    assert (other.status_code, other.json()["code"]) == (422, "system_of_another")
    outside = city.post("/api/v1/systems/civil_files/profile", "steward", json={"locator": "../*"})
    assert (outside.status_code, outside.json()["code"]) == (502, "file_missing")


def test_nothing_of_a_secret_reaches_the_events(city):
    city.post("/api/v1/systems", "steward", json=BODY)
    from catalog.models import Event

    with open_session(city.settings) as session:
        events = [json.dumps(event.details) for event in session.query(Event)]
    assert not [text for text in events if CANARY in text]
