"""Claims and what became of them: results.json is a list of claim, ours, peer, ratio, goal, met, origins."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.origin import Origin


@dataclass(frozen=True)
class Claim:
    """One sentence with its numbers, in `unit`.

    `goal` is the most that may be: of `ours` where there is no peer, else of `ratio` (ours / peer).
    """

    benchmark: str
    claim: str
    unit: str
    ours: float
    goal: float
    peer: float | None = None

    @property
    def ratio(self) -> float | None:
        """ours / peer, or None without a peer."""
        return round(self.ours / self.peer, 3) if self.peer else None

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return (self.ours if self.ratio is None else self.ratio) <= self.goal

    def as_json(self) -> dict[str, Any]:
        """As in results.json."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


class Outcome(NamedTuple):
    """What a benchmark found: its claims, its section of the page, and where the numbers of both come from."""

    claims: list[Claim]
    section: str
    origins: list[Origin]


def store(path: Path, claims: Iterable[Claim], origins: Iterable[Origin]) -> list[dict[str, Any]]:
    """Put `claims` in the place of earlier ones of the same sentence; the rest stays. Returns the whole list.

    origins: of all these claims together; several where runs of earlier days count as well.
    The file is written whole: a reader never sees half of it.
    """
    measured = [origin.as_json() for origin in dict.fromkeys(origins)]
    fresh = [claim.as_json() | {"origins": measured} for claim in claims]
    sentences = {claim["claim"] for claim in fresh}
    kept = [claim for claim in load(path) if claim["claim"] not in sentences]
    results = sorted([*kept, *fresh], key=lambda claim: (claim["benchmark"], claim["claim"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    part.replace(path)
    return results


def load(path: Path) -> list[dict[str, Any]]:
    """The claims in the file; none if there is no file yet."""
    if not path.exists():
        return []
    results: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return results
