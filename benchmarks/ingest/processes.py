"""Every measure of loading in a process of its own, and what keeps one from counting: rows, reconciling, texts."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.ingest import data
from catalog.errors import Unavailable

PEERS = Path(__file__).resolve().parents[2] / ".venv-peers" / "bin" / "python"
RECONCILED = ("load", "first", "increment", "history")
"""Loads from PostgreSQL, whose sums are taken at the source too; a file has no other source to reconcile it with."""
Found = dict[str, Any]


def child(name: str, home: Path, given: Found, rows: int, *, room: Path | None = None) -> Found:
    """What one measured process told, in a folder that goes with it, or in `room`; checked for rows and reconciling."""
    with TemporaryDirectory(dir=home) as passing:
        done = _process(name, room or Path(passing) / "home", given)
        found: Found = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 and done.stdout else {}
        if "written" in found:
            found["sum"] = data.sum_of_parquet(found["written"])
    sound(name, found, rows)
    return found


def median(found: Sequence[Found]) -> Found:
    """The one with the median seconds; of an even number the faster of the two in the middle."""
    return sorted(found, key=lambda one: one["seconds"])[(len(found) - 1) // 2]


def sound(name: str, found: Found, rows: int) -> None:
    """Raise Unavailable when a measure broke off, has not exactly `rows` rows, or a reconciled one was not."""
    if not found or found.get("rows") != rows:
        raise Unavailable(
            f"入湖测试（{name}，{rows} 行）没有跑完，或行数不对。",
            f"The ingest benchmark ({name}, {rows} rows) did not finish, or its rows are not as many.",
            code="bench_run_failed",
        )
    if name in RECONCILED and not found.get("checked"):
        raise Unavailable(
            f"入湖测试（{name}，{rows} 行）没有与来源对账，不能算数。",
            f"The ingest benchmark ({name}, {rows} rows) was not reconciled with its source, so it does not count.",
            code="bench_not_reconciled",
        )


def same_texts(name: str, found: Found, texts: str) -> None:
    """Raise Unavailable when a measure's sum over all text columns is not that of the texts as they were made."""
    if found.get("sum") != texts:
        raise Unavailable(
            f"读出的文字与原文不一致，不能比较：{name}。",
            f"The texts read are not those that were written, so nothing can be compared: {name}.",
            code="bench_texts_differ",
        )


def _process(name: str, folder: Path, given: Found) -> subprocess.CompletedProcess[str]:
    if name in ("polars", "dlt connectorx", "dlt pyarrow"):
        command = [str(PEERS), str(Path(__file__).with_name("peers.py")), name]
    else:
        command = [sys.executable, "-m", "benchmarks.ingest.run", "load" if name == "file" else name]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("SHUNIU_")}  # noqa: TID251
    return subprocess.run(
        [*command, str(folder)],
        input=json.dumps(given),
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
