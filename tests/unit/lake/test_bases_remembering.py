"""The history of a build that took over most of the last one: told of those it touched, and of nobody twice."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from catalog.database import forget_engines
from catalog.settings import Settings
from catalog.standards import check_digits
from lake import tables
from lake.bases import build, remembering
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, read

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BODIES = [f"3706831990030{at:04d}" for at in range(7000, 7012)]
PEOPLE = [
    {
        "person_no": f"P{at}",
        "resident_id": body + check_digits.mod_11_2(body),
        "name": f"王{at}",
        "birth_date": day(1990, 3, 7),
        "address": "旧址",
    }
    for at, body in enumerate(BODIES)
]


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Settings]:
    given = Settings(home=tmp_path)
    hold(given, "police_person", *PEOPLE, day=1)
    build(given, "population", now=NOW)
    yield given
    forget_engines()


def move(county: Settings, place: int, turn: int) -> None:
    """Deliver one of the people anew, with another address and in another batch; all others stay as they lie."""
    uri = Layout(county.lake_url).standard("police_person")
    held = tables.read(uri, settings=county)
    rows = held.to_pylist()
    batch = f"police_person-202611{turn:02d}t010000-0123abcd"
    rows = [row | {"address": "新址", "_batch": batch} if row["person_no"] == f"P{place}" else row for row in rows]
    tables.write(uri, pa.Table.from_pylist(rows, schema=held.schema), run_id=f"turn {turn}", settings=county)


def moved(county: Settings) -> list[str]:
    """Numbers of those of whom the history says that they moved, one for every time it says so."""
    people = {row["person_id"]: row["resident_id"] for row in read(county, Layout(county.lake_url).base("population"))}
    told = read(county, Layout(county.lake_url).base("population_history"))
    return sorted(people[row["person_id"]] for row in told if row["value"] == "新址")


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("everybody was looked at")


def test_only_those_a_build_touched_are_looked_at(county: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "_compare", refuse)
    move(county, 3, turn=2)
    build(county, "population", now=NOW + timedelta(hours=1))
    assert moved(county) == [PEOPLE[3]["resident_id"]]
    (told,) = (
        row for row in read(county, Layout(county.lake_url).base("population_history")) if row["value"] == "新址"
    )
    assert (told["field"], told["dataset"], told["batch"]) == (
        "address",
        "police_person",
        "police_person-20261102t010000-0123abcd",
    )


def test_what_one_build_left_untold_is_told_by_the_next_though_that_touched_others(
    county: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    move(county, 3, turn=2)
    with monkeypatch.context() as broken:
        broken.setattr("lake.bases.building.remember", lambda *_, **__: None)
        build(county, "population", now=NOW + timedelta(hours=1))
    move(county, 5, turn=3)
    build(county, "population", now=NOW + timedelta(hours=2))
    assert moved(county) == sorted(str(PEOPLE[place]["resident_id"]) for place in (3, 5))


def test_where_too_many_were_touched_to_hold_their_rows_the_history_is_the_same(
    county: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lake.bases.changes.FEW_TOUCHED", 0)
    move(county, 3, turn=2)
    build(county, "population", now=NOW + timedelta(hours=1))
    assert moved(county) == [PEOPLE[3]["resident_id"]]


def turns(county: Settings) -> list[dict[str, object]]:
    """The whole history without when it was known: in four nights one moved, one went, one came, one lost a number."""
    uri = Layout(county.lake_url).standard("police_person")
    whole = tables.read(uri, settings=county)
    nights = [
        lambda row: row | {"address": "新址"} if row["person_no"] == "P3" else row,
        lambda row: None if row["person_no"] == "P5" else row,
        lambda row: row,
        lambda row: row | {"resident_id": None} if row["person_no"] == "P7" else row,
    ]
    for night, told in enumerate(nights):
        rows = [said for row in whole.to_pylist() if (said := told(row)) is not None]
        tables.write(uri, pa.Table.from_pylist(rows, schema=whole.schema), run_id=f"night {night}", settings=county)
        build(county, "population", now=NOW + timedelta(hours=night + 1))
    people = read(county, Layout(county.lake_url).base("population_history"))
    return [{name: value for name, value in row.items() if name != "known_from"} for row in people]


def test_the_history_told_of_those_touched_is_the_one_told_of_everybody(
    county: Settings, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Settings(home=tmp_path_factory.mktemp("other") / "home")
    shutil.copytree(county.home, other.home)  # with its secret, so that ids are the same
    asked: list[bool] = []
    truly = remembering._goes_on
    with monkeypatch.context() as watched:
        watched.setattr(remembering, "_goes_on", lambda *of: asked.append(truly(*of)) or asked[-1])
        of_those_touched = turns(county)
    assert any(asked)
    monkeypatch.setattr(remembering, "_goes_on", lambda *_: False)
    assert of_those_touched == turns(other)
    assert {"新址", None} <= {row["value"] for row in of_those_touched}


def test_where_somebody_committed_before_the_history_was_told_everybody_is_looked_at(
    county: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(settings: Settings, *of: object, **by: object) -> object:
        uri = Layout(settings.lake_url).base("population")
        tables.compact(uri, run_id="upkeep", order_by=("person_id",), settings=settings)
        return remembering.remember(settings, *of, **by)  # type: ignore[arg-type]

    monkeypatch.setattr("lake.bases.building.remember", late)
    monkeypatch.setattr(remembering, "_compare_touched", refuse)
    move(county, 3, turn=2)
    build(county, "population", now=NOW + timedelta(hours=1))
    assert moved(county) == [PEOPLE[3]["resident_id"]]
