"""Found clusters against true ones: precision, recall and F1 over pairs, the share of entities that are exactly right.

Counted by sizes of overlaps, so that a million records take a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Over the pairs of records that are, or are said to be, the same."""

    precision: float
    recall: float
    exact: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-12)

    def __str__(self) -> str:
        return f"precision {self.precision:.4f} recall {self.recall:.4f} F1 {self.f1:.4f} exact {self.exact:.4f}"


def score(found: Mapping[tuple[str, str], str], truth: Mapping[tuple[str, str], str]) -> Score:
    """Compare record -> cluster with record -> entity; only records with a known entity count."""
    said, true = Counter(found[record] for record in truth), Counter(truth.values())
    both = Counter((found[record], entity) for record, entity in truth.items())
    hits, claimed, expected = (_pairs(sizes.values()) for sizes in (both, said, true))
    right = sum(1 for (cluster, entity), size in both.items() if said[cluster] == true[entity] == size)
    return Score(hits / claimed if claimed else 1.0, hits / expected if expected else 1.0, right / max(len(true), 1))


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
