"""One measured process of the quality benchmark: `python -m benchmarks.quality_run MODE FOLDER ROWS`, JSON on stdout.

`judge` runs the real path once, from the contract to verdict, quarantine, findings and standard table; `compare` runs
hub and hand-written query by turns; `pandas` runs GX by itself. Great Expectations is imported before any clock starts.
"""

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.quality_data import CONTRACT, DATASET, stage
from benchmarks.quality_hand import Counts, by_hand
from catalog.settings import Settings
from lake.layout import Layout

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TURNS = 3


def judge(settings: Settings, batch_id: str) -> dict[str, Any]:
    """The whole of quality.run.judge in a registry and zones of its own."""
    from catalog.database import migrate
    from quality.checkpoint.engine import load
    from quality.run import judge as judge_batch

    load()
    migrate(settings)
    began, worked = time.perf_counter(), time.process_time()
    verdict = judge_batch(settings, CONTRACT, batch_id, now=NOW)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    counts = {each.rule_id: (each.a, each.b) for each in verdict.results}
    return {"seconds": seconds, "cpu_seconds": cpu, "counts": counts, "quarantined": verdict.quarantined}


def compare(settings: Settings, batch_id: str) -> dict[str, Any]:
    """The least seconds of some turns of: the hub's counts, what it writes of bad rows, the query written by hand."""
    from lake.engines.duckdb import connect, literal
    from quality.checkpoint.engine import checkpoint, load
    from quality.checkpoint.suites import suite_for
    from quality.marking import judged
    from quality.marking.scan import Scan
    from quality.rules.derivation import rules_for

    load()
    path = Layout(settings.lake_url).staging(DATASET, batch_id)
    ours: list[float] = []
    written: list[float] = []
    hand: list[float] = []
    for turn in range(TURNS):
        with connect(settings, keep_order=False) as connection:
            judged.view_batch(connection, settings, CONTRACT, batch_id)
            began = time.perf_counter()
            rules = rules_for(CONTRACT, hub_id=settings.hub_id)
            scan = Scan(connection, rules, CONTRACT.keys, NOW)
            checkpoint(scan, suite_for(DATASET, rules))
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            _write(settings, scan, turn)
            written.append(time.perf_counter() - began)
        with connect(settings, keep_order=False) as connection:
            began = time.perf_counter()
            expected = by_hand(connection, f"read_parquet({literal(path)})")
            hand.append(time.perf_counter() - began)
    return {"ours": min(ours), "written": min(written), "hand": min(hand), "same": expected == scan.counts}


def pandas(settings: Settings, batch_id: str) -> dict[str, Any]:
    """GX on pandas, loading included."""
    import great_expectations  # noqa: F401  # its import is no part of the measure, here or there

    from benchmarks.quality_pandas import judge as judge_frame
    from benchmarks.quality_pandas import load

    began = time.perf_counter()
    frame = load(Layout(settings.lake_url).staging(DATASET, batch_id))
    loaded = time.perf_counter() - began
    counts: Counts = judge_frame(frame)
    return {"seconds": time.perf_counter() - began, "load_seconds": loaded, "counts": counts}


def _write(settings: Settings, scan: Any, turn: int) -> None:
    """Quarantine and findings, into tables of this turn alone."""
    from lake import tables
    from quality.marking import rowmask

    names = [item.name for item in CONTRACT.items]
    for kind, rows in (
        ("quarantine", rowmask.quarantine(scan, names, NOW)),
        ("findings", rowmask.findings(scan, DATASET, NOW)),
    ):
        if rows is not None:
            uri = f"{settings.lake_url}/turns/{kind}_{turn}"
            shutil.rmtree(uri, ignore_errors=True)
            tables.write(uri, rows, mode="append", run_id="bench", settings=settings)


MODES: dict[str, Callable[[Settings, str], dict[str, Any]]] = {"judge": judge, "compare": compare, "pandas": pandas}


def main(mode: str, folder: Path, rows: int) -> dict[str, Any]:
    """Run one mode; what it found, with the peak memory of this process in MiB."""
    settings = Settings(home=folder)
    found = MODES[mode](settings, stage(settings, rows))
    return found | {"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
