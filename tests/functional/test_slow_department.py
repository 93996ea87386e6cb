"""Departments' systems that hang: the others are loaded all the same, by a real scheduler with the workers it has."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from catalog import pools
from catalog.actions import systems
from catalog.contracts import load_contract
from catalog.database import forget_engines, open_reader, open_session
from catalog.models import Batch, RunStep
from catalog.settings import Settings
from catalog.systems import SystemSpec
from demo.services.service import Service
from demo.services.testing import lent
from launch import processes
from launch.airflow import Airflow
from tests.factories.deliveries import a_registry_with
from tests.factories.silence import Line, falling_silent
from tests.functional.conftest import free_port

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: {agency}_person
version: 1.0.0
status: active
schema:
  - name: {agency}_person
    physicalName: "{locator}"
    properties:
      - name: number
        physicalName: bh
        logicalType: string
        primaryKey: true
        required: true
        classification: L2
        customProperties: [{{property: personal, value: none}}, {{property: element, value: person_no}}]
customProperties:
  - {{property: agency, value: {agency}}}
  - {{property: system, value: {agency}_system}}
  - {{property: mode, value: {mode}}}
  - {{property: watermark, value: changed}}
"""
SECONDS = 400


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from lent("postgresql", tmp_path_factory.mktemp("postgresql"))


@pytest.fixture
def line(postgresql: Service) -> Iterator[Line]:
    """A way to the database that stays open and says nothing once some of the rows are told."""
    with falling_silent(postgresql.host, postgresql.port, most=300_000) as line:
        yield line


@pytest.fixture
def hub(tmp_path: Path, postgresql: Service, line: Line) -> Iterator[Settings]:
    """Four departments: police with a database, health and tax with one that falls silent, civil with files."""
    settings = Settings(home=tmp_path / "home", airflow_port=free_port(), language="en", threads=2)
    settings.contracts_dir.mkdir(parents=True)
    databases = {"police": "slow_person", "health": "long_person", "tax": "long_person"}
    for agency, locator in {**databases, "civil": "*.csv"}.items():
        mode = "incremental" if agency == "police" else "snapshot"
        text = CONTRACT.format(agency=agency, locator=locator, mode=mode)
        (settings.contracts_dir / f"{agency}_person.odcs.yaml").write_text(text, encoding="utf-8")
    a_registry_with(settings, *(load_contract(path) for path in sorted(settings.contracts_dir.iterdir())))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("bh\n1\n2\n", encoding="utf-8")
    login = {"user": postgresql.user, "password": postgresql.password}
    place = f"{postgresql.location}/{postgresql.database or 'postgres'}"
    silent = f"postgresql://127.0.0.1:{line.port}/{postgresql.database or 'postgres'}"
    patient = {"schema": "public", "lock_seconds": SECONDS * 2}
    agreed = {"schema": "public", "statement_seconds": 20}
    with open_session(settings) as session:
        for spec in (
            SystemSpec("police_system", "police", "postgresql", place, patient, login),
            SystemSpec("health_system", "health", "postgresql", silent, agreed, login),
            SystemSpec("tax_system", "tax", "postgresql", silent, agreed, login),
            SystemSpec("civil_system", "civil", "files", str(tmp_path / "in")),
        ):
            systems.register(session, settings=settings, spec=spec, by="test", now=datetime.now(UTC))
    yield settings
    forget_engines()
    processes.sweep(settings.home / "run")


@pytest.fixture
def airflow(hub: Settings) -> Iterator[Airflow]:
    started = Airflow(hub)
    try:
        started.migrate()
        started.start_api()
        started.start_rest()
        yield started
    finally:
        started.stop()


def test_a_department_whose_system_hangs_takes_its_own_pool_and_no_other_department_waits(
    hub: Settings, airflow: Airflow, postgresql: Service
) -> None:
    assert pools.known(hub) == {f"department_{agency}" for agency in ("police", "health", "tax", "civil")}
    with psycopg.connect(postgresql.url, autocommit=True) as department:
        department.execute("DROP TABLE IF EXISTS slow_person")
        department.execute(
            "CREATE TABLE slow_person AS SELECT n::text AS bh,"
            " timestamp '2026-03-01' + n * interval '9 hours' AS changed FROM generate_series(1, 5) n"
        )
        with department.transaction():
            department.execute("LOCK TABLE slow_person IN ACCESS EXCLUSIVE MODE")
            airflow.trigger("department_police")
            _until(lambda: _occupied(airflow, "police") == 1)
            airflow.trigger("department_civil")
            _until(lambda: airflow.finished("department_civil") is not None)
            assert airflow.finished("department_civil") == "success"
            assert _batches(hub) == {"civil_person": 2}
            assert (airflow.finished("department_police"), _occupied(airflow, "police")) == (None, 1)
        _until(lambda: airflow.finished("department_police") is not None)
    assert airflow.finished("department_police") == "success"
    assert _batches(hub) == {"civil_person": 2, "police_person": 5}
    # Two of the five are of the first of March: asked for as a person would, they come again, as a batch of their own.
    said = _shuniu(hub, "run", "backfill", "police_person", "--from", "2026-03-01", "--json")
    _until(lambda: _state(airflow, "department_police", json.loads(said)["run"]) in ("success", "failed"))
    assert _state(airflow, "department_police", json.loads(said)["run"]) == "success"
    assert _batches(hub) == {"civil_person": 2, "police_person": 2}


@pytest.mark.slow
def test_two_departments_whose_systems_say_nothing_any_more_give_both_workers_back(
    hub: Settings, airflow: Airflow, postgresql: Service, line: Line
) -> None:
    with psycopg.connect(postgresql.url, autocommit=True) as department:
        department.execute("DROP TABLE IF EXISTS long_person")
        department.execute(
            "CREATE TABLE long_person AS SELECT n || repeat('x', 90) AS bh FROM generate_series(1, 40000) n"
        )
    for agency in ("health", "tax"):
        airflow.trigger(f"department_{agency}")
    _until(lambda: _occupied(airflow, "health") == _occupied(airflow, "tax") == 1)
    _until(line.fallen.is_set)
    airflow.trigger("department_civil")
    _until(lambda: airflow.finished("department_civil") is not None)
    assert airflow.finished("department_civil") == "success"
    assert _batches(hub) == {"civil_person": 2}
    _until(lambda: _occupied(airflow, "health") == _occupied(airflow, "tax") == 0)
    with open_reader(hub) as session:
        failed = session.execute(select(RunStep.dataset, RunStep.code).where(RunStep.ok.is_(False))).all()
    assert {dataset for dataset, _ in failed} == {"health_person", "tax_person"}
    assert {code for _, code in failed} <= {"source_unreachable", "source_too_slow"}  # both are asked again later


def _shuniu(hub: Settings, *words: str) -> str:
    """What the command says."""
    command = [str(Path(sys.executable).parent / "shuniu"), *words]
    return subprocess.run(
        command, env={**os.environ, **hub.as_environ()}, capture_output=True, text=True, check=True
    ).stdout


def _state(airflow: Airflow, dag: str, run: str) -> str:
    return str(airflow.call("GET", f"/dags/{dag}/dagRuns/{run}")["state"])


def _occupied(airflow: Airflow, agency: str) -> int:
    """Workers that department's pool has taken; its tasks wait in no other."""
    return int(airflow.call("GET", f"/pools/{pools.name_of(agency)}")["running_slots"])


def _batches(hub: Settings) -> dict[str, int]:
    """Rows of every dataset's newest batch."""
    with open_reader(hub) as session:
        found = session.scalars(select(Batch).order_by(Batch.collected_at))
        return {batch.dataset: batch.rows for batch in found}


def _until(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if reached():
            return
        time.sleep(0.5)
    raise AssertionError("it did not come to that in time")
