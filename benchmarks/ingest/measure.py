"""Loading: PostgreSQL and a GB18030 file into the raw zone, beside a bare COPY, pandas, dlt, and readers of CSV.

`python -m benchmarks --only ingest [--rows 10_000,100_000,1_000_000]`. The comparisons are made at the largest size,
every measure in a process of its own, peers by turns with the hub, the median of three; increments at five times the
largest size as well. dlt and polars are run by the interpreter of .venv-peers (`make peers`); where there is none,
nothing is claimed about them.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.claims import Claim, Outcome
from benchmarks.ingest import data, increments, processes
from benchmarks.ingest.increments import STEP, Increments
from benchmarks.ingest.processes import Found
from benchmarks.origin import this_run
from benchmarks.page import number, section, table

TITLE = "Loading: 20 columns into the raw zone"
SIZES = (10_000, 100_000, 1_000_000)
TURNS, MANY = 3, 300
LARGER, TURNS_LARGER = 5, 2
"""Increments are measured at so many times the largest size too, where what each of them costs once weighs less."""
MOST_COPY, MOST_PANDAS, MOST_DLT, MOST_CSV, MOST_MIB = 1.4, 0.2, 1.0, 1.5, 1_024
MOST_GROWTH, MOST_PER_ROW, MOST_HISTORY = 12.0, 1.2, 1.25
DATABASE = ("copy", "pandas", "dlt connectorx", "dlt pyarrow")
FILES = ("arrow_csv", "arrow_read_csv", "iconv_duckdb", "polars")
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
An increment is one row in a hundred, other rows in every turn, found by the index on its watermark. Every first load of
the same dataset and every increment had a process of its own, of the same kind: its engines imported before the clock
starts, as Airflow's worker forks a process that has imported them, and the scanner's signature accepted by this hub in
another process before; nothing else warm. The median increment stands against the median first load. Only the
increments that grow the history share one process: there the late are compared with the early.
Beside each of these loads DuckDB's bare COPY read the same rows, in a process of the same kind, after the hub: it
found the pages read, the hub did not. Of what changed it shows the least such a reading costs: connecting, opening
the extension and asking the server take their time however few the rows, and nothing is written but one file. The hub
has the same cost, and that of one moment of the database, of sums on both sides, of one commit and of the registry.
Most of that is the same for ten rows as for ten thousand: of a small table's first load it is a large part, of a
large one's a small part. So the goal is asked twice, at the largest size and at five times as many rows; there of the
hub alone.
A row added costs what the processor time of two sizes differs by, over the rows they differ by. Whoever lost or doubled
a row, or left one text of the text columns other than it was made, in UTF-8, before server and encoding, stops the
benchmark; so does a batch from PostgreSQL whose sums were not reconciled. Server and reader share the two cores; the
server has PostgreSQL's own 128 MB for pages, and what the department wrote is on its disk before the hub reads.
"""


def measure(folder: Path, sizes: Sequence[int]) -> Outcome:
    """Load every size; the comparisons are of the largest."""
    origin, asked = this_run(), sorted(sizes) or list(SIZES)
    most = asked[-1]
    with TemporaryDirectory(dir=folder) as home, data.a_server(Path(home) / "postgresql") as server:
        larger = most * LARGER
        place, given = Path(home), _given(server, [*asked, larger])
        for rows in asked:
            data.fill(server, rows, _table(rows))
        loads = {rows: _by_turns(["load"], place, given[rows], rows)["load"] for rows in asked[:-1]}
        peers = [name for name in DATABASE if not name.startswith("dlt") or processes.PEERS.exists()]
        database = _by_turns(["load", *peers], place, given[most], most)
        loads[most] = database["load"]
        changes = [increments.collect(place, given[most], most, firsts=TURNS, copies=True)]
        least = next((rows for rows in asked if rows >= 10_000), asked[0])
        history = processes.child("history", place, given[least] | {"turns": MANY, "step": STEP}, least)
        files = _files(place, most)
        data.fill(server, larger, _table(larger))  # last: no other measure has it in the server's memory
        changes.append(increments.collect(place, given[larger], larger, firsts=TURNS_LARGER, copies=False))
    claims = decide(loads, database, changes, history, files)
    tables = _shown(loads, database, files), increments.shown(changes)
    return Outcome(claims, section(TITLE, [origin], claims, *tables, NOTE.strip()), [origin])


def decide(
    loads: Mapping[int, Found],
    database: Mapping[str, Found],
    changes: Sequence[Increments],
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
    claims += map(increments.claim, changes)
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


def _files(home: Path, rows: int) -> dict[str, Found]:
    file = data.write_csv(home / "in", rows)
    system = {"code": "police_files", "agency": "police", "kind": "files", "location": str(file.parent)}
    options = {"encoding": "gb18030"}
    given = {"system": system, "file": str(file), "contract": {"locator": file.name, "options": options}}
    names = [name for name in FILES if name != "polars" or processes.PEERS.exists()]
    return _by_turns(["file", *names], home, given, rows)


def _by_turns(names: Sequence[str], home: Path, given: Found, rows: int) -> dict[str, Found]:
    """Each measure in turn, and all again; of each the one with the median seconds.

    Raises Unavailable when one of them did not leave the texts of the rows as they were made.
    """
    texts = data.sum_at_source(rows)
    turns: dict[str, list[Found]] = {name: [] for name in names}
    for _ in range(TURNS):
        for name in names:
            turns[name].append(processes.child(name, home, given, rows))
            processes.same_texts(name, turns[name][-1], texts)
    return {name: processes.median(found) for name, found in turns.items()}


def _shown(loads: Mapping[int, Found], database: Mapping[str, Found], files: Mapping[str, Found]) -> str:
    most = max(loads)
    lines = [(NAMES.get(name, name), one) for name, one in {**database, **files}.items()]
    lines += [(f"hub: {number(rows)} rows from PostgreSQL", one) for rows, one in loads.items() if rows != most]
    rows = [
        (name, number(round(one["seconds"], 2)), number(round(one["cpu_seconds"], 2)), number(one["peak_mib"]))
        for name, one in lines
    ]
    missing = [] if processes.PEERS.exists() else ["dlt and polars were not there to be measured."]
    return "\n\n".join([table((f"measure, {number(most)} rows", "seconds", "processor s", "peak MiB"), rows), *missing])
