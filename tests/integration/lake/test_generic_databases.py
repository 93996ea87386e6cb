"""The generic path against real servers: ranges side by side, sessions that only read, limits, queries as sources."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from catalog.contracts import Contract
from catalog.errors import BatchHeld, ContractBroken, InvalidInput, SourceUnreachable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources
from lake.engines.duckdb import connect
from lake.loading import ingest, raw
from lake.sources.databases import rows as sql_rows
from lake.sources.sql import engine_of
from tests.factories.deliveries import NOW, a_contract, a_registry_with, an_item

ROWS = 45_000
ITEMS = (an_item("no", key=True, required=True), an_item("name"))
CONTRACT = a_contract(dataset="civil_person", locator="people", items=ITEMS)
Execute = Callable[[str], object]


@pytest.fixture(params=["postgresql+psycopg", "mysql+pymysql"])
def department(request: pytest.FixtureRequest) -> tuple[SystemSpec, Execute]:
    """A database with people, reached by the generic path, and a way to work in it as the department does."""
    if request.param.startswith("mysql"):
        spec, connection = request.getfixturevalue("health")
        execute: Execute = connection.cursor().execute
        execute("CREATE TABLE people (no bigint, name varchar(50), amount decimal(12,2))")
        numbers = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS})"
        execute(f"SET max_recursive_iterations = {ROWS}")
        execute(f"INSERT INTO people {numbers} SELECT n, concat('张', n), n / 4 FROM s")
    else:
        spec, connection = request.getfixturevalue("police")
        execute = connection.execute
        execute("CREATE TABLE people (no bigint, name varchar(50), amount numeric(12,2))")
        execute(f"INSERT INTO people SELECT n, '张' || n, n / 4.0 FROM generate_series(1, {ROWS}) n")
    execute("INSERT INTO people VALUES (NULL, 'without a key', NULL)")
    location = spec.location.replace("postgresql:", "postgresql+psycopg:").replace("mysql:", "mysql+pymysql:")
    return replace(spec, kind="sql", location=location, options={}), execute


@pytest.fixture
def hub(settings: Settings) -> Settings:
    return a_registry_with(settings, CONTRACT)


def collect(hub: Settings, spec: SystemSpec, contract: Contract = CONTRACT, minute: int = 0) -> ingest.Batch:
    return ingest.collect(hub, contract, spec, now=NOW + timedelta(minutes=minute), by="steward")


def test_ranges_read_side_by_side_hold_every_row_once_and_agree_with_the_source(
    hub: Settings, department: tuple[SystemSpec, Execute]
) -> None:
    spec, _ = department
    ranged = replace(CONTRACT, options={"partition_by": "no", "partitions": 5})
    batch = collect(hub, spec, ranged)
    with connect(hub) as connection:
        rows = raw.relation(hub, "civil_person", batch.batch_id)
        found = connection.execute(
            f"SELECT count(*), count(DISTINCT no), sum(no), sum(amount), count(DISTINCT _row) FROM {rows}"
        ).fetchall()
    assert found == [(ROWS + 1, ROWS, ROWS * (ROWS + 1) // 2, sum(n * 25 for n in range(1, ROWS + 1)) / 100, ROWS + 1)]
    newest = raw.newest(hub, "civil_person")
    assert newest is not None
    assert newest.checked == 2
    # Whole or in ranges: the same rows, so nothing new.
    assert not collect(hub, spec, minute=1).new


@pytest.mark.parametrize("options", [{"partition_by": "name"}, {"partition_by": "none"}], ids=str)
def test_ranges_that_make_no_sense_are_told(
    settings: Settings, department: tuple[SystemSpec, Execute], options: dict[str, Any]
) -> None:
    contract = replace(CONTRACT, options={"partition_by": "no"} | options)
    with pytest.raises(ContractBroken) as broken:
        sources.read(settings, department[0], contract, since=None, keep=settings.home / "keep")
    assert broken.value.code == "partition_invalid"


@pytest.mark.parametrize("count", [1, 17, "²", 2.5, "many"])
def test_a_number_of_ranges_that_is_none_is_told(
    settings: Settings, department: tuple[SystemSpec, Execute], count: object
) -> None:
    contract = replace(CONTRACT, options={"partition_by": "no", "partitions": count})
    with pytest.raises(InvalidInput, match="partitions is a whole number from 2 to 16"):
        sources.read(settings, department[0], contract, since=None, keep=settings.home / "keep")


def test_the_session_cannot_write_and_sees_one_moment(department: tuple[SystemSpec, Execute]) -> None:
    spec, execute = department
    sessions = sql_rows.Sessions(engine_of(spec), spec)
    try:
        session = sessions.open()
        before = session.exec_driver_sql("SELECT count(*) FROM people").scalar()
        execute("DELETE FROM people WHERE no > 10")
        assert session.exec_driver_sql("SELECT count(*) FROM people").scalar() == before
        with pytest.raises(sa.exc.DBAPIError):
            session.exec_driver_sql("DELETE FROM people")
    finally:
        sessions.close()


def test_a_source_slower_than_it_may_be_is_left_alone(
    settings: Settings, department: tuple[SystemSpec, Execute]
) -> None:
    spec, execute = department
    pause = "sleep(3)" if "mysql" in spec.location else "pg_sleep(3)::text"
    execute(f"CREATE VIEW slow AS SELECT no, name, {pause} AS pause FROM people WHERE no = 1")
    impatient = replace(spec, options={"statement_seconds": 1})
    with pytest.raises(SourceUnreachable) as slow:
        sources.read(
            settings, impatient, replace(CONTRACT, locator="slow"), since=None, keep=settings.home
        ).reader.read_all()
    assert slow.value.code == "source_too_slow"


def test_the_contracts_query_is_the_source(hub: Settings, department: tuple[SystemSpec, Execute]) -> None:
    spec, _ = department
    query = "SELECT no, name, amount * 2 AS twice FROM people WHERE no <= 3"
    for minute, kind in enumerate(("sql", spec.location.split("+", maxsplit=1)[0])):
        plain = replace(spec, kind=kind, location=spec.location.replace("+psycopg", "").replace("+pymysql", ""))
        system = spec if kind == "sql" else plain
        contract = replace(CONTRACT, dataset="civil_person", options={"query": query})
        delivery = sources.read(hub, system, contract, since=None, keep=hub.home / "keep")
        rows = delivery.reader.read_all().to_pylist()
        assert sorted(str(row["no"]) for row in rows) == ["1", "2", "3"], minute
        assert sorted(float(row["twice"]) for row in rows) == [0.5, 1.0, 1.5], minute
        assert (delivery.expected, delivery.new_columns) == (3, ("twice",)), minute
        delivery.close()


def test_a_retyped_column_of_the_generic_path_holds_the_batch(
    hub: Settings, department: tuple[SystemSpec, Execute]
) -> None:
    spec, execute = department
    collect(hub, spec)
    execute("DELETE FROM people WHERE no > 5")
    retyped = "MODIFY amount varchar(20)" if "mysql" in spec.location else "ALTER amount TYPE varchar(20)"
    execute(f"ALTER TABLE people {retyped}")
    with pytest.raises(BatchHeld) as held:
        collect(hub, spec, minute=1)
    assert held.value.code == "column_retyped"
