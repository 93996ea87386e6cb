"""kill -9 around every step of an increment and its history, on a folder and in S3: run again, all end equal.

What a snapshot repairs by coming again whole, an increment must not lose: its position, and the moment a row ended.
"""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from catalog.database import forget_engines, open_session
from catalog.models import Batch
from catalog.settings import Settings
from demo.services.service import Service
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from tests.factories.deliveries import a_registry_with
from tests.factories.growing import grow, growing, take_until
from tests.integration.lake.conftest import bucket, s3, servers

__all__ = ["bucket", "s3", "servers"]  # the fixtures
ROWS, DAYS = 60, (1, 2, 3)
CALLS = (
    "lake.sources.read",
    "lake.loading.raw.stage",
    "lake.loading.reconciliation.check",
    "lake.loading.raw.commit_batch",
    "lake.delta.commit._commit",
    "lake.loading.deliveries.settle",
    "catalog.actions.batches.register",
    "lake.loading.history.record",
)
POINTS = [(call, when) for call in CALLS for when in ("before", "after")]
AT_ONCE = ("lake.delta.commit._commit", "catalog.actions.batches.register", "lake.loading.history.record")
"""The points on both sides of which something is lost if anywhere; the others wait for make test-all."""
IN_S3 = [("lake.loading.raw.stage", "after"), ("lake.delta.commit._commit", "after"), ("lake.tables.merge", "after")]


@pytest.fixture(scope="module")
def forks() -> multiprocessing.context.BaseContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.factories.growing"])
    return context


def run(forks: multiprocessing.context.BaseContext, hub: Settings, file: Path, call: str = "", when: str = "") -> int:
    child = forks.Process(target=take_until, args=(hub, file, call, when))  # type: ignore[attr-defined]
    child.start()
    child.join(120)
    return int(child.exitcode)


def days(forks: multiprocessing.context.BaseContext, hub: Settings, file: Path, call: str = "", when: str = "") -> None:
    """Three days' increments; with a `call`, each run is killed there first."""
    a_registry_with(hub, growing())
    forget_engines()
    for day in DAYS:
        grow(file, day, ROWS)
        if call and (call != "lake.tables.merge" or day > 1):  # a history's first day is written, not merged
            assert run(forks, hub, file, call, when) == -9
        assert run(forks, hub, file) == 0


def state(hub: Settings) -> dict[str, object]:
    """Rows and positions of every batch, the rows that hold, and every row that ever held, with how many moments."""
    layout = Layout(hub.lake_url)
    raw, past = (tables.scan(uri, settings=hub) for uri in (layout.raw("civil_person"), layout.history("civil_person")))
    with connect(hub, functions=False) as connection:
        loaded = connection.execute(f"SELECT count(*), count(DISTINCT number), min(number), max(stamp) FROM {raw}"
                                    " GROUP BY _batch ORDER BY ALL").fetchall()  # fmt: skip
        held = connection.execute(f"SELECT number, name, stamp, valid_to IS NULL FROM {past} ORDER BY ALL").fetchall()
        broken = f"SELECT count(*) FROM {past} AS o JOIN {past} AS n USING (number) WHERE n.valid_from > o.valid_from"
        gaps = connection.execute(f"{broken} AND o.valid_to IS DISTINCT FROM n.valid_from"
                                  " AND NOT EXISTS (FROM (SELECT * FROM " + past + ") AS m WHERE m.number = o.number"
                                  " AND m.valid_from = o.valid_to)").fetchall()  # fmt: skip
    with open_session(hub) as session:
        registered = sorted((batch.rows, batch.status, batch.position or "") for batch in session.query(Batch))
    forget_engines()
    return {"loaded": loaded, "held": held, "gaps": gaps, "registered": registered}


@pytest.fixture(scope="module")
def undisturbed(
    forks: multiprocessing.context.BaseContext, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    place = tmp_path_factory.mktemp("undisturbed")
    hub = Settings(home=place / "home")
    days(forks, hub, place / "people.sqlite")
    found = state(hub)
    assert [rows for rows, *_ in found["registered"]] == [60, 80, 80]  # type: ignore[attr-defined]
    assert found["gaps"] == [(0,)]
    return found


def points(*given: tuple[str, str]) -> list[Any]:
    """As parameters with names; all but those around AT_ONCE are slow."""
    marks = {call: [] if call in AT_ONCE else [pytest.mark.slow] for call, _ in given}
    return [pytest.param(call, when, id=f"{call}-{when}", marks=marks[call]) for call, when in given]


@pytest.mark.parametrize(("call", "when"), points(*POINTS))
def test_an_increment_killed_there_every_day_loses_no_row_no_position_and_no_past(
    forks: multiprocessing.context.BaseContext, undisturbed: dict[str, object], tmp_path: Path, call: str, when: str
) -> None:
    hub = Settings(home=tmp_path / "home")
    days(forks, hub, tmp_path / "people.sqlite", call, when)
    assert state(hub) == undisturbed


@pytest.mark.parametrize(("call", "when"), points(*IN_S3))
def test_the_same_where_the_lake_is_a_bucket(
    forks: multiprocessing.context.BaseContext,
    undisturbed: dict[str, object],
    tmp_path: Path,
    s3: Service,
    bucket: str,
    call: str,
    when: str,
) -> None:
    hub = Settings(
        home=tmp_path / "home",
        lake_url=f"s3://{bucket}/lake",
        s3_endpoint=f"http://{s3.host}:{s3.port}",
        s3_access_key=s3.user,
        s3_secret_key=s3.password,
        s3_allow_http=True,
    )
    days(forks, hub, tmp_path / "people.sqlite", call, when)
    assert state(hub) == undisturbed
