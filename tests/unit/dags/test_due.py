"""Whose turn it is: of several schedules in one department each dataset keeps its own."""

from datetime import datetime, timedelta

import pytest

from catalog.actions import runs
from catalog.settings import Settings
from dags.steps.due import due

MONTHLY = "30 2 15 * *"
"""At 2:30 in the county on the 15th; the tests' moment is the 20th, 9:00 there."""
LAST_TIME = timedelta(days=5, hours=6, minutes=30)


def collected(hub: Settings, at: datetime, *, ok: bool = True) -> None:
    runs.record_step(
        hub, stage="collect", dataset="stats_indicator", agency="stats", started=at, seconds=1, cpu_seconds=1, rows=0,
        peak_mib=1, ok=ok,
    )  # fmt: skip


def test_what_was_never_collected_is_due_whatever_its_schedule(registry: Settings, now: datetime) -> None:
    assert due(registry, "stats_indicator", MONTHLY, now)


def test_a_dataset_without_a_schedule_of_its_own_is_always_due(registry: Settings, now: datetime) -> None:
    collected(registry, now)
    assert due(registry, "stats_indicator", "", now)


@pytest.mark.parametrize(("earlier", "turn"), [(timedelta(minutes=-1), False), (timedelta(minutes=1), True)])
def test_a_dataset_is_due_when_its_time_came_since_it_was_last_collected(
    registry: Settings, now: datetime, earlier: timedelta, turn: bool
) -> None:
    collected(registry, now - LAST_TIME - earlier)
    assert due(registry, "stats_indicator", MONTHLY, now) is turn


def test_a_failed_load_leaves_its_dataset_due(registry: Settings, now: datetime) -> None:
    collected(registry, now - LAST_TIME - timedelta(days=1))
    collected(registry, now - timedelta(days=1), ok=False)
    assert due(registry, "stats_indicator", MONTHLY, now)
