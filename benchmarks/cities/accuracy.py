"""People and legal persons of the base databases against the truth of cities nobody tuned on, at 100,000 residents.

The whole pipeline runs as `make demo` runs it; the truth is opened afterwards, by demo/score.py. A seed is run once for
each commit of the code (city.kept).
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.cities import city
from benchmarks.claims import Claim, Outcome
from benchmarks.page import number, section, table

TITLE = "Accuracy of the base databases"
SEEDS, RESIDENTS = (9301,), 100_000
BASES: Final = {"population": ("people", 0.5), "legal_person": ("legal persons", 0.2)}
"""Base -> what its entities are called, and the most that may be missing to an F1 of one, in percent."""
NOTE = """
Pairs of delivered rows: *precision* is of the pairs a base put together, those that belong together; *recall* of the
pairs that belong together, those put together; *blocking* of these, those put together or at least compared, so what it
lacks no weighing could have found. A row that waits in quarantine for its department to mend it makes no pairs:
*held* is their share, and what they would have been linked to is not counted as missed. Default dirt. The goals are
F1 ≥ 0.995 for people and ≥ 0.998 for legal persons, in every city.
"""

Truth = Mapping[str, Mapping[str, float]]
"""As `bases.truth` in summary.json: base -> precision, recall, f1, blocking_recall, rows, linked_rows, entities ..."""


def measure(folder: Path, seeds: Sequence[int]) -> Outcome:
    """Run the seeds that were not run before (none asked for: one); the claims, with the section to show."""
    summaries = {seed: city.kept(folder, "accuracy", residents=RESIDENTS, seed=seed) for seed in seeds or SEEDS}
    return shown(summaries)


def shown(summaries: Mapping[int, Mapping[str, Any]]) -> Outcome:
    """Claims and section of cities that ran: seed -> its summary, with where it comes from."""
    truths = {seed: summary["bases"]["truth"] for seed, summary in summaries.items()}
    claims = decide(truths)
    origins = city.origins(summaries.values())
    return Outcome(claims, section(TITLE, origins, claims, _table(truths), NOTE.strip()), origins)


def decide(truths: Mapping[int, Truth]) -> list[Claim]:
    """One claim for each base: what its worst city lacks to an F1 of one. A base that was not built lacks all."""
    which = f"seeds {', '.join(str(seed) for seed in truths)}"
    return [
        Claim("accuracy", f"{which}: {name}, what the worst F1 lacks", "%", _lacks(truths.values(), base), most)
        for base, (name, most) in BASES.items()
    ]


def _lacks(truths: Iterable[Truth], base: str) -> float:
    return round(max(100 * (1 - truth.get(base, {}).get("f1", 0.0)) for truth in truths), 3)


def _table(truths: Mapping[int, Truth]) -> str:
    heads = ("city", "rows", "held %", "true", "built", "precision", "recall", "F1", "blocking")
    shares = ("precision", "recall", "f1", "blocking_recall")
    rows = []
    for base, (name, _) in BASES.items():
        for seed, truth in truths.items():
            told = truth.get(base, {})
            held = 100 * (1 - told.get("linked_rows", 0) / max(told.get("rows", 0), 1))
            cells = [number(told.get("rows")), f"{held:.2f}"]
            cells += [number(told.get(one)) for one in ("true_entities", "entities")]
            cells += [f"{told.get(one, 0):.5f}" for one in shares]
            rows.append([f"seed {seed}, {name}", *cells])
    return table(heads, rows)
