"""What the benchmark of increments compares: the hub and the bare COPY read the same rows of a real server."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks.ingest import data, run
from demo.services.service import Service

STEP = 10


@pytest.fixture
def given(postgresql: Service) -> dict[str, Any]:
    table = "bench_persons"
    data.fill(postgresql, 200, table)
    system = asdict(data.system(postgresql))
    return {"system": system, "url": postgresql.url, "contract": {"locator": table}}


def test_the_hub_and_the_bare_copy_read_the_same_changed_rows(tmp_path: Path, given: dict[str, Any]) -> None:
    url, table = given["url"], given["contract"]["locator"]
    run.MODES["ready"](tmp_path, given)
    whole = [run.MODES[name](tmp_path, given) for name in ("first", "copy first")]
    assert [found["rows"] for found in whole] == [200, 200]
    sums = {data.sum_at_source(200)}
    for turn in range(2):
        given["since"] = data.newest(url, table)
        assert data.update(url, table, step=STEP, turn=turn) == 20
        copied, loaded = (run.MODES[name](tmp_path, given) for name in ("copy increment", "increment"))
        assert (copied["rows"], loaded["rows"]) == (20, 20)
        assert loaded["sum"] == data.sum_at_source(200, step=STEP, turn=turn)
        assert data.sum_of_parquet(copied["written"]) == loaded["sum"]
        sums.add(loaded["sum"])
    assert len(sums) == 3, "each turn other rows than all together and than the turn before"


def test_a_history_changes_every_row_once_before_any_twice(tmp_path: Path, given: dict[str, Any]) -> None:
    url, table = given["url"], given["contract"]["locator"]
    run.MODES["history"](tmp_path, given | {"turns": STEP, "step": STEP})
    with psycopg.connect(url) as department:
        found = department.execute(f"SELECT count(*) FROM {table} WHERE updated_at < date '2026-01-02'".encode())
        assert found.fetchall() == [(0,)]


def test_a_bare_copy_of_all_leaves_every_text_as_it_was_made(tmp_path: Path, given: dict[str, Any]) -> None:
    for name in ("copy", "copy first"):
        assert data.sum_of_parquet(run.MODES[name](tmp_path, given)["written"]) == data.sum_at_source(200)
