"""Look-back: what is read again before the position reached, for every way a position is written."""

import sqlite3
from pathlib import Path

import pytest

from catalog.errors import ContractBroken
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources
from lake.sources.databases.custom import query_of
from lake.sources.databases.native import projection
from lake.sources.databases.window import due, later, look_back
from tests.factories.deliveries import a_contract, an_item


@pytest.mark.parametrize(
    ("since", "option", "earlier"),
    [
        ("2026-01-04 11:20:00", "2 hours", "2026-01-04 09:20:00"),
        ("2026-01-04 11:20:00.123456+00", "90 minutes", "2026-01-04 09:50:00.123456+00:00"),
        ("2026-01-04T11:20:00", "1 week", "2025-12-28T11:20:00"),
        ("2026-01-04", "3 days", "2026-01-01"),
        ("2026-01-04", "1 hour", "2026-01-03"),
        ("1000", 30, "970"),
        ("1000", "0", "1000"),
        ("2026-01-04", "", "2026-01-04"),
    ],
)
def test_a_position_is_put_back_and_stays_written_as_it_was(since: str, option: object, earlier: str) -> None:
    assert look_back(a_contract(options={"look_back": option}), since) == earlier


@pytest.mark.parametrize(
    ("since", "option"), [("甲辰年正月", "3 days"), ("2026-01-04", "3 moons"), ("2026-01-04", 3), ("1000", "3 days")]
)
def test_a_look_back_that_does_not_fit_its_watermark_is_told(since: str, option: object) -> None:
    with pytest.raises(ContractBroken) as broken:
        look_back(a_contract(options={"look_back": option}), since)
    assert broken.value.code == "look_back_invalid"
    assert since not in str(broken.value)


@pytest.mark.parametrize(
    ("reached", "mark", "position"),
    [
        ("9", "10", "10"),
        ("10", "9", "10"),
        ("2026-01-04 10:00:00", "2026-01-04T09:00:00", "2026-01-04 10:00:00"),
        ("2026-01-04T09:00:00Z", "2026-01-04 16:59:59", "2026-01-04T09:00:00Z"),
        ("2026-01-04T09:00:00Z", "2026-01-04 17:00:01", "2026-01-04 17:00:01"),
        ("乙", "甲", "甲"),
        (None, "9", "9"),
        ("9", None, "9"),
        ("9", "", "9"),
        ("9", {"at": 1}, "9"),
    ],
)
def test_the_later_of_two_watermarks_is_found_by_what_they_are(
    reached: str | None, mark: object, position: str
) -> None:
    assert later(a_contract(), reached, mark) == position


def test_the_position_never_goes_back_with_the_look_back() -> None:
    contract = a_contract(options={"look_back": "1 day"})
    window = due(contract, "t", "2026-01-04", "2026-01-05")
    assert (window.after, window.up_to, window.position) == ("2026-01-03", "2026-01-05", "2026-01-05")
    assert due(contract, "t", "2026-01-04", None).position == "2026-01-04"


@pytest.mark.parametrize("kind", ["sqlite", "sql"])
def test_a_row_committed_late_comes_with_the_look_back_and_not_without(
    settings: Settings, tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "late.sqlite"
    with sqlite3.connect(place) as database:
        database.execute("CREATE TABLE t (no TEXT, at TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?)", [("1", "2026-01-01"), ("2", "2026-01-09")])
        database.execute("INSERT INTO t VALUES ('late', '2026-01-08')")
    database.close()
    spec = SystemSpec("civil_files", "civil", kind, f"sqlite:///{place}")
    items = (an_item("no", key=True), an_item("at"))
    for option, expected in (("2 days", ["2", "late"]), ("", [])):
        contract = a_contract(
            locator="t", items=items, mode="incremental", watermark="at", options={"look_back": option}
        )
        delivery = sources.read(settings, spec, contract, since="2026-01-09", keep=tmp_path / "keep")
        assert sorted(delivery.reader.read_all().column("no").to_pylist()) == expected
        delivery.close()


@pytest.mark.parametrize("kind", ["sqlite", "sql"])
def test_a_query_of_the_contract_stands_in_the_place_of_a_table(settings: Settings, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "query.sqlite"
    with sqlite3.connect(place) as database:
        database.execute("CREATE TABLE t (no INTEGER, at TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?)", [(1, "2026-01-01"), (2, "2026-01-09")])
    database.close()
    spec = SystemSpec("civil_files", "civil", kind, f"sqlite:///{place}")
    asked = {"query": "SELECT 'N' || no AS no, max(at) AS at FROM t GROUP BY no;"}
    contract = a_contract(locator="t", items=(an_item("no", key=True), an_item("at")), options=asked)
    delivery = sources.read(settings, spec, contract, since=None, keep=tmp_path / "keep")
    assert delivery.expected == 2
    assert sorted(delivery.reader.read_all().column("no").to_pylist()) == ["N1", "N2"]


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "sqlite", None])
@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE t",
        "SELECT 1; DROP TABLE t",
        "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copy FROM t",
        "SELECT * FROM t FOR UPDATE",
        "1) x; DROP TABLE t; --",
    ],
)
def test_a_query_that_does_more_than_read_is_refused_before_it_is_sent(query: str, dialect: str | None) -> None:
    with pytest.raises(ContractBroken) as broken:
        query_of(a_contract(options={"query": query}), dialect)
    assert broken.value.code == "query_not_select"


@pytest.mark.parametrize("name", ["Asia/Laizhou", "../etc/passwd", "", "/etc/localtime"])
def test_a_time_zone_nobody_knows_is_told_in_a_sentence(name: str) -> None:
    contract = a_contract(options={"timezone": name})
    with pytest.raises(ContractBroken) as refused:
        later(contract, "2026-01-01 00:00:00", "2026-01-02 00:00:00")
    assert refused.value.code == "timezone_unknown"
    with pytest.raises(ContractBroken):
        projection([("a", "TIMESTAMP")], contract)
