"""The registry's unit of work: whole or not at all; moments in UTC; readers beside a writer; migrations repeated."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, InternalError, StatementError

import authorization.models  # noqa: F401  # their tables belong to the same registry
from catalog import database
from catalog.database import Base, engine_for, forget_engines, migrate, open_reader, open_session
from catalog.errors import Unavailable
from catalog.models import Agency, Dataset, Event, RunStep
from catalog.settings import Settings


def agency(code: str) -> Agency:
    return Agency(code=code, name_zh="甲", name_en="A", kind="government", uscc=None, contact=None)


def event(at: datetime) -> Event:
    return Event(tag="agency:registered", subject="a", by="t", at=at, details={})


def test_a_unit_of_work_that_raises_leaves_nothing(registry: Settings) -> None:
    def fail() -> None:
        with open_session(registry) as session:
            session.add(agency("police"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with open_reader(registry) as session:
        assert session.get(Agency, "police") is None


def test_what_was_written_may_be_used_after_the_session_has_ended(registry: Settings) -> None:
    with open_session(registry) as session:
        written = session.merge(agency("police"))
    assert written.name_zh == "甲"


def test_a_moment_comes_back_as_the_same_moment_in_utc(registry: Settings) -> None:
    laizhou = timezone(timedelta(hours=8))
    with open_session(registry) as session:
        session.add(event(datetime(2026, 11, 20, 9, 0, tzinfo=laizhou)))
    with open_reader(registry) as session:
        at = session.query(Event).one().at
    assert at == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    assert at.utcoffset() == timedelta(0)


def test_a_moment_without_a_time_zone_is_refused(registry: Settings) -> None:
    with pytest.raises(StatementError, match="time zone"), open_session(registry) as session:
        session.add(event(datetime(2026, 11, 20, 9, 0)))  # noqa: DTZ001  # the mistake under test


def test_a_reference_to_nothing_is_refused(registry: Settings, now: datetime) -> None:
    with pytest.raises(IntegrityError), open_session(registry) as session:
        session.add(
            Dataset(
                code="ghost_set",
                title_zh="",
                title_en="",
                agency="ghost",
                zone="standard",
                mode="snapshot",
                sharing="none",
                grade="L1",
                hub_id="370683",
                providers=[],
                registered_at=now,
            )
        )


def test_readers_do_not_wait_for_a_writer_and_see_only_what_is_committed(registry: Settings) -> None:
    with open_session(registry) as writer:
        writer.add(agency("police"))
        writer.flush()
        seen: list[Agency | None] = []

        def look() -> None:
            with open_reader(registry) as reader:
                seen.append(reader.get(Agency, "police"))

        reading = threading.Thread(target=look)
        reading.start()
        reading.join(timeout=10)
        assert seen == [None]
    with open_reader(registry) as reader:
        assert reader.get(Agency, "police") is not None


def test_writers_wait_for_one_another_instead_of_failing(registry: Settings, now: datetime) -> None:
    def write() -> None:
        for _ in range(10):
            with open_session(registry) as session:
                count = session.query(Event).count()  # a read before the write: the case plain SQLite fails in
                session.add(event(now + timedelta(seconds=count)))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with open_reader(registry) as session:
        moments = [row.at for row in session.query(Event)]
    assert sorted(moments) == [now + timedelta(seconds=n) for n in range(40)]


def test_migrating_again_changes_nothing_and_keeps_the_rows(registry: Settings) -> None:
    with open_session(registry) as session:
        session.add(agency("police"))
    migrate(registry)
    forget_engines()
    migrate(registry)
    with open_reader(registry) as session:
        assert session.get(Agency, "police") is not None


def test_the_migrations_make_exactly_the_tables_and_columns_of_the_models(registry: Settings) -> None:
    found = inspect(engine_for(registry))
    ours = {name: {column.name for column in table.columns} for name, table in Base.metadata.tables.items()}
    theirs = {
        name: {column["name"] for column in found.get_columns(name)}
        for name in found.get_table_names()
        if name != "alembic_version"
    }
    assert theirs == ours, "write a migration under catalog/migrations/versions/"


def test_the_migrations_make_the_indexes_of_the_models(registry: Settings) -> None:
    found = inspect(engine_for(registry))
    for name, table in Base.metadata.tables.items():
        made = {index["name"] for index in found.get_indexes(name)}
        assert {index.name for index in table.indexes} <= made, name


def test_an_embedded_registry_survives_a_power_cut(tmp_path: Path) -> None:
    embedded = Settings(home=tmp_path, registry_url=f"sqlite:///{tmp_path / 'registry.sqlite'}")
    migrate(embedded)
    with engine_for(embedded).connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_history_is_not_bound_to_what_it_tells_of(registry: Settings, now: datetime) -> None:
    # No foreign keys on events and steps: what happened stays readable when its subject is gone.
    with open_session(registry) as session:
        session.add(event(now))
        session.add(
            RunStep(
                stage="collect",
                dataset="gone_set",
                agency="gone",
                started_at=now,
                seconds=1.0,
                rows=1,
                peak_mib=1,
                ok=True,
            )
        )
    assert [fk for table in ("event", "run_step") for fk in Base.metadata.tables[table].foreign_keys] == []


def test_the_registry_is_where_the_tests_were_asked_to_have_it(registry: Settings) -> None:
    asked = os.environ.get("SHUNIU_TEST_REGISTRY", "sqlite")
    assert engine_for(registry).dialect.name == asked


def test_readers_find_a_connection_while_more_writers_wait_than_there_are_connections(
    registry: Settings, now: datetime
) -> None:
    def write() -> None:
        with open_session(registry) as session:
            session.add(event(now))

    waiting = [threading.Thread(target=write) for _ in range(20)]
    with open_session(registry) as first:
        first.add(agency("police"))
        first.flush()
        for thread in waiting:
            thread.start()
        begun = time.monotonic()
        for _ in range(5):
            with open_reader(registry) as reader:
                assert reader.query(Event).count() == 0
        assert time.monotonic() - begun < 10, "readers never wait for a writer"
    for thread in waiting:
        thread.join(timeout=60)
    with open_reader(registry) as reader:
        assert reader.query(Event).count() == 20


def test_a_writer_whose_turn_does_not_come_is_told_that_the_registry_is_busy(
    registry: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 1)
    forget_engines()
    with open_session(registry) as first:
        first.add(agency("police"))
        first.flush()
        with pytest.raises(Unavailable) as refused:
            _write(registry, event(now))
    assert refused.value.code == "registry_busy"
    with open_reader(registry) as reader:
        assert reader.query(Event).count() == 0


@pytest.mark.skipif(
    os.environ.get("SHUNIU_TEST_REGISTRY") != "postgresql",
    reason="SQLite has no transaction that only reads; make test-registry asks PostgreSQL",
)
def test_who_only_reads_cannot_write(registry: Settings, now: datetime) -> None:
    with open_reader(registry) as reader:
        reader.add(event(now))
        with pytest.raises(InternalError):
            reader.flush()


def _write(registry: Settings, row: Event) -> None:
    with open_session(registry) as session:
        session.add(row)
