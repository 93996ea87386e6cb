"""The main job by size: `python -m demo run` in a home of its own, timed from outside, its summary read afterwards.

Runs of earlier days on the same machine count as well, so that 20,000 and 200,000 need not be run in one go.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cities import city
from benchmarks.claims import Claim, Outcome
from benchmarks.machine import Machine, this_machine
from benchmarks.origin import UNKNOWN, Origin, origin_of, this_run
from benchmarks.page import number, section, table
from demo.summary import DATA_STAGES

TITLE = "The main job: `make demo`"
QUICK = (2_000,)
SMALL, LARGE = 20_000, 200_000
MOST_SECONDS, MOST_MIB, MOST_GROWTH = 240, 3_072, 12
NOTE = """
Stages above `collect` are the demo's own: seconds on the wall, memory of all processes together (PSS, looked at once a
second: a shorter peak is not seen). From `collect` on they are sums over datasets, many of them side by side, with the
highest memory of one process; their growth is judged in processor seconds, which neighbours on the machine do not
stretch, and shown on the wall as well, from the first collection's start to the last publication's end, Airflow's
waiting included.
"""


@dataclass(frozen=True)
class Measured:
    """One run: `seconds` on the wall from the command to its end, the summary it wrote, and where it comes from."""

    residents: int
    seconds: float
    summary: dict[str, Any]
    origin: Origin = UNKNOWN

    @property
    def data_cpu_seconds(self) -> float:
        """Processor seconds of the data stages, summed over datasets."""
        data = (stage for stage in self.summary["stages"] if stage["name"] in DATA_STAGES)
        return float(sum(stage["cpu_seconds"] for stage in data))


def measure(folder: Path, sizes: Sequence[int]) -> Outcome:
    """Run every size (quick: one small city), and return the claims that can be decided with the section to show."""
    machine = this_machine()
    for residents in sizes or QUICK:
        _keep(folder, machine, _run(folder, residents))
    runs = kept(folder, machine)
    claims = decide(runs)
    origins = [run.origin for run in runs]
    return Outcome(claims, section(TITLE, origins, claims, stages(runs), NOTE.strip()), origins)


def decide(runs: Iterable[Measured]) -> list[Claim]:
    """The claims these runs can decide; a size that was not run decides nothing."""
    by_size = {run.residents: run for run in runs}
    small, large = by_size.get(SMALL), by_size.get(LARGE)
    claims = []
    if small is not None:
        took, peak = round(small.seconds, 1), float(small.summary["peak_mib"])
        claims.append(Claim("main", f"make demo at {SMALL:,} residents, start to end", "s", took, MOST_SECONDS))
        claims.append(Claim("main", f"make demo at {SMALL:,} residents, peak memory", "MiB", peak, MOST_MIB))
    if small is not None and large is not None:
        sentence = f"data stages at {LARGE:,} residents against {SMALL:,}"
        cpu = round(large.data_cpu_seconds, 1), round(small.data_cpu_seconds, 1)
        span = large.summary["data_span_seconds"], small.summary["data_span_seconds"]
        for what, (ours, peer) in (("processor time", cpu), ("on the wall", span)):
            claims.append(Claim("main", f"{sentence}, {what}", "s", ours, MOST_GROWTH, peer=peer))
    return claims


def stages(runs: Sequence[Measured]) -> str:
    """A table: stage by stage, for every size seconds, processor seconds, rows, rows per second and peak MiB."""
    names = list(dict.fromkeys(stage["name"] for run in runs for stage in run.summary["stages"]))
    heads = [
        "stage",
        *(f"{run.residents:,}: {what}" for run in runs for what in ("s", "cpu s", "rows", "rows/s", "MiB")),
    ]
    rows = [[f"`{name}`", *(cell for run in runs for cell in _cells(run, name))] for name in names]
    whole = [
        "whole",
        *(cell for run in runs for cell in (number(run.seconds), "", "", "", number(run.summary["peak_mib"]))),
    ]
    return table(heads, [*rows, whole])


def _cells(run: Measured, name: str) -> list[str]:
    stage = next((stage for stage in run.summary["stages"] if stage["name"] == name), None)
    if stage is None:
        return ["", "", "", "", ""]
    per_second = stage["rows"] / stage["seconds"] if stage["seconds"] and stage["rows"] else None
    shown = number(float(round(per_second))) if per_second is not None else ""
    burnt = number(stage["cpu_seconds"]) if "cpu_seconds" in stage else ""
    rows = number(stage["rows"]) if stage["rows"] else ""
    return [number(stage["seconds"]), burnt, rows, shown, number(stage["peak_mib"])]


def kept(folder: Path, machine: Machine) -> list[Measured]:
    """Runs measured on this machine, smallest city first; those of another shape are not comparable."""
    found = (json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("main-*.json"))
    same = (run for run in found if run["machine"] == machine.as_json())
    runs = (
        Measured(
            run["residents"],
            run["seconds"],
            run["summary"],
            origin_of(run.get("origin") or {"machine": run["machine"]}),
        )
        for run in same
    )
    return sorted(runs, key=lambda run: run.residents)


def _keep(folder: Path, machine: Machine, run: Measured) -> None:
    document = {
        "machine": machine.as_json(),
        "origin": run.origin.as_json(),
        "residents": run.residents,
        "seconds": run.seconds,
        "summary": run.summary,
    }
    (folder / f"main-{run.residents}.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _run(folder: Path, residents: int) -> Measured:
    """Build one city from nothing and time it; raises Unavailable if it did not work."""
    origin = this_run()
    seconds, summary = city.build(folder, f"main-{residents}", residents=residents)
    return Measured(residents, round(seconds, 1), summary, origin)
