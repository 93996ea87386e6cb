"""Increments beside first loads: what is read in which order, what is told, and where the goal is reached."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.ingest import data, increments, processes
from benchmarks.ingest.increments import Increments, shown
from catalog.errors import Unavailable

GIVEN = {"url": "postgresql://nowhere", "contract": {"locator": "person_1000"}}


def took(seconds: float, rows: int) -> dict[str, Any]:
    return {"seconds": seconds, "cpu_seconds": seconds / 2, "peak_mib": 300, "rows": rows}


def one_size(rows: int, first: float, increment: float) -> Increments:
    return Increments(rows, took(first, rows), took(increment, rows // 100))


BESIDE = Increments(1_000_000, took(1.6, 1_000_000), took(0.144, 10_000), took(1.4, 1_000_000), took(0.072, 10_000))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int, str]]:
    """Every process asked for: mode, hub, rows, since; each takes as long as processes were asked for before it."""
    asked: list[tuple[str, str, int, str]] = []
    days, changed = iter(range(100)), [0]

    def child(name: str, home: Path, given: dict[str, Any], rows: int, *, room: Path) -> dict[str, Any]:
        asked.append((name, room.name, rows, given.get("since", "")))
        step = 1_000 // rows if rows else 1
        return took(len(asked), rows) | {"sum": data.sum_at_source(1_000, step=step, turn=changed[-1])}

    def update(url: str, table: str, *, step: int, turn: int) -> int:
        changed.append(turn)
        return 1_000 // step

    monkeypatch.setattr(processes, "child", child)
    monkeypatch.setattr(data, "newest", lambda url, table: f"day {next(days)}")
    monkeypatch.setattr(data, "update", update)
    return asked


def test_the_bare_copy_reads_the_same_rows_after_the_hub_whose_pages_nobody_read_before(
    told: list[tuple[str, str, int, str]], tmp_path: Path
) -> None:
    found = increments.collect(tmp_path, GIVEN, 1_000, firsts=3, copies=True)
    rooms = [f"increments-1000-{turn}" for turn in range(3)]
    assert [one for one in told if one[2] != 10] == [
        ("ready", rooms[0], 0, ""),
        ("first", rooms[0], 1_000, ""),
        ("copy first", rooms[0], 1_000, ""),
        ("ready", rooms[1], 0, ""),
        ("first", rooms[1], 1_000, ""),
        ("copy first", rooms[1], 1_000, ""),
        ("ready", rooms[2], 0, ""),
        ("first", rooms[2], 1_000, ""),
        ("copy first", rooms[2], 1_000, ""),
    ]
    hub, copy = "increment", "copy increment"
    changed = told[9:]
    assert [one[0] for one in changed] == [hub, copy] * 5
    assert [one[3] for one in changed] == [f"day {turn}" for turn in range(5) for _ in (hub, copy)]
    assert {one[1:3] for one in changed} == {(rooms[-1], 10)}, "all into the hub loaded last, and of it alone"
    assert (found.first["seconds"], found.copy_first) == (5, took(6, 1_000) | {"sum": data.sum_at_source(1_000)})
    assert (found.increment["seconds"], found.increment["rows"]) == (14, 10)


def test_without_copies_the_hub_alone_is_measured(told: list[tuple[str, str, int, str]], tmp_path: Path) -> None:
    found = increments.collect(tmp_path, GIVEN, 1_000, firsts=2, copies=False)
    assert [one[0] for one in told] == ["ready", "first"] * 2 + ["increment"] * 5
    assert (found.copy_first, found.copy_increment) == (None, None)


@pytest.mark.parametrize("spoilt", ["first", "copy first", "increment", "copy increment"])
def test_texts_other_than_those_of_the_rows_asked_for_stop_it(
    told: list[tuple[str, str, int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str
) -> None:
    honest = processes.child

    def child(name: str, *given: Any, **more: Any) -> dict[str, Any]:
        return honest(name, *given, **more) | ({"sum": "13"} if name == spoilt else {})

    monkeypatch.setattr(processes, "child", child)
    with pytest.raises(Unavailable, match=spoilt) as refused:
        increments.collect(tmp_path, GIVEN, 1_000, firsts=1, copies=True)
    assert refused.value.code == "bench_texts_differ"


def test_the_table_tells_the_part_of_all_for_the_hub_and_for_the_bare_copy() -> None:
    lines = shown([BESIDE, one_size(5_000_000, 9.5, 0.304)]).splitlines()
    assert [line for line in lines if line.startswith(("| hub", "| DuckDB"))] == [
        "| hub: all of 1,000,000 | 1,000,000 | 1,600 | 800 | 300 |  |",
        "| hub: what changed of 1,000,000 | 10,000 | 144 | 72 | 300 | 9.0 |",
        "| DuckDB's bare COPY: all of 1,000,000 | 1,000,000 | 1,400 | 700 | 300 |  |",
        "| DuckDB's bare COPY: what changed of 1,000,000 | 10,000 | 72 | 36 | 300 | 5.1 |",
        "| hub: all of 5,000,000 | 5,000,000 | 9,500 | 4,750 | 300 |  |",
        "| hub: what changed of 5,000,000 | 50,000 | 304 | 152 | 300 | 3.2 |",
    ]
    assert (
        "At 1,000,000 rows DuckDB's bare COPY of what changed took 5.1 % of its bare COPY of all;"
        " the hub's increment took 2.0 times the bare COPY of the same rows."
    ) in lines


@pytest.mark.parametrize(
    ("low", "high", "rows"),
    [
        ((1.6, 0.14), (9.5, 0.35), "2,300,000"),  # over by 0.06 s, then under by 0.125 s
        ((1.6, 0.14), (8.0, 0.40), "5,000,000"),
        ((1.6, 0.08), (9.5, 0.30), None),  # met at both
        ((1.6, 0.14), (5.0, 0.30), None),  # missed at both
        ((1.6, 0.07), (5.0, 0.30), None),  # met, then missed
    ],
)
def test_where_the_goal_is_reached_is_told_only_if_it_is_between_the_sizes(
    low: tuple[float, float], high: tuple[float, float], rows: str | None
) -> None:
    told = shown([one_size(1_000_000, *low), one_size(5_000_000, *high)])
    assert ("is reached at about" in told) == (rows is not None)
    assert rows is None or f"5 % is reached at about {rows} rows, on a straight line" in told


def test_a_claim_is_of_the_seconds_of_one_size() -> None:
    claim = increments.claim(BESIDE)
    assert (claim.ours, claim.peer, claim.goal, claim.met) == (0.144, 1.6, 0.05, False)
