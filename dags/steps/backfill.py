"""Days loaded again: which days a run of a department's DAG is asked for, and loading them one after the other.

Two ways to ask: `shuniu run backfill` (a run with `conf`: dataset, from, to), and Airflow's own `airflow backfill
create` (a run of type backfill for each time the schedule names: the day of that time).
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from catalog import days
from catalog.contracts import load_contract
from catalog.settings import Settings
from catalog.working_days import COUNTY_TIME
from dags.steps.department import load

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Days:
    """From one day to another, both included. of: the one dataset asked for, empty: every dataset that has days."""

    first: date
    last: date
    of: str = ""


def asked(run_type: str, logical_date: datetime | None, conf: Mapping[str, Any] | None) -> Days | None:
    """The days a run is asked for; None for an ordinary run. Raises InvalidInput for days that make no sense."""
    if conf and "from" in conf:
        first, last = days.between(str(conf["from"]), str(conf.get("to", conf["from"])))
        return Days(first, last, str(conf.get("dataset", "")))
    if run_type.rpartition(".")[2].lower() == "backfill" and logical_date is not None:
        day = logical_date.astimezone(COUNTY_TIME).date()
        return Days(day, day)
    return None


def has_days(settings: Settings, dataset: str) -> bool:
    """Whether a dataset comes by a watermark, so that `airflow backfill create` means it; snapshots are passed over."""
    return days.has_days(load_contract(settings.contracts_dir / f"{dataset}.odcs.yaml"))


def load_days(settings: Settings, dataset: str, asked_for: Days, *, clock: Callable[[], datetime]) -> list[str]:
    """Load each day again, one batch a day; ids of those that brought something. Raises as department.load does."""
    made = []
    for number in range((asked_for.last - asked_for.first).days + 1):
        batch = load(settings, dataset, clock=clock, day=asked_for.first + timedelta(days=number))
        made += [batch] if batch else []
    log.info("loaded again %s: %s batches", dataset, len(made))
    return made
