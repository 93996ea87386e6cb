"""One measure of the base databases in a process of its own: `python -m benchmarks.bases_run MODE HOME RESIDENTS`.

fill: deliver the city; change: deliver 1 % anew; build: build on; afresh: build everything anew. Prints one JSON line.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks import bases_data
from catalog.settings import Settings
from lake import tables
from lake.bases import base, build
from lake.layout import Layout

DAY = datetime(2026, 11, 3, tzinfo=UTC)
SEED = 11
MOMENTS = ("known_from", "at")
"""Columns that tell when something was done, and not what."""
BESIDE = ("history", "redirects", "review")
"""Tables beside a base with ids that have to say the same however it was built."""
NOT_COMPARED = {
    "sources": "counts of the deliveries, which are the same files for both builds",
    "model": "taken over by both builds, not made by them",
    "weighed": "a memory, added to or written anew: it tells what need not be done again, nothing of anybody",
    "prepared": "a memory, likewise",
    "register": "a memory of addresses, likewise",
    "fused": "a memory: fingerprints of rows, whose fused entities are compared themselves",
}
"""Tables beside a base that are left out, and why."""


def fill(settings: Settings, residents: int) -> dict[str, Any]:
    """Rows delivered per table."""
    return {"rows": bases_data.fill(settings, residents, SEED)}


def change(settings: Settings, residents: int) -> dict[str, Any]:
    """Rows touched per table."""
    return {"rows": bases_data.change(settings)}


def build_on(settings: Settings, residents: int) -> dict[str, Any]:
    """Build every measured base on its last build, if there is one."""
    return {"steps": [_step(settings, name, afresh=False) for name in bases_data.BASES]}


def afresh(settings: Settings, residents: int) -> dict[str, Any]:
    """Build every measured base, taking nothing over but ids and model."""
    return {"steps": [_step(settings, name, afresh=True) for name in bases_data.BASES]}


def different(one: Settings, other: Settings) -> list[str]:
    """Names of the tables that do not say the same in both, row by row and in order, whenever they were built."""
    return [table for table in compared() if not _said(one, table).equals(_said(other, table))]


def compared() -> list[str]:
    """Every table the measured builds write, but for those of NOT_COMPARED."""
    found: list[str] = []
    for name in bases_data.BASES:
        found += base(name).tables
        found += [f"{name}_{part}" for part in BESIDE] if base(name).identity else []
    return found


def _said(settings: Settings, table: str) -> pa.Table:
    rows = tables.read(Layout(settings.lake_url).base(table), settings=settings)
    return rows.drop_columns([name for name in MOMENTS if name in rows.column_names])


def _step(settings: Settings, name: str, *, afresh: bool) -> dict[str, Any]:
    again = tables.version(Layout(settings.lake_url).base(name), settings=settings) is not None
    # Builds of one day, one after the other: the moments differ, and what holds since "today" does not.
    now = DAY + timedelta(hours=again + afresh)
    wall, burnt = time.perf_counter(), time.process_time()
    made = build(settings, name, now=now, afresh=afresh)
    return {
        "name": name,
        "rows": made.rows,
        "seconds": round(time.perf_counter() - wall, 2),
        "cpu_seconds": round(time.process_time() - burnt, 2),
    }


MODES: dict[str, Callable[[Settings, int], dict[str, Any]]] = {
    "fill": fill,
    "change": change,
    "build": build_on,
    "afresh": afresh,
}


def main(mode: str, home: Path, residents: int) -> dict[str, Any]:
    """Run one mode; what it found, with the peak memory of this process in MiB."""
    found = MODES[mode](Settings(home=home), residents)
    return found | {"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
