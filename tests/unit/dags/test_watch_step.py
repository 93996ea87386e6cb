"""Keeping house: what waits too long is named, what nobody needs goes, and what is published stays readable."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from catalog.actions import batches, datasets
from catalog.database import open_session
from catalog.settings import Settings
from dags.steps import watch
from lake import tables
from lake.layout import Layout
from tests.factories.deliveries import a_contract, a_registry_with

CODE = "civil_person"


@pytest.fixture
def hub(settings: Settings) -> Settings:
    return a_registry_with(settings, a_contract())


def batch(hub: Settings, serial: int, status: str, collected: datetime) -> str:
    name = f"{CODE}-20261120t01000{serial}-0000000{serial}"
    with open_session(hub) as session:
        batches.register(
            session, batch_id=name, dataset=CODE, system="x", rows=1, fingerprint=str(serial) * 64, position=None,
            by="test", now=collected,
        )  # fmt: skip
        batches.advance(session, batch_id=name, status=status)
    return name


def standard(hub: Settings, serial: int) -> str:
    uri = Layout(hub.lake_url).standard(CODE)
    tables.write(uri, pa.table({"n": [serial]}), run_id=str(serial), settings=hub)
    return uri


def publish(hub: Settings, version: int, now: datetime) -> None:
    with open_session(hub) as session:
        datasets.publish(
            session, dataset=CODE, uri=Layout(hub.lake_url).standard(CODE), delta_version=version, rows=1,
            verdict_id=None, by="test", now=now,
        )  # fmt: skip


def files(uri: str) -> int:
    return len(list(Path(uri).glob("*.parquet")))


def test_only_a_batch_that_waits_for_judgement_longer_than_allowed_is_overdue(hub: Settings, now: datetime) -> None:
    late = batch(hub, 1, "standardised", now - timedelta(hours=6, seconds=1))
    batch(hub, 2, "standardised", now - timedelta(hours=6))
    batch(hub, 3, "standardised", now - timedelta(minutes=1))
    batch(hub, 4, "judged", now - timedelta(days=9))
    batch(hub, 5, "collected", now - timedelta(days=9))
    assert watch.overdue(hub, now=now, after=timedelta(hours=6)) == [late]


def test_staged_files_go_when_their_batch_is_judged_and_not_before(hub: Settings, now: datetime) -> None:
    layout = Layout(hub.lake_url)
    judged, waiting = batch(hub, 1, "judged", now), batch(hub, 2, "standardised", now)
    for name in (judged, waiting):
        Path(layout.staging(CODE, name)).parent.mkdir(parents=True, exist_ok=True)
        Path(layout.staging(CODE, name)).touch()
    assert watch.clean(hub, now=now, keep=timedelta(days=7)) == {"staged": 1, "files": 0}
    assert not Path(layout.staging(CODE, judged)).exists()
    assert Path(layout.staging(CODE, waiting)).exists()
    assert watch.clean(hub, now=now, keep=timedelta(days=7)) == {"staged": 0, "files": 0}


def test_the_published_version_stays_readable_while_its_successor_is_unfit(hub: Settings, now: datetime) -> None:
    uri = standard(hub, 1)
    publish(hub, 0, now)
    standard(hub, 2)  # judged unfit: never published
    assert watch.clean(hub, now=now, keep=timedelta(0))["files"] == 0
    assert tables.read(uri, version=0, settings=hub).to_pylist() == [{"n": 1}]


def test_what_an_older_published_version_alone_needs_goes_after_the_newer_one_is_published(
    hub: Settings, now: datetime
) -> None:
    uri = standard(hub, 1)
    publish(hub, 0, now)
    standard(hub, 2)
    publish(hub, 1, now)
    time.sleep(0.01)  # a retention of nothing counts in milliseconds
    assert watch.clean(hub, now=now, keep=timedelta(hours=1))["files"] == 0
    assert files(uri) == 2
    assert watch.clean(hub, now=now, keep=timedelta(0))["files"] == 1
    assert tables.read(uri, version=1, settings=hub).to_pylist() == [{"n": 2}]


def test_what_a_build_remembers_of_people_goes_with_its_old_versions_though_no_entry_names_it(
    hub: Settings, now: datetime
) -> None:
    uri = Layout(hub.lake_url).base("population_prepared")
    for name in ("王芳", "李伟"):
        tables.write(uri, pa.table({"name": [name]}), run_id=name, settings=hub)
    time.sleep(0.01)
    assert watch.clean(hub, now=now, keep=timedelta(hours=1))["files"] == 0
    assert watch.clean(hub, now=now, keep=timedelta(0))["files"] == 1
    assert tables.read(uri, settings=hub).to_pylist() == [{"name": "李伟"}]


def test_raw_and_quarantine_are_never_cleaned(hub: Settings, now: datetime) -> None:
    layout = Layout(hub.lake_url)
    for uri in (layout.raw(CODE), layout.quarantine(CODE)):
        for serial in (1, 2):
            tables.write(uri, pa.table({"n": [serial]}), run_id=str(serial), settings=hub)
    time.sleep(0.01)
    assert watch.clean(hub, now=now, keep=timedelta(0)) == {"staged": 0, "files": 0}
    assert files(layout.raw(CODE)) == files(layout.quarantine(CODE)) == 2
