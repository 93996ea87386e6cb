"""Accounts, missing deliveries, and departments whose database server is not to be had."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from catalog.errors import NotFound
from demo import realdata
from demo.services.service import Service, Services
from demo.systems import health, market, messages, police, relational, streams
from demo.systems.place import Deliveries, Place


def test_a_password_is_made_once_and_kept_where_only_the_owner_reads(place: Place):
    first = place.password("police_read")
    assert first == Place(place.home, Services()).password("police_read")
    assert first != place.password("market_read")
    assert len(first) >= 32
    assert (place.root / "accounts.json").stat().st_mode & 0o777 == 0o600


def test_a_delivery_that_was_not_generated_is_named(tmp_path: Path):
    with pytest.raises(NotFound) as raised:
        Deliveries(tmp_path).schema("police_person")
    assert raised.value.code == "delivery_missing"
    assert "police_person" in raised.value.en


def test_without_a_server_a_department_keeps_its_rows_in_sqlite(place: Place, deliver):
    table = pa.table(
        {
            "nbxh": ["1", "2"],
            "regcap": pa.array([Decimal("50.0000"), None], pa.decimal128(18, 4)),
            "estdate": [date(2020, 2, 29), None],
            "updated_at": pa.array(["2025-12-31T08:00:01", None]).cast(pa.timestamp("ms")),
        }
    )
    market.fill(place, deliver("market_enterprise", table))
    (spec,) = market.specs(place)
    assert (spec.kind, spec.secret) == ("sqlite", {})
    with closing(sqlite3.connect(f"file:{spec.location}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT nbxh, regcap, estdate, updated_at FROM qyjbxx").fetchall()
        with pytest.raises(sqlite3.OperationalError):
            database.execute("DELETE FROM qyjbxx")
    assert rows == [("1", 50, "2020-02-29", "2025-12-31 08:00:01"), ("2", None, None, None)]


def test_filling_again_replaces_what_was_there(place: Place, deliver):
    for count in (3, 1):
        table = pa.table({"cert_no": [str(number) for number in range(count)]})
        deliver("health_death", table)
        health.fill(place, deliver("health_birth", table))
    (spec,) = health.specs(place)
    with closing(sqlite3.connect(spec.location)) as database:
        assert database.execute("SELECT count(*) FROM birth_cert").fetchone() == (1,)


def test_feedback_has_a_file_of_its_own_and_survives_a_refill(place: Place, deliver):
    deliver("police_address", pa.table({"DZBM": ["1"]}))
    deliveries = deliver("police_person", pa.table({"rybh": ["1"]}))
    police.fill(place, deliveries)
    feedback = police.specs(place)[0].options["feedback"]
    assert (feedback["way"], feedback["kind"], feedback["table"]) == ("table", "sqlite", "sjgx_fankui")
    with closing(sqlite3.connect(feedback["location"])) as database, database:
        database.execute("INSERT INTO sjgx_fankui (feedback_id, calls) VALUES ('a', 1)")
    police.fill(place, deliveries)
    with closing(sqlite3.connect(feedback["location"])) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(sjgx_fankui)")]
        assert database.execute("SELECT feedback_id, calls FROM sjgx_fankui").fetchall() == [("a", 1)]
    assert names == list(relational.FEEDBACK_COLUMNS)


def test_without_a_broker_readings_are_lines_of_json(place: Place, deliver):
    deliver("ecology_reading", pa.table({"sensor_id": ["E1"], "value": [0.5]}))
    table = pa.table({"sensor_id": ["W1", "W2"], "level": [1.25, None], "observed_at": ["2025-12-31 00:00:00"] * 2})
    deliveries = deliver("water_reading", table)
    streams.fill(place, deliveries)
    water, ecology = streams.specs(place)
    assert (water.kind, ecology.kind) == ("ndjson", "ndjson")
    (path,) = Path(water.location).glob(water.options["files"]["water/+/level"])
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == table.to_pylist()
    assert [sensor for sensor, _ in messages.texts(deliveries, "water_reading")] == ["W1", "W2"]


def test_a_service_never_shows_its_password():
    service = Service("postgresql", "127.0.0.1", 1, "shuniu", "pass word", reader=("r", "other"))
    assert "pass" not in repr(service)
    assert "other" not in repr(service)
    assert "pass%20word" in service.url
    assert service.location == "postgresql://127.0.0.1:1"


def test_real_files_are_registered_where_they_lie(tmp_path: Path):
    data = tmp_path / "data"
    (data / "codes").mkdir(parents=True)
    (data / "codes" / "GB-3304-1991.csv").write_text("code_number\n01\n", encoding="utf-8")
    specs, contracts = realdata.register(data, tmp_path / "home")
    assert [(spec.code, spec.agency, spec.kind, spec.location) for spec in specs] == [
        ("bureau_codes", "bureau", "files", str(data / "codes"))
    ]
    assert [path.name for path in contracts.iterdir()] == ["bureau_ethnic.odcs.yaml"]


def test_a_folder_without_real_files_is_refused_with_a_sentence(tmp_path: Path):
    with pytest.raises(NotFound) as raised:
        realdata.register(tmp_path, tmp_path / "home")
    assert raised.value.code == "real_data_missing"
