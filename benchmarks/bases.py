"""What the base databases cost: a full build, and a build on it after 1 % of the rows changed.

`python -m benchmarks --only bases [--residents 10_000,100_000,1_000_000]`: a full build, 1 %
changed, a build on, and beside it a build afresh of the same inputs, whose tables must be the same, row by row.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.bases_run import compared, different
from benchmarks.claims import Claim, Outcome
from benchmarks.origin import this_run
from benchmarks.page import number, section, table
from catalog.errors import Unavailable
from catalog.settings import Settings

TITLE = "Base databases: full build and a change of 1 %"
QUICK = (2_000,)
LARGE = 1_000_000
MOST_SECONDS, MOST_MIB, MOST_INCREMENT, MOST_GROWTH = 180, 6_144, 0.15, 1.2
PARTS, LEARNS = (20, 10), 50_000
"""Growth is told by full builds of these parts of the largest city, if the least has residents enough to learn by."""
NOTE = """
A demo city's deliveries of six departments, with 100 legal persons and 400 addresses for 1,000 residents, standardised
and not judged. Every build is a process of its own; `s` is on the wall, `cpu s` processor seconds, which neighbours on
the machine stretch less. `full` is the first build, which learns its model; `afresh` is a full build of the changed
rows that takes over the model and the ids, and all 15 tables (links, provenance, history, redirects and pairs to
review, too; only what is remembered to be quicker is left out) have to say what those of `on` say. Of the rows touched
half come anew, most of them saying something else (phone, address, name, birth date, number), a quarter is gone, and a
quarter comes under another key. Below 50,000 records a hub weighs by a start and remembers nothing, so a change costs
matching everything anew. Rows that did not change keep their batch, as after an incremental delivery; a snapshot gives
every row a new batch, and all its entities are fused again. A resident added costs what the processor time of two full
builds differs by, over the residents they differ by: from a tenth of the largest city to all of it, against from a
twentieth to a tenth. What every build pays once, learning too, is in both and falls out, so it cannot hide a growth
faster than the residents, as it may in the line above; sorting alone makes it 1.16, a fifth more is allowed.
"""
Found = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """One size: what the three builds cost, and the tables of all compared in which building on differs from afresh."""

    residents: int
    full: Found
    on: Found
    afresh: Found
    different: list[str]


def measure(folder: Path, sizes: Sequence[int]) -> Outcome:
    """Measure every size (quick: one small city)."""
    origin, runs = this_run(), [_run(folder, residents) for residents in sizes or QUICK]
    claims = decide(runs, _grown(folder, runs))
    return Outcome(claims, section(TITLE, [origin], claims, _shown(runs), NOTE.strip()), [origin])


def decide(runs: Sequence[Measured], fulls: Mapping[int, float] | None = None) -> list[Claim]:
    """The claims these runs can decide: time and memory of the largest city only, growth with three full builds only.

    fulls: processor seconds of a full build by residents, as _grown measures them.
    """
    claims = []
    for run in runs:
        size = f"{number(run.residents)} residents"
        if run.residents == LARGE:
            claims.append(Claim("bases", f"{size}: full build", "s", spent(run.full, "seconds"), MOST_SECONDS))
            claims.append(Claim("bases", f"{size}: peak memory", "MiB", run.full["peak_mib"], MOST_MIB))
        full, on, anew = (spent(found, "cpu_seconds") for found in (run.full, run.on, run.afresh))
        for what, peer in (("the first build, which learns its model", full), ("a full build under that model", anew)):
            claims.append(Claim("bases", f"{size}: 1 % changed against {what}", "cpu s", on, MOST_INCREMENT, peer))
        sentence = f"{size}: tables other than built afresh, of {len(compared())}"
        claims.append(Claim("bases", sentence, "tables", len(run.different), 0))
    return claims + _per_resident(runs) + _per_resident_added(fulls or {})


def _per_resident(runs: Sequence[Measured]) -> list[Claim]:
    """What a resident costs in the largest city against the least: at most linear, or it is more than one."""
    least, most = min(runs, key=lambda run: run.residents), max(runs, key=lambda run: run.residents)
    if least.residents == most.residents:
        return []
    late, early = (round(1000 * spent(run.full, "cpu_seconds") / run.residents, 4) for run in (most, least))
    sentence = f"{number(most.residents)} against {number(least.residents)} residents, for each of them"
    return [Claim("bases", sentence, "cpu ms", late, 1, early)]


def _per_resident_added(fulls: Mapping[int, float]) -> list[Claim]:
    """What a resident more costs up to the largest of three cities, against up to the one in the middle.

    What every build pays once, however small, falls out of it, so it cannot hide a growth faster than the residents.
    """
    if len(fulls) != 3:
        return []
    sizes = sorted(fulls)
    early, late = (1000 * (fulls[high] - fulls[low]) / (high - low) for low, high in pairwise(sizes))
    least, middle, most = map(number, sizes)
    sentence = f"a resident added, {middle} → {most} against {least} → {middle}"
    # Never under a microsecond: noise between small cities must not turn a ratio round.
    return [Claim("bases", sentence, "cpu ms", round(late, 4), MOST_GROWTH, max(round(early, 4), 0.001))]


def spent(found: Found, what: str) -> float:
    """Seconds of all steps."""
    return round(sum(float(step[what]) for step in found["steps"]), 2)


def _shown(runs: Sequence[Measured]) -> str:
    kinds = ("full", "on", "afresh")
    heads = [
        "base",
        *(f"{number(run.residents)} {kind}: {of}" for run in runs for kind in kinds for of in ("s", "cpu s")),
    ]
    names = [step["name"] for step in runs[0].full["steps"]]
    rows = [
        [f"`{name}`", *(cell for run in runs for kind in kinds for cell in _cells(run, kind, name))] for name in names
    ]
    peaks = [cell for run in runs for kind in kinds for cell in (number(getattr(run, kind)["peak_mib"]), "")]
    return table(heads, [*rows, ["peak MiB", *peaks]])


def _cells(run: Measured, kind: str, name: str) -> list[str]:
    step = next(step for step in getattr(run, kind)["steps"] if step["name"] == name)
    return [number(step["seconds"]), number(step["cpu_seconds"])]


def _run(folder: Path, residents: int) -> Measured:
    """Deliver, build, change, build on; afresh in a copy of the whole home, so that ids and model are the same."""
    home, copy = folder / f"bases-{residents}", folder / f"bases-{residents}-afresh"
    for place in (home, copy):
        shutil.rmtree(place, ignore_errors=True)
    _child("fill", home, residents)
    full = _child("build", home, residents)
    _child("change", home, residents)
    shutil.copytree(home, copy)
    on, anew = _child("build", home, residents), _child("afresh", copy, residents)
    apart = different(Settings(home=home), Settings(home=copy))
    for place in (home, copy):
        shutil.rmtree(place)
    return Measured(residents, full, on, anew, apart)


def _grown(folder: Path, runs: Sequence[Measured]) -> dict[int, float]:
    """Processor seconds of a full build of the largest city and of parts of it; nothing where the least is too small.

    All of them learn their model, which costs nearly the same in each: it falls out as what is paid once.
    """
    known = {run.residents: spent(run.full, "cpu_seconds") for run in runs}
    most = max(known)
    sizes = [most // part for part in PARTS]
    if min(sizes) < LEARNS:
        return {}
    return {size: known[size] if size in known else _full(folder, size) for size in (*sizes, most)}


def _full(folder: Path, residents: int) -> float:
    home = folder / f"bases-{residents}"
    shutil.rmtree(home, ignore_errors=True)
    _child("fill", home, residents)
    found = _child("build", home, residents)
    shutil.rmtree(home)
    return spent(found, "cpu_seconds")


def _child(mode: str, home: Path, residents: int) -> Found:
    """Run one mode in a process of its own; raises Unavailable if it did not work."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SHUNIU_")}  # noqa: TID251
    command = [sys.executable, "-m", "benchmarks.bases_run", mode, str(home), str(residents)]
    done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(
            f"{residents} 人的基础库没有建成（{mode}），无法计时。",
            f"The base databases of {residents} residents were not built ({mode}), so nothing is measured.",
            code="bench_run_failed",
        )
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found
