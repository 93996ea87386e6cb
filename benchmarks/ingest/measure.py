"""Loading: PostgreSQL and a GB18030 file into the raw zone, beside a bare COPY, pandas, dlt, and readers of CSV.

`python -m benchmarks --only ingest [--rows 10_000,100_000,1_000_000]`. The comparisons are made at the largest size,
every measure in a process of its own, peers by turns with the hub, the median of three. dlt and polars are run by the
interpreter of .venv-peers (`make peers`); where there is none, nothing is claimed about them.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.claims import Claim
from benchmarks.ingest import data
from benchmarks.machine import this_machine
from benchmarks.page import number, section, table
from catalog.errors import Unavailable

TITLE = "Loading: 20 columns into the raw zone"
SIZES = (10_000, 100_000, 1_000_000)
TURNS, INCREMENTS, MANY, STEP = 3, 5, 300, 100
PEERS = Path(__file__).resolve().parents[2] / ".venv-peers" / "bin" / "python"
MOST_COPY, MOST_PANDAS, MOST_DLT, MOST_CSV, MOST_MIB = 1.4, 0.2, 1.0, 1.5, 1_024
MOST_INCREMENT, MOST_GROWTH, MOST_PER_ROW, MOST_HISTORY = 0.05, 12.0, 1.2, 1.25
DATABASE = ("copy", "pandas", "dlt connectorx", "dlt pyarrow")
FILES = ("arrow_csv", "arrow_read_csv", "iconv_duckdb", "polars")
RECONCILED = ("load", "first", "increment", "history")
"""Loads from PostgreSQL, whose sums are taken at the source too; a file has no other source to reconcile it with."""
NAMES = {
    "load": "hub: collected, reconciled, committed, registered",
    "copy": "DuckDB: bare COPY of the scan to Parquet",
    "pandas": "pandas: read_sql, to_parquet",
    "file": "hub: GB18030 file collected, kept, committed, registered",
    "arrow_csv": "pyarrow open_csv: GB18030 file to Parquet, batch by batch",
    "arrow_read_csv": "pyarrow read_csv: GB18030 file to Parquet",
    "iconv_duckdb": "iconv and DuckDB: GB18030 file to Parquet",
    "polars": "polars: GB18030 file to Parquet",
}
NOTE = """
The hub's time is from the call to the registered batch: connecting, DuckDB's extension and its signature, one moment of
the database, sums at the source and over the files, Delta commit, registry. The bare COPY pays for connecting and for
the same extension as well, and for nothing else of this; it keeps no order of rows and compresses as DuckDB does by
default.
An increment is one row in a hundred, found by the index on its watermark. Every first load of the same dataset and
every increment had a process of its own, of the same kind: its engines imported before the clock starts, as Airflow's
worker forks a process that has imported them, and the scanner's signature accepted once by this hub before; nothing
else warm. The median increment stands against the median first load. Only the increments that grow the history share
one process: there the late are compared with the early.
A row added costs what the processor time of two sizes differs by, over the rows they differ by. Whoever lost or doubled
a row, or left one text of the text columns other than it was made, in UTF-8, before server and encoding, stops the
benchmark; so does a batch from PostgreSQL whose sums were not reconciled. Server and reader share the two cores; the
server has PostgreSQL's own 128 MB for pages, and what the department wrote is on its disk before the hub reads.
"""
Found = dict[str, Any]


def measure(folder: Path, sizes: Sequence[int]) -> tuple[list[Claim], str]:
    """Load every size; the comparisons are of the largest."""
    asked = sorted(sizes) or list(SIZES)
    most = asked[-1]
    with TemporaryDirectory(dir=folder) as home, data.a_server(Path(home) / "postgresql") as server:
        place, given = Path(home), _given(server, asked)
        for rows in asked:
            data.fill(server, rows, _table(rows))
        loads = {rows: _by_turns(["load"], place, given[rows], rows)["load"] for rows in asked[:-1]}
        peers = [name for name in DATABASE if not name.startswith("dlt") or PEERS.exists()]
        database = _by_turns(["load", *peers], place, given[most], most)
        loads[most] = database["load"]
        increments = _increments(place, given[most], most)
        least = next((rows for rows in asked if rows >= 10_000), asked[0])
        history = _child("history", place, given[least] | {"turns": MANY, "step": STEP}, least)
        files = _files(place, most)
    claims = decide(loads, database, increments, history, files)
    return claims, section(TITLE, this_machine(), claims, _shown(loads, database, files, increments), NOTE.strip())


def decide(
    loads: Mapping[int, Found],
    database: Mapping[str, Found],
    increments: Found,
    history: Found,
    files: Mapping[str, Found],
) -> list[Claim]:
    """The claims these measures decide; one without its peer is not made."""
    most = max(loads)
    size, ours = f"{number(most)} rows", database["load"]
    claims = [
        _against(f"{size} × 20 from PostgreSQL against {what}", ours, peer, goal)
        for what, peer, goal in (
            ("DuckDB's bare COPY", database.get("copy"), MOST_COPY),
            ("pandas read_sql → Parquet", database.get("pandas"), MOST_PANDAS),
            ("dlt's fastest back end", _fastest(database, "dlt"), MOST_DLT),
        )
        if peer
    ]
    claims.append(Claim("ingest", f"{size} × 20 from PostgreSQL: peak memory", "MiB", ours["peak_mib"], MOST_MIB))
    fastest = _fastest(files, *FILES)
    if fastest:
        claims.append(_against(f"{size} of GB18030 against the fastest reader", files["file"], fastest, MOST_CSV))
        claims.append(Claim("ingest", f"{size} of GB18030: peak memory", "MiB", files["file"]["peak_mib"], MOST_MIB))
    one = {"seconds": statistics.median(increments["increments"])}
    claims.append(_against(f"an increment of 1 % of {size} against the full load", one, increments, MOST_INCREMENT))
    smaller = [rows for rows in loads if rows * 10 == most]
    if smaller:
        growth = f"{size} against {number(smaller[0])}, processor time"
        of = {rows: {"seconds": loads[rows]["cpu_seconds"]} for rows in (most, smaller[0])}
        claims.append(_against(growth, of[most], of[smaller[0]], MOST_GROWTH))
    claims += _per_row_added(loads)
    told = history["increments"]
    early, late = ({"seconds": statistics.median(part)} for part in (told[:10], told[-10:]))
    claims.append(_against(f"increments {len(told) - 9} to {len(told)} against 1 to 10", late, early, MOST_HISTORY))
    return claims


def _per_row_added(loads: Mapping[int, Found]) -> list[Claim]:
    """What a row more costs between the two largest sizes, against between the two before; with three sizes only.

    What every load pays once, however small, falls out of it, so it cannot hide a growth faster than the rows.
    """
    sizes = sorted(loads)[-3:]
    if len(sizes) < 3:
        return []
    early, late = (_microseconds(loads[low], loads[high], high - low) for low, high in pairwise(sizes))
    least, middle, most = map(number, sizes)
    sentence = f"a row added, {middle} → {most} against {least} → {middle}, processor time"
    return [Claim("ingest", sentence, "µs", round(late, 3), MOST_PER_ROW, round(early, 3))]


def _microseconds(low: Found, high: Found, rows: int) -> float:
    """Per row added; never under a nanosecond, so that noise between tiny sizes cannot turn a ratio round."""
    return max(float(high["cpu_seconds"] - low["cpu_seconds"]) / rows * 1e6, 0.001)


def _against(sentence: str, ours: Mapping[str, Any], peer: Mapping[str, Any], goal: float) -> Claim:
    return Claim("ingest", sentence, "s", round(ours["seconds"], 3), goal, round(peer["seconds"], 3))


def _fastest(found: Mapping[str, Found], *names: str) -> Found | None:
    those = [one for name, one in found.items() if name.startswith(names)]
    return min(those, key=lambda one: one["seconds"], default=None)


def _table(rows: int) -> str:
    return f"{data.TABLE}_{rows}"


def _given(server: Any, sizes: Sequence[int]) -> dict[int, Found]:
    system = asdict(data.system(server))
    return {rows: {"system": system, "url": server.url, "contract": {"locator": _table(rows)}} for rows in sizes}


def _increments(home: Path, given: Found, rows: int) -> Found:
    """The median first load, a process each, and `increments`: seconds of one after another into the last one's hub."""
    firsts, table = [], given["contract"]["locator"]
    for turn in range(TURNS):
        room = home / f"increments-{turn}"
        firsts.append(_child("first", home, given, rows, room=room))
    seconds = []
    for _ in range(INCREMENTS):
        changed = data.update(given["url"], table, step=STEP)
        seconds.append(_child("increment", home, given, changed, room=room)["seconds"])
    return _median(firsts) | {"increments": seconds}


def _files(home: Path, rows: int) -> dict[str, Found]:
    file = data.write_csv(home / "in", rows)
    system = {"code": "police_files", "agency": "police", "kind": "files", "location": str(file.parent)}
    options = {"encoding": "gb18030"}
    given = {"system": system, "file": str(file), "contract": {"locator": file.name, "options": options}}
    names = [name for name in FILES if name != "polars" or PEERS.exists()]
    return _by_turns(["file", *names], home, given, rows)


def _by_turns(names: Sequence[str], home: Path, given: Found, rows: int) -> dict[str, Found]:
    """Each measure in turn, and all again; of each the one with the median seconds.

    Raises Unavailable when one of them did not leave the texts of the rows as they were made.
    """
    texts = data.sum_at_source(rows)
    turns: dict[str, list[Found]] = {name: [] for name in names}
    for _ in range(TURNS):
        for name in names:
            turns[name].append(_child(name, home, given, rows))
            same_texts(name, turns[name][-1], texts)
    return {name: _median(found) for name, found in turns.items()}


def _median(found: Sequence[Found]) -> Found:
    return sorted(found, key=lambda one: one["seconds"])[len(found) // 2]


def _child(name: str, home: Path, given: Found, rows: int, *, room: Path | None = None) -> Found:
    """What one measured process told, in a folder that goes with it, or in `room`; checked for rows and reconciling."""
    with TemporaryDirectory(dir=home) as passing:
        done = _process(name, room or Path(passing) / "home", given)
        found: Found = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 and done.stdout else {}
        if "written" in found:
            found["sum"] = data.sum_of_parquet(found["written"])
    sound(name, found, rows)
    return found


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


def _shown(
    loads: Mapping[int, Found], database: Mapping[str, Found], files: Mapping[str, Found], increments: Found
) -> str:
    most = max(loads)
    lines = [(NAMES.get(name, name), one) for name, one in {**database, **files}.items()]
    lines += [(f"hub: {number(rows)} rows from PostgreSQL", one) for rows, one in loads.items() if rows != most]
    lines.append(("hub: first load of a dataset with a watermark", increments))
    rows = [
        (name, number(round(one["seconds"], 2)), number(round(one["cpu_seconds"], 2)), number(one["peak_mib"]))
        for name, one in lines
    ]
    missing = [] if PEERS.exists() else ["dlt and polars were not there to be measured."]
    return "\n\n".join([table((f"measure, {number(most)} rows", "seconds", "processor s", "peak MiB"), rows), *missing])
