"""What a steward cannot do with a system over HTTP: read the hub's own disk, scan its machine, or see a value."""

import json
import sqlite3

import pytest

from catalog.actions import systems
from catalog.database import open_session
from catalog.errors import NotAllowed
from catalog.settings import Settings
from catalog.systems import SystemSpec
from exchange_api.reachable import check_opening
from tests.integration.exchange_api.city import CANARY, NOW

BODY = {"code": "civil_x", "agency": "civil", "kind": "sql", "location": "", "options": {}, "secret": {}}


def asked(city, **given):
    return city.post("/api/v1/systems", "steward", json=BODY | given)


@pytest.fixture
def database(tmp_path):
    place = tmp_path / "victim.sqlite"
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE people (no TEXT, note TEXT)")
        connection.execute("INSERT INTO people VALUES ('1', ?)", [f"{CANARY} 张三"])
    connection.close()
    return place


def by_the_operator(city, **given):
    spec = SystemSpec(**({"code": "civil_x", "agency": "civil"} | given))
    with open_session(city.settings) as session:
        systems.register(session, settings=city.settings, spec=spec, by="operator", now=NOW)


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("sqlite+pysqlite:///{home}/registry.sqlite", "system_kind_local"),
        ("SQLITE:///{home}/registry.sqlite", "system_kind_local"),
        (" sqlite:///{home}/registry.sqlite", "location_unreadable"),
        ("duckdb:///{home}/x", "system_kind_local"),
        ("access+pyodbc://h/x", "system_kind_local"),
        ("postgresql:///x", "system_host_unclear"),
        ("postgresql://%2Fvar%2Frun/x", "system_host_unclear"),
        ("postgresql://h,127.0.0.1/x", "system_host_unclear"),
        ("postgresql://h/x?host=127.0.0.1", "system_host_unclear"),
        ("postgresql://h/host=127.0.0.1 dbname=x", "system_host_unclear"),
        ("mysql+pymysql://h/x?read_default_file=/etc/passwd", "system_host_unclear"),
        ("oracle://h/?service_name=x)(ADDRESS=y", "system_host_unclear"),
    ],
)
def test_no_database_of_the_hubs_own_disk_is_registered(city, location, code):
    refused = asked(city, location=location.format(home=city.settings.home))
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert city.trail()[-1]["surface"] == "system:register"


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "rest", "location": "http://127.0.0.1:8600"},
        {"kind": "rest", "location": "http://localhost:1"},
        {"kind": "rest", "location": "http://2130706433:1"},
        {"kind": "rest", "location": "http://127.1:1"},
        {"kind": "rest", "location": "http://[::1]:1"},
        {"kind": "rest", "location": "http://[::ffff:127.0.0.1]:1"},
        {"kind": "rest", "location": "http://0.0.0.0:1"},
        {"kind": "rest", "location": "http://169.254.169.254/latest"},
        {"kind": "upstream", "location": "https://127.0.0.1/x"},
        {"kind": "upstream", "location": "https://192.0.2.1/x", "options": {"file_hosts": "192.0.2.1,127.0.0.1:9"}},
        {"kind": "s3", "location": "s3://b/x", "options": {"endpoint": "http://127.0.0.1:9000"}},
        {"kind": "s3", "location": "s3://b/x", "options": {"endpoint": "127.0.0.1:9000"}},
        {"kind": "sql", "location": "postgresql+psycopg://127.0.0.1:5432/x"},
        {"kind": "postgresql", "location": "postgresql://127.0.0.1/x"},
        {"kind": "mqtt", "location": "mqtt://[fe80::1]:1"},
        {"kind": "sftp", "location": "sftp://127.0.0.2:22/x"},
    ],
    ids=lambda given: given["kind"] + " " + given["location"],
)
def test_nothing_on_this_machine_or_link_is_registered(city, given):
    refused = asked(city, **given)
    assert (refused.status_code, refused.json()["code"]) == (403, "system_host_refused")
    assert (city.trail()[-1]["decision"], city.trail()[-1]["reasons"]) == ("refused", ["system_host_refused"])


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "rest", "location": "file:///etc/passwd"},
        {"kind": "rest", "location": "https://h%00/x"},
        {"kind": "postgresql", "location": "/etc/passwd"},
        {"kind": "postgresql", "location": "postgresql://h/a=b"},
        {"kind": "s3", "location": "s3://b/x", "options": {"region": "x/../@h"}},
        {"kind": "s3", "location": "s3://b/x", "options": {"endpoint": "file:///etc"}},
    ],
    ids=lambda given: given["kind"] + " " + given["location"],
)
def test_a_location_that_does_not_name_one_server_plainly_is_refused(city, given):
    refused = asked(city, **given)
    assert (refused.status_code, refused.json()["code"]) == (422, "system_host_unclear")


@pytest.mark.parametrize(
    "location",
    ["oracle+oracledb://192.0.2.1:1521/?service_name=X", "dm+dmPython://192.0.2.1:5236/x", "mysql://db.invalid/x"],
)
def test_databases_of_departments_are_registered(city, location):
    assert asked(city, location=location).status_code == 201


def test_the_operators_networks_are_the_only_ones(near_city):
    assert asked(near_city, kind="rest", location="http://127.0.0.1:9").status_code == 201
    outside = asked(near_city, kind="rest", location="http://198.51.100.1")
    assert outside.json()["code"] == "system_host_refused"


def test_what_was_registered_otherwise_is_checked_again_before_it_is_opened(city, database):
    looks = [("test", {}), ("profile", {"json": {"locator": "people"}})]
    for given, code in (
        ({"kind": "sql", "location": f"sqlite+pysqlite:///{database}"}, "system_kind_local"),
        ({"kind": "rest", "location": "http://127.0.0.1:9"}, "system_host_refused"),
    ):
        by_the_operator(city, **given)
        for verb, body in looks:
            refused = city.post(f"/api/v1/systems/civil_x/{verb}", "steward", **body)
            assert refused.json()["code"] == code
            assert city.trail()[-1]["reasons"] == [code]


@pytest.mark.parametrize(
    "options",
    [
        {"query": "SELECT note FROM people"},
        {"partition_by": "no"},
        {"page_param": "x"},
        {"skip_rows": 4},
        {"header_rows": "2"},
        {"header_rows": True},
        {"format": ["csv"]},
        {CANARY: 1},
    ],
    ids=str,
)
def test_a_profile_takes_only_options_of_layout(city, database, options):
    by_the_operator(city, kind="sqlite", location=str(database))
    refused = city.post("/api/v1/systems/civil_x/profile", "steward", json={"locator": "people", "options": options})
    assert (refused.status_code, refused.json()["code"]) == (422, "look_option_refused")
    assert CANARY not in refused.text
    assert (city.trail()[-1]["surface"], city.trail()[-1]["decision"]) == ("system:profile:civil_x", "refused")


def test_every_look_leaves_a_record_before_it_and_tells_lengths_in_bands(city, database):
    by_the_operator(city, kind="sqlite", location=str(database))
    city.post("/api/v1/systems/civil_x/test", "steward")
    seen = city.post("/api/v1/systems/civil_x/profile", "steward", json={"locator": "people"})
    assert [(one["shortest"], one["longest"], one["shapes"]) for one in seen.json()] == [
        ("1-4", "1-4", ["9"]),
        ("9-16", "9-16", ["AAAA… 字字"]),
    ]
    # A table that is not there was asked for as well.
    city.post("/api/v1/systems/civil_x/profile", "steward", json={"locator": "none"})
    told = [(one["surface"], one["account"], one["purpose"], one["providers"]) for one in city.trail()]
    assert told == [
        (f"system:{verb}:civil_x", "steward", "系统接入", ["civil"]) for verb in ("test", "profile", "profile")
    ]
    assert CANARY not in json.dumps(city.trail(), ensure_ascii=False) + seen.text


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("370683199001011234,张三\n370683199001011235,李四\n", {}),
        ("编号,姓名\n13800001111,张三\n1,李四\n", {"skip_rows": 1}),
        ("编号,生日\n一,1990-01-02\n二,1990-01-03\n", {"skip_rows": 1}),
        ('{"name": "张三"}\n{"name": "李四"}\n', {"format": "csv"}),
    ],
    ids=["no header", "a number", "a date", "not a table"],
)
def test_rows_of_data_are_not_told_as_names_of_columns(city, tmp_path, text, options):
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "a.csv").write_text(text, encoding="utf-8")
    by_the_operator(city, kind="files", location=str(tmp_path / "drop"))
    refused = city.post("/api/v1/systems/civil_x/profile", "steward", json={"locator": "*.csv", "options": options})
    assert (refused.status_code, refused.json()["code"]) == (502, "header_looks_like_data")
    assert "张三" not in refused.text


def test_the_hubs_own_registry_store_and_workflow_engine_are_refused_wherever_they_stand(tmp_path):
    own = {
        "registry_url": "postgresql+psycopg://198.51.100.7/registry",
        "s3_endpoint": "http://198.51.100.8:9000",
        "airflow_url": "http://198.51.100.9:8080",
        "source_networks": "198.51.100.0/24",
    }
    settings = Settings(home=tmp_path, **own)
    for last in (7, 8, 9):
        with pytest.raises(NotAllowed) as refused:
            check_opening(settings, SystemSpec("civil_x", "civil", "rest", f"http://198.51.100.{last}:1"))
        assert refused.value.code == "system_host_refused"
    check_opening(settings, SystemSpec("civil_x", "civil", "rest", "http://198.51.100.10:1"))
