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
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import ingest_data
from benchmarks.claims import Claim
from benchmarks.machine import this_machine
from benchmarks.page import number, section, table
from catalog.errors import Unavailable

TITLE = "Loading: 20 columns into the raw zone"
SIZES = (10_000, 100_000, 1_000_000)
TURNS, INCREMENTS, MANY, STEP = 3, 5, 60, 100
PEERS = Path(__file__).resolve().parents[1] / ".venv-peers" / "bin" / "python"
MOST_COPY, MOST_PANDAS, MOST_DLT, MOST_CSV, MOST_MIB = 1.4, 0.2, 1.0, 1.5, 1_024
MOST_INCREMENT, MOST_GROWTH, MOST_HISTORY = 0.05, 12.0, 1.25
DATABASE = ("copy", "pandas", "dlt connectorx", "dlt pyarrow")
FILES = ("arrow_csv", "iconv_duckdb", "polars")
NAMES = {
    "load": "hub: collected, reconciled, committed, registered",
    "copy": "DuckDB: bare COPY of the scan to Parquet",
    "pandas": "pandas: read_sql, to_parquet",
    "file": "hub: GB18030 file collected, kept, committed, registered",
    "arrow_csv": "pyarrow: GB18030 file to Parquet",
    "iconv_duckdb": "iconv and DuckDB: GB18030 file to Parquet",
    "polars": "polars: GB18030 file to Parquet",
}
NOTE = """
The hub's time is from the call to the registered batch: connecting, DuckDB's extension and its signature, one moment of
the database, sums at the source and over the files, Delta commit, registry. The bare COPY does none of this, keeps no
order of rows either, and compresses as DuckDB does by default. An increment is one row in a hundred, found by the index
on its watermark; a first load and its increments share one process, as in a worker. A file counts as read correctly
when every name with a character of four bytes is what it was; readers that get one wrong stop the benchmark. Server and
reader share the two cores; the server has PostgreSQL's own 128 MB for pages, and what the department wrote is on its
disk before the hub reads.
"""
Found = dict[str, Any]


def measure(folder: Path, sizes: Sequence[int]) -> tuple[list[Claim], str]:
    """Load every size; the comparisons are of the largest."""
    asked = sorted(sizes) or list(SIZES)
    most = asked[-1]
    with TemporaryDirectory(dir=folder) as home, ingest_data.a_server(Path(home) / "postgresql") as server:
        place, given = Path(home), _given(server, asked)
        for rows in asked:
            ingest_data.fill(server, rows, _table(rows))
        loads = {rows: _child("load", place, given[rows], rows) for rows in asked[:-1]}
        peers = [name for name in DATABASE if not name.startswith("dlt") or PEERS.exists()]
        database = _by_turns(["load", *peers], place, given[most], most)
        loads[most] = database["load"]
        changes = {"turns": INCREMENTS, "step": STEP, "table": _table(most), "url": server.url}
        increments = _child("increments", place, given[most] | changes, most)
        least = next((rows for rows in asked if rows >= 10_000), asked[0])
        long = given[least] | changes | {"turns": MANY, "table": _table(least)}
        history = _child("increments", place, long, least)
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
    fastest = _fastest(files, "arrow_csv", "iconv_duckdb", "polars")
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
    told = history["increments"]
    early, late = ({"seconds": statistics.median(part)} for part in (told[:10], told[-10:]))
    claims.append(_against(f"increments {len(told) - 9} to {len(told)} against 1 to 10", late, early, MOST_HISTORY))
    return claims


def _against(sentence: str, ours: Mapping[str, Any], peer: Mapping[str, Any], goal: float) -> Claim:
    return Claim("ingest", sentence, "s", round(ours["seconds"], 3), goal, round(peer["seconds"], 3))


def _fastest(found: Mapping[str, Found], *names: str) -> Found | None:
    those = [one for name, one in found.items() if name.startswith(names)]
    return min(those, key=lambda one: one["seconds"], default=None)


def _table(rows: int) -> str:
    return f"{ingest_data.TABLE}_{rows}"


def _given(server: Any, sizes: Sequence[int]) -> dict[int, Found]:
    system = asdict(ingest_data.system(server))
    return {rows: {"system": system, "url": server.url, "contract": {"locator": _table(rows)}} for rows in sizes}


def _files(home: Path, rows: int) -> dict[str, Found]:
    file = ingest_data.write_csv(home / "in", rows)
    system = {"code": "police_files", "agency": "police", "kind": "files", "location": str(file.parent)}
    options = {"encoding": "gb18030"}
    given = {"system": system, "file": str(file), "contract": {"locator": file.name, "options": options}}
    names = [name for name in FILES if name != "polars" or PEERS.exists()]
    found = _by_turns(["file", *names], home, given, rows)
    wrong = sorted(name for name, one in found.items() if one["sum"] != found["file"]["sum"])
    if wrong:
        raise Unavailable(
            f"读出的文字不一致，不能比较：{'、'.join(wrong)}。",
            f"The texts read differ, so nothing can be compared: {', '.join(wrong)}.",
            code="bench_texts_differ",
        )
    return found


def _by_turns(names: Sequence[str], home: Path, given: Found, rows: int) -> dict[str, Found]:
    """Each measure in turn, and all again; of each the one with the median seconds."""
    turns: dict[str, list[Found]] = {name: [] for name in names}
    for _ in range(TURNS):
        for name in names:
            turns[name].append(_child(name, home, given, rows))
    return {name: sorted(found, key=lambda one: one["seconds"])[len(found) // 2] for name, found in turns.items()}


def _child(name: str, home: Path, given: Found, rows: int) -> Found:
    """What one measured process told; raises Unavailable when it broke off or lost rows."""
    if name in ("polars", "dlt connectorx", "dlt pyarrow"):
        command = [str(PEERS), str(Path(__file__).with_name("ingest_peers.py")), name]
    else:
        command = [sys.executable, "-m", "benchmarks.ingest_run", "load" if name == "file" else name]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("SHUNIU_")}  # noqa: TID251
    with TemporaryDirectory(dir=home) as room:
        done = subprocess.run(
            [*command, str(Path(room) / "home")],
            input=json.dumps(given),
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    found: Found = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 and done.stdout else {}
    if not found or found.get("rows", rows) < rows:
        raise Unavailable(
            f"入湖测试（{name}，{rows} 行）没有跑完，或行数不对。",
            f"The ingest benchmark ({name}, {rows} rows) did not finish, or rows were lost.",
            code="bench_run_failed",
        )
    return found


def _shown(
    loads: Mapping[int, Found], database: Mapping[str, Found], files: Mapping[str, Found], increments: Found
) -> str:
    most = max(loads)
    lines = [(NAMES.get(name, name), one) for name, one in {**database, **files}.items()]
    lines += [(f"hub: {number(rows)} rows from PostgreSQL", one) for rows, one in loads.items() if rows != most]
    lines.append(("hub: first load, watermark kept", increments))
    rows = [
        (name, number(round(one["seconds"], 2)), number(round(one["cpu_seconds"], 2)), number(one["peak_mib"]))
        for name, one in lines
    ]
    missing = [] if PEERS.exists() else ["dlt and polars were not there to be measured."]
    return "\n\n".join([table((f"measure, {number(most)} rows", "seconds", "processor s", "peak MiB"), rows), *missing])
