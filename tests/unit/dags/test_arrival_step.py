"""Files that arrive: an event when they are there whole, none for what was taken, none while somebody writes."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from catalog.database import forget_engines
from catalog.errors import ContractBroken
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps.arrival import Arrivals
from dags.steps.department import load
from dags.watchers.arrivals import Arrival
from lake.sources.files import inside
from lake.sources.watching import look
from tests.factories.deliveries import a_contract
from tests.unit.dags.test_lineage_events import hub, receiver

__all__ = ["hub", "receiver"]  # the fixtures: a department with a folder
ROWS = "编号,姓名\n1,张\n"


def deliver(folder: Path, text: str, name: str = "a.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def take(settings: Settings) -> None:
    load(settings, "civil_person", clock=lambda: datetime.now(UTC))


def settled(arrivals: Arrivals, hub: Settings) -> str:
    """What two looks in a row tell, the first of which only sees."""
    return arrivals.look(hub) or arrivals.look(hub)


def test_only_files_newer_than_the_last_collection_are_an_arrival(hub: Settings, tmp_path: Path) -> None:
    folder, arrivals = tmp_path / "in", Arrivals("civil_person")
    assert settled(arrivals, hub) == ""
    deliver(folder, "nobody asked for this", "readme.md")
    assert settled(arrivals, hub) == ""
    deliver(folder, ROWS)
    assert arrivals.look(hub) == ""  # perhaps somebody is still writing
    first = arrivals.look(hub)
    assert (len(first), settled(arrivals, hub)) == (64, "")
    deliver(folder, ROWS + "2,李\n")
    assert settled(arrivals, hub) not in ("", first)
    take(hub)
    assert settled(arrivals, hub) == ""
    assert settled(Arrivals("civil_person"), hub) == ""  # nor after the watcher was started anew


def test_a_file_moved_into_the_folder_is_new_though_it_was_written_long_ago(hub: Settings, tmp_path: Path) -> None:
    deliver(tmp_path / "in", ROWS)
    take(hub)
    old = deliver(tmp_path, ROWS, "b.csv")
    os.utime(old, (1, 1))
    old.rename(tmp_path / "in" / "b.csv")
    assert settled(Arrivals("civil_person"), hub)


def test_a_file_whose_collection_failed_was_not_taken_and_is_told_again(hub: Settings, tmp_path: Path) -> None:
    deliver(tmp_path / "in", ROWS)
    take(hub)
    deliver(tmp_path / "in", "编号\n1\n")  # a column of the contract is gone
    with pytest.raises(ContractBroken):
        take(hub)
    assert settled(Arrivals("civil_person"), hub)  # a watcher started anew goes by the registry alone
    deliver(tmp_path / "in", ROWS + "2,李\n")
    take(hub)
    assert settled(Arrivals("civil_person"), hub) == ""


@pytest.mark.parametrize("kind", ["files", "ndjson"])
def test_every_kind_of_folder_tells_its_files_by_the_pattern_of_their_locator(tmp_path: Path, kind: str) -> None:
    deliver(tmp_path, ROWS, "messages-1.ndjson")
    deliver(tmp_path, ROWS, "other.ndjson")
    system = SystemSpec("civil_files", "civil", kind, str(tmp_path), options={"files": {"topic": "messages-*.ndjson"}})
    seen = look(system, a_contract(locator="topic"))
    assert ([file[:2] for file in seen.files], seen.ours) == ([("messages-1.ndjson", len(ROWS.encode()))], True)


def test_a_kind_of_system_without_files_never_tells_of_an_arrival(tmp_path: Path) -> None:
    deliver(tmp_path, ROWS)
    assert look(SystemSpec("civil_files", "civil", "sqlite", str(tmp_path)), a_contract()).files == frozenset()


def test_a_file_that_is_taken_away_is_no_arrival(hub: Settings, tmp_path: Path) -> None:
    arrivals = Arrivals("civil_person")
    deliver(tmp_path / "in", ROWS)
    second = deliver(tmp_path / "in", ROWS, "b.csv")
    assert settled(arrivals, hub)
    second.unlink()
    assert settled(arrivals, hub) == ""


def test_the_trigger_fires_once_for_files_that_have_settled(
    hub: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in hub.as_environ().items():
        monkeypatch.setenv(name, value)
    folder, trigger = tmp_path / "in", Arrival("civil_person", seconds=0.05)

    async def events(wanted: int) -> list[str]:
        found: list[str] = []
        stream = trigger.run()
        deliver(folder, ROWS)
        async for event in stream:
            found.append(event.payload["mark"])
            if len(found) == wanted:
                break
            deliver(folder, ROWS + f"{len(found) + 1},李\n")
        with pytest.raises(asyncio.TimeoutError):  # unchanged files are told once
            await asyncio.wait_for(anext(stream), 0.5)
        return found

    marks = asyncio.run(events(2))
    assert len(set(marks)) == 2
    assert trigger.serialize() == ("dags.watchers.arrivals.Arrival", {"dataset": "civil_person", "seconds": 0.05})


@pytest.mark.embedded
def test_a_registry_that_is_away_for_a_while_does_not_end_the_watching(
    hub: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in hub.as_environ().items():
        monkeypatch.setenv(name, value)
    deliver(tmp_path / "in", ROWS)
    registry, away = Path(make_url(hub.registry_url).database or ""), tmp_path / "away.db"
    forget_engines()
    registry.rename(away)
    registry.write_text("no database")

    async def first() -> str:
        stream = Arrival("civil_person", seconds=0.05).run()
        told = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.5)
        assert not told.done()
        forget_engines()
        away.rename(registry)
        return str((await asyncio.wait_for(told, 30)).payload["mark"])

    assert len(asyncio.run(first())) == 64


@pytest.mark.parametrize("locator", ["/etc/*", "", "."])
def test_a_pattern_that_leads_nowhere_finds_nothing(tmp_path: Path, locator: str) -> None:
    deliver(tmp_path, ROWS)
    assert inside(tmp_path, locator) == []
