"""PostgreSQL into the raw zone: every value as it was, read-only, and a sentence for everything that goes wrong."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from catalog.contracts import Contract
from catalog.errors import (
    BatchHeld,
    ContractBroken,
    InvalidInput,
    SourceRefused,
    SourceUnreachable,
    SourceUnreadable,
)
from catalog.settings import Settings
from catalog.systems import SystemSpec
from exchange_api import connecting
from lake.engines.duckdb import connect
from lake.loading import deliveries, ingest, raw
from lake.sources import postgresql
from tests.factories.deliveries import NOW, a_contract, a_registry_with, an_item

CONTRACT = a_contract(
    dataset="police_person",
    locator="hkrk",
    items=(an_item("person_no", "rybh", key=True, required=True), an_item("name", "xm"), an_item("updated_at", "gxsj")),
)
Department = tuple[SystemSpec, psycopg.Connection]


@pytest.fixture
def hub(settings: Settings) -> Settings:
    return a_registry_with(settings, CONTRACT)


@pytest.fixture
def people(police: Department) -> Department:
    _, department = police
    department.execute("CREATE TABLE hkrk (rybh bigint PRIMARY KEY, xm varchar(50), gxsj timestamp)")
    department.execute(
        "INSERT INTO hkrk SELECT n, '张𠮷' || n, timestamp '2026-01-01' + n * interval '1 minute'"
        " FROM generate_series(1, 5000) n"
    )
    return police


def collect(hub: Settings, spec: SystemSpec, minute: int = 0, contract: Contract = CONTRACT) -> ingest.Batch:
    return ingest.collect(hub, contract, spec, now=NOW + timedelta(minutes=minute), by="steward")


def rows_of(hub: Settings, batch: ingest.Batch, sql: str) -> list[tuple[object, ...]]:
    with connect(hub) as connection:
        return connection.execute(sql.format(raw.relation(hub, batch.dataset, batch.batch_id))).fetchall()


def test_a_snapshot_arrives_whole_and_reconciled(hub: Settings, people: Department) -> None:
    batch = collect(hub, people[0])
    assert (batch.rows, batch.new) == (5000, True)
    found = rows_of(hub, batch, "SELECT count(DISTINCT rybh), count(DISTINCT _row), min(_row), max(_row) FROM {}")
    assert found == [(5000, 5000, 1, 5000)]
    # A clock in Laizhou showed 00:01: that was 16:01 UTC the day before.
    (first,) = rows_of(hub, batch, "SELECT xm, gxsj FROM {} WHERE rybh = 1")
    assert first == ("张𠮷1", datetime(2025, 12, 31, 16, 1, tzinfo=UTC))


def test_unchanged_rows_are_no_new_batch_in_whatever_order_they_come(hub: Settings, people: Department) -> None:
    first = collect(hub, people[0])
    people[1].execute("UPDATE hkrk SET xm = xm WHERE rybh % 7 = 0")
    people[1].execute("VACUUM FULL hkrk")
    again = collect(hub, people[0], minute=1)
    assert (again.new, again.batch_id) == (False, first.batch_id)
    people[1].execute("UPDATE hkrk SET xm = '李' WHERE rybh = 7")
    assert collect(hub, people[0], minute=2).new


def test_an_incremental_load_brings_only_what_is_newer(hub: Settings, people: Department) -> None:
    contract = replace(CONTRACT, mode="incremental", watermark="updated_at")
    first = collect(hub, people[0], contract=contract)
    assert (first.rows, first.position) == (5000, "2026-01-04 11:20:00")
    assert not collect(hub, people[0], minute=1, contract=contract).new
    people[1].execute("UPDATE hkrk SET gxsj = '2026-02-01 08:00:00.123456' WHERE rybh IN (1, 2)")
    second = collect(hub, people[0], minute=2, contract=contract)
    assert (second.rows, second.position) == (2, "2026-02-01 08:00:00.123456")
    assert not collect(hub, people[0], minute=3, contract=contract).new


@pytest.mark.parametrize("weight", ["numeric(9, 3)", "numeric"])
def test_an_increment_has_the_types_of_the_first_load_whatever_the_department_made_of_them(
    hub: Settings, people: Department, weight: str
) -> None:
    spec, department = people
    department.execute("CREATE TYPE mood AS ENUM ('calm', 'cross')")
    department.execute("CREATE DOMAIN whole AS int CHECK (value > 0)")
    department.execute(
        f"ALTER TABLE hkrk ADD mood mood DEFAULT 'cross', ADD floor whole DEFAULT 3, ADD weight {weight} DEFAULT 0.1,"
        " ADD tags text[] DEFAULT '{a,b}', ADD grid int[][] DEFAULT '{{1,2},{3,4}}'"
    )
    contract = replace(CONTRACT, mode="incremental", watermark="updated_at")
    first = collect(hub, spec, contract=contract)
    department.execute("UPDATE hkrk SET gxsj = '2026-03-01' WHERE rybh <= 7")
    second = collect(hub, spec, 1, contract=contract)
    assert (first.rows, second.rows) == (5000, 7)
    asked = "SELECT DISTINCT mood, floor, weight, tags, grid FROM {}"
    assert rows_of(hub, first, asked) == rows_of(hub, second, asked)


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz", "date", "varchar"])
def test_a_day_loaded_again_is_a_day_of_the_departments_own_clock(hub: Settings, police: Department, kind: str) -> None:
    spec, department = police
    department.execute("SET timezone = 'Asia/Shanghai'")
    department.execute(f"CREATE TABLE hkrk (rybh bigint PRIMARY KEY, xm varchar(50), gxsj {kind})".encode())
    moments = ("2026-02-28 23:59:59", "2026-03-01 00:00:00", "2026-03-01 07:00:00", "2026-03-02 00:00:00")
    for number, moment in enumerate(moments):
        department.execute("INSERT INTO hkrk VALUES (%s, '张', %s)", [number, moment])
    contract = replace(CONTRACT, mode="incremental", watermark="updated_at")
    first = collect(hub, spec, contract=contract)
    day = replace(contract, day=date(2026, 3, 1))
    again = collect(hub, spec, 1, contract=day)
    assert rows_of(hub, again, "SELECT rybh FROM {} ORDER BY rybh") == [(1,), (2,)]
    assert again.position == first.position
    assert not collect(hub, spec, 2, contract=day).new


def test_an_increment_asks_for_no_table_but_its_own(hub: Settings, people: Department) -> None:
    """A department with thousands of tables must not describe them all for every few rows."""
    spec, department = people
    contract = replace(CONTRACT, mode="incremental", watermark="updated_at")
    collect(hub, spec, contract=contract)
    department.execute("SELECT pg_stat_reset()")
    department.execute("UPDATE hkrk SET gxsj = '2026-03-01' WHERE rybh <= 7")
    assert collect(hub, spec, 1, contract=contract).rows == 7
    assert _reads_of(department, "pg_description") == 0
    assert collect(hub, spec, 2, contract=replace(contract, mode="snapshot", watermark=None)).rows == 5000
    assert _reads_of(department, "pg_description") > 0, "else this measures nothing"


def _reads_of(department: psycopg.Connection, table: str) -> int:
    """How often `table` was looked through since the counters were set back."""
    row = department.execute(
        "SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_all_tables WHERE relname = %s", [table]
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_every_type_comes_over_without_loss(hub: Settings, police: Department) -> None:
    spec, department = police
    department.execute(
        "CREATE TABLE hkrk (rybh text, xm text, gxsj timestamptz, day date, exact numeric(12,2), loose numeric,"
        " id uuid, clock time, flag boolean, bytes bytea, doc jsonb, many text[], real8 double precision)"
    )
    department.execute(
        "INSERT INTO hkrk VALUES ('1', '㐂', '2026-01-01 08:00+08', '1949-10-01', 12.50, 0.1234567890123456789012,"
        " '00000000-0000-0000-0000-000000000001', '08:30', true, '\\x00ff', '{\"a\": 1}', '{a,b}', 0.1)"
    )
    department.execute("INSERT INTO hkrk (rybh) VALUES ('2')")
    batch = collect(hub, spec)
    found = rows_of(
        hub, batch, "SELECT gxsj, day, exact, loose, id, clock, flag, bytes, doc, real8 FROM {} ORDER BY rybh"
    )
    assert found[0] == (
        datetime(2026, 1, 1, 0, 0, tzinfo=UTC),
        date(1949, 10, 1),
        Decimal("12.50"),
        "0.1234567890123456789012",
        "00000000-0000-0000-0000-000000000001",
        "08:30:00",
        True,
        b"\x00\xff",
        '{"a": 1}',
        0.1,
    )
    assert found[1] == (None,) * 10
    assert "many" in batch.new_columns


def test_a_lost_column_is_named_and_a_retyped_one_holds_the_batch(hub: Settings, people: Department) -> None:
    collect(hub, people[0])
    people[1].execute("ALTER TABLE hkrk ALTER COLUMN rybh TYPE varchar(20)")
    with pytest.raises(BatchHeld) as held:
        collect(hub, people[0], minute=1)
    assert "rybh" in held.value.zh
    people[1].execute("ALTER TABLE hkrk DROP COLUMN xm")
    with pytest.raises(ContractBroken) as broken:
        collect(hub, people[0], minute=2)
    assert broken.value.parts["columns"] == ["xm"]


def test_a_view_is_a_table_and_a_missing_one_is_named(hub: Settings, people: Department) -> None:
    people[1].execute("CREATE SCHEMA open; CREATE VIEW open.v AS SELECT * FROM hkrk WHERE rybh <= 10")
    assert collect(hub, people[0], contract=replace(CONTRACT, locator="open.v")).rows == 10
    with pytest.raises(SourceUnreadable) as missing:
        collect(hub, people[0], minute=1, contract=replace(CONTRACT, locator="nothing"))
    assert missing.value.code == "source_table_missing"


def test_the_hubs_session_cannot_write(hub: Settings, people: Department) -> None:
    with connect(hub, extensions=["postgres_scanner"]) as connection:
        postgresql.attach(connection, people[0])
        shown = connection.execute(
            "FROM postgres_query('source', 'SELECT current_setting(''default_transaction_read_only'')')"
        ).fetchall()
    assert shown == [("on",)]


def test_a_wrong_password_a_closed_port_and_a_lost_right_are_told_apart(
    hub: Settings, people: Department, wrong_password: dict[str, str]
) -> None:
    spec, department = people
    with pytest.raises(SourceRefused) as refused:
        collect(hub, replace(spec, secret=wrong_password))
    assert wrong_password["password"] not in str(refused.value)
    with pytest.raises(SourceRefused) as greeted:
        connecting.greet(hub, replace(spec, secret=wrong_password))
    assert "拒绝了登录。" in greeted.value.zh, "no table was asked for, so none is named"
    assert "shuniu_connection_test" not in str(greeted.value)
    with pytest.raises(SourceUnreachable):
        collect(hub, replace(spec, location="postgresql://127.0.0.1:9/none"))
    role = f"poor_{spec.location.rsplit('_', 1)[-1]}"
    department.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'pw'")
    try:
        with pytest.raises(SourceRefused):
            collect(hub, replace(spec, secret={"user": role, "password": "pw"}))
    finally:
        department.execute(f"DROP ROLE {role}")


def test_a_query_of_the_contract_is_read_without_loss_and_reconciled_at_the_server(
    hub: Settings, people: Department
) -> None:
    query = "SELECT rybh, xm, gxsj, rybh / 3.0 AS loose, rybh::numeric(12,2) AS exact FROM hkrk WHERE rybh <= 100"
    batch = collect(hub, people[0], contract=replace(CONTRACT, options={"query": query}))
    (row,) = rows_of(hub, batch, "SELECT loose, exact FROM {} WHERE rybh = 1")
    assert (batch.rows, row) == (100, ("0.33333333333333333333", Decimal("1.00")))
    newest = raw.newest(hub, "police_person")
    assert newest is not None
    assert newest.checked == 2


def test_a_key_filled_up_with_blanks_agrees_with_the_source(hub: Settings, police: Department) -> None:
    spec, department = police
    department.execute("CREATE TABLE hkrk (rybh char(12), xm text, gxsj timestamp, small real)")
    department.execute("INSERT INTO hkrk SELECT '编' || n, 'x', NULL, n / 7.0 FROM generate_series(1, 3000) n")
    batch = collect(hub, spec)
    newest = raw.newest(hub, "police_person")
    assert newest is not None
    assert (batch.rows, newest.checked) == (3000, 2)


def test_a_read_that_takes_longer_than_it_may_is_stopped_by_the_server(hub: Settings, people: Department) -> None:
    people[1].execute("CREATE VIEW slow AS SELECT *, pg_sleep(3)::text AS pause FROM hkrk WHERE rybh = 1")
    impatient = replace(people[0], options={"schema": "public", "statement_seconds": 1})
    with pytest.raises(SourceUnreachable) as slow:
        collect(hub, impatient, contract=replace(CONTRACT, locator="slow"))
    assert slow.value.code == "source_too_slow"


@pytest.mark.parametrize("option", ["statement_seconds", "lock_seconds"])
def test_nothing_is_read_by_a_limit_that_would_limit_nothing(hub: Settings, people: Department, option: str) -> None:
    with pytest.raises(InvalidInput) as boundless:
        collect(hub, replace(people[0], options={"schema": "public", option: float("inf")}))
    assert boundless.value.code == "option_seconds_invalid"


def test_a_table_that_somebody_keeps_locked_is_waited_for_no_longer_than_agreed(
    hub: Settings, people: Department
) -> None:
    impatient = replace(people[0], options={"schema": "public", "lock_seconds": 1, "statement_seconds": 60})
    began = time.monotonic()
    with people[1].transaction():
        people[1].execute("LOCK TABLE hkrk IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SourceUnreachable) as locked:
            collect(hub, impatient)
    assert locked.value.code == "source_too_slow"
    assert time.monotonic() - began < 30
    assert collect(hub, impatient, minute=1).rows == 5000


def test_the_hub_sees_one_moment_of_the_database(hub: Settings, people: Department) -> None:
    with connect(hub, extensions=["postgres_scanner"]) as connection:
        postgresql.attach(connection, people[0])
        connection.execute("BEGIN")
        told = "FROM postgres_query('source', 'SELECT current_setting(''transaction_isolation'') AS i')"
        assert connection.execute(told).fetchall() == [("repeatable read",)]
        counted = "FROM postgres_query('source', 'SELECT count(*) AS n FROM hkrk')"
        assert connection.execute(counted).fetchall() == [(5000,)]
        people[1].execute("DELETE FROM hkrk WHERE rybh > 10")
        assert connection.execute("SELECT count(*) FROM source.public.hkrk").fetchall() == [(5000,)]
        assert connection.execute(counted).fetchall() == [(5000,)]


def test_a_server_that_breaks_off_while_reading_leaves_nothing(hub: Settings, people: Department) -> None:
    spec, department = people
    department.execute(
        "CREATE VIEW slow AS SELECT h.*, CASE WHEN h.rybh = 4999 THEN"
        " (SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'shuniu')::text"
        " END AS fault FROM hkrk h"
    )
    with pytest.raises(SourceUnreachable):
        collect(hub, spec, contract=replace(CONTRACT, locator="slow"))
    assert raw.newest(hub, "police_person") is None
    assert collect(hub, spec, minute=1).rows == 5000


def test_a_source_that_was_reached_for_nothing_is_let_go_of(
    hub: Settings, people: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, department = people
    with monkeypatch.context() as broken:
        broken.setattr(deliveries, "settle", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):  # committed, and not registered
            collect(hub, spec)
    assert collect(hub, spec, 1).new  # adopted: whatever was begun at the source is of no use
    still = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shuniu' AND datname = current_database()"
    for _ in range(50):  # a server notices a little later that somebody has left
        ((left,),) = department.execute(still).fetchall()
        if not left:
            break
        time.sleep(0.1)
    assert left == 0
