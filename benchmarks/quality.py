"""Quality: 25 rules on 1 M rows × 20 items through the real path, beside one query by hand and GX on pandas.

Every measure is a process of its own, so that peaks are its own. Sizes asked for are judged as well, to see the growth:
`python -m benchmarks --only quality --rows 1_000_000,10_000_000`. Sizes other than a million decide nothing.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.claims import Claim, Outcome
from benchmarks.origin import this_run
from benchmarks.page import number, section, table
from catalog.errors import Unavailable

TITLE = "Quality: 25 rules on 20 items"
ROWS = 1_000_000
MOST_COUNTS, MOST_WRITTEN, MOST_PANDAS, MOST_MIB, MOST_GROWTH = 1.5, 1.5, 0.2, 1_024, 1.2
NOTE = """
One contract of 20 items gives the 25 rules; `judge` takes a staged batch to its verdict: Great Expectations checkpoint
with all rules in one DuckDB scan, a bit per rule and row, findings, quarantine, and the standard table, sorted and
committed. The query by hand gives the same 50 numbers and nothing else; counts that differ stop the benchmark. Hub and
query take turns in one process, the least of three counts. GX on pandas includes reading the file and working out what
no expectation can say (vectorised). Importing Great Expectations (seconds, once per worker) is in nobody's time. Memory
is the highest of the whole process.
"""


def measure(folder: Path, sizes: Sequence[int]) -> Outcome:
    """Judge every size (none asked for: a million rows); the comparison is of the smallest of them."""
    origin, asked = this_run(), sorted(sizes) or [ROWS]
    with TemporaryDirectory(dir=folder) as home:
        judged = {rows: _child("judge", Path(home) / str(rows), rows) for rows in asked}
        least = asked[0]
        compared = _child("compare", Path(home) / str(least), least)
        peer = _child("pandas", Path(home) / str(least), least)
    _same(judged[least]["counts"], peer["counts"], compared["same"])
    claims = decide(judged, compared, peer)
    return Outcome(claims, section(TITLE, [origin], claims, _table(judged, compared, peer), NOTE.strip()), [origin])


def decide(judged: Mapping[int, Any], compared: Mapping[str, float], peer: Mapping[str, float]) -> list[Claim]:
    """The claims that these measures decide: ratios at a million rows, memory of all sizes, growth where there are two.

    Of fewer rows a ratio would tell what starting a checkpoint costs, not what rules do.
    """
    least, most = min(judged), max(judged)
    size = f"{number(least)} rows"
    ratios = [
        _claim(f"{size}: counts of 25 rules against one query by hand", compared["ours"], MOST_COUNTS, compared),
        _claim(f"{size}: findings and quarantine against that query", compared["written"], MOST_WRITTEN, compared),
        Claim(
            "quality",
            f"{size}: counts, findings and quarantine against GX on pandas",
            "seconds",
            round(compared["ours"] + compared["written"], 3),
            MOST_PANDAS,
            round(peer["seconds"], 3),
        ),
    ]
    claims = ratios if least == ROWS else []
    claims += [
        Claim("quality", f"{number(rows)} rows: peak memory of judging", "MiB", round(found["peak_mib"]), MOST_MIB)
        for rows, found in judged.items()
    ]
    if most > least:
        one, other = (judged[rows]["cpu_seconds"] / rows * 1e6 for rows in (most, least))
        claims.append(
            Claim(
                "quality",
                f"processor seconds per million rows at {number(most)} rows",
                "seconds",
                round(one, 3),
                MOST_GROWTH,
                round(other, 3),
            )
        )
    return claims


def _claim(sentence: str, seconds: float, goal: float, compared: Mapping[str, float]) -> Claim:
    return Claim("quality", sentence, "seconds", round(seconds, 3), goal, round(compared["hand"], 3))


def _table(judged: Mapping[int, Any], compared: Mapping[str, float], peer: Mapping[str, float]) -> str:
    rows = [
        ("one query by hand", compared["hand"], None),
        ("hub: suite, checkpoint, counts, a bit per row and rule", compared["ours"], None),
        ("hub: findings and quarantine", compared["written"], compared.get("peak_mib")),
        ("GX on pandas: reading", peer["load_seconds"], None),
        ("GX on pandas: all", peer["seconds"], peer["peak_mib"]),
        *(
            (f"judge, {number(size)} rows: all of it, standard table too", found["seconds"], found["peak_mib"])
            for size, found in judged.items()
        ),
    ]
    return table(("measure", "seconds", "peak MiB"), [(name, number(s), number(m)) for name, s, m in _rounded(rows)])


def _rounded(rows: Iterable[tuple[str, float, float | None]]) -> Iterable[tuple[str, float, float | None]]:
    for name, seconds, peak in rows:
        yield name, round(seconds, 2), peak and round(peak)


def _same(ours: Mapping[str, Sequence[int]], pandas: Mapping[str, Sequence[int]], as_by_hand: bool) -> None:
    differing = sorted(rule for rule in ours if list(ours[rule]) != list(pandas.get(rule, ())))
    if differing or not as_by_hand:
        told = ", ".join(differing) or "by hand"
        raise Unavailable(
            f"各方计数不一致，不能比较：{told}。",
            f"The counts differ, so nothing can be compared: {told}.",
            code="bench_counts_differ",
        )


def _child(mode: str, home: Path, rows: int) -> dict[str, Any]:
    """What one measured process told; raises Unavailable when it broke off."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SHUNIU_")}  # noqa: TID251
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.quality_run", mode, str(home), str(rows)],
        env=environ | {"GX_ANALYTICS_ENABLED": "false"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(
            f"质量测试（{mode}，{rows} 行）没有跑完。",
            f"The quality benchmark ({mode}, {rows} rows) did not finish.",
            code="bench_run_failed",
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
