"""Planted dirt over several seeds: of every kind planted, found and falsely found, against the goals.

A seed is run once for each commit of the code (city.kept).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cities import city
from benchmarks.claims import Claim, Outcome
from benchmarks.page import section, table

TITLE = "Planted dirt: found, and falsely found"
SEEDS, RESIDENTS = (7,), 20_000
MOST_MISSED, MOST_FALSE = 0.01, 0.001
NOTE = """
Every city is made from its seed with dirt of these kinds; the hub never sees what was planted. A cell is planted /
found / false. Missed is of everything planted, false of everything noticed, over all seeds together. Kinds without
numbers cannot be decided by a rule on a row; whether the people and organisations behind such rows are told apart is
measured with the base databases ("Accuracy of the base databases").
"""

Kind = dict[str, Any]
"""As in summary.json: kind, title_zh, title_en, planted, found, false; None where no rule can decide."""


def measure(folder: Path, seeds: Sequence[int]) -> Outcome:
    """Run the seeds that were not run before; the claims over all asked for (none: one), with the section to show."""
    summaries = {seed: city.kept(folder, "dirt", residents=RESIDENTS, seed=seed) for seed in seeds or SEEDS}
    planted = {seed: summary["quality"]["planted"] for seed, summary in summaries.items()}
    claims = decide(planted)
    origins = city.origins(summaries.values())
    return Outcome(claims, section(TITLE, origins, claims, kinds(planted), NOTE.strip()), origins)


def decide(planted: Mapping[int, Sequence[Kind]]) -> list[Claim]:
    """Two claims: the kind missed most often, and the kind most often falsely noticed, of those rules can decide."""
    pooled = {kind: _pooled(planted, kind) for kind in _decidable(planted)}
    which = f"seeds {', '.join(str(seed) for seed in planted)}"
    worst = max((_missed(counts) for counts in pooled.values()), default=0.0)
    alarm = max((_false(counts) for counts in pooled.values()), default=0.0)
    return [
        Claim("dirt", f"{which}: share missed, of the kind missed most", "share", round(worst, 5), MOST_MISSED),
        Claim("dirt", f"{which}: share of false alarms, of the kind that has most", "share", alarm, MOST_FALSE),
    ]


def kinds(planted: Mapping[int, Sequence[Kind]]) -> str:
    """A table: kind by kind, every seed's planted / found / false, then the shares over all of them."""
    heads = ["kind", *(f"seed {seed}" for seed in planted), "missed %", "false %", "met"]
    titles = {one["kind"]: one["title_en"] for found in planted.values() for one in found}
    decidable, rows = _decidable(planted), []
    for kind in sorted(titles):
        cells = [_cell(found, kind) for found in planted.values()]
        counts = _pooled(planted, kind) if kind in decidable else None
        rows.append([f"`{kind}` {titles[kind]}", *cells, *(_shares(counts) if counts else ("", "", ""))])
    return table(heads, rows)


def _cell(found: Sequence[Kind], kind: str) -> str:
    one = next((one for one in found if one["kind"] == kind), None)
    if one is None:
        return ""
    if one["found"] is None:
        return f"{one['planted']:,}"
    return f"{one['planted']:,} / {one['found']:,} / {one['false']:,}"


def _shares(counts: tuple[int, int, int]) -> tuple[str, str, str]:
    missed, false = _missed(counts), _false(counts)
    met = missed <= MOST_MISSED and false <= MOST_FALSE
    return f"{100 * missed:.2f}", f"{100 * false:.2f}", "yes" if met else "**no**"


def _decidable(planted: Mapping[int, Sequence[Kind]]) -> set[str]:
    return {one["kind"] for found in planted.values() for one in found if one["found"] is not None}


def _pooled(planted: Mapping[int, Sequence[Kind]], kind: str) -> tuple[int, int, int]:
    ones = [one for found in planted.values() for one in found if one["kind"] == kind]
    return sum(one["planted"] for one in ones), sum(one["found"] for one in ones), sum(one["false"] for one in ones)


def _missed(counts: tuple[int, int, int]) -> float:
    planted, found, _ = counts
    return (planted - found) / planted if planted else 0.0


def _false(counts: tuple[int, int, int]) -> float:
    _, found, false = counts
    return false / (found + false) if false else 0.0
