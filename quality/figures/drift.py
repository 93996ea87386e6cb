"""How far a delivery has moved from the last published version: emptiness, variety and spread of each column. Pure.

Profiles come from quality/figures/profile.py. The rules made here only warn: a change may be right, but
somebody should look.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quality.figures.profile import ColumnProfile
from quality.rules.rule import GBT_36344, Rule

_ROOM = 200  # characters a rule's items may take in the registry
FEWEST_ROWS = 100
"""Fewer filled rows than this on either side say nothing about a spread."""
MOST_EMPTINESS = 0.10
"""Largest change of the share of rows without a value."""
MOST_VARIETY = 2.0
"""Largest factor between the shares of distinct values."""
MOST_SPREAD = 0.25
"""Largest population stability index (PSI); above a quarter a spread is commonly called another one."""


@dataclass(frozen=True)
class Drift:
    """One column then and now. `variety`: factor between the shares of distinct values; None: not to be compared."""

    name: str
    emptiness: float | None
    variety: float | None
    spread: float | None

    @property
    def emptied(self) -> bool:
        """Is the share of empty values another one?"""
        return self.emptiness is not None and self.emptiness > MOST_EMPTINESS

    @property
    def varied(self) -> bool:
        """Is the share of distinct values another one?"""
        return self.variety is not None and self.variety > MOST_VARIETY

    @property
    def spread_out(self) -> bool:
        """Are values distributed otherwise?"""
        return self.spread is not None and self.spread > MOST_SPREAD


def compare(now: Sequence[ColumnProfile], last: Sequence[ColumnProfile]) -> tuple[Drift, ...]:
    """Drift of every column that both profiles have, in the order of `now`."""
    before = {column.name: column for column in last}
    return tuple(_drift(column, before[column.name]) for column in now if column.name in before)


def psi(now: Mapping[str, int], last: Mapping[str, int]) -> float:
    """Population stability index: sum of (p - q) * ln(p / q) over all bins; half a row in each keeps it finite."""
    bins = sorted({*now, *last})
    shares = [_shares(counts, bins) for counts in (now, last)]
    return math.fsum((p - q) * math.log(p / q) for p, q in zip(*shares, strict=True))


def drift_rules(dataset: str, owner: str, drifts: Sequence[Drift]) -> Iterator[Rule]:
    """One warning each for emptiness, variety and spread, naming the columns; none where nothing can be compared."""
    if not drifts:
        return
    for what, moved, indicator, zh, en in (
        ("emptiness", [d.name for d in drifts if d.emptied], "0201", "空值比例", "the share of empty values"),
        ("variety", [d.name for d in drifts if d.varied], "0304", "不同值比例", "the share of distinct values"),
        ("spread", [d.name for d in drifts if d.spread_out], "0301", "数值分布", "the distribution of values"),
    ):
        yield Rule(
            rule_id=f"dataset.drift_{what}",
            dataset=dataset,
            items=_named(moved),
            sql="TRUE" if moved else "FALSE",
            severity="warn",
            dimension=indicator,
            clause=GBT_36344,
            title_zh=f"{zh}与上次发布相比变化过大",
            title_en=f"{en} has moved far from the last published version",
            owner=owner,
            scope="dataset",
            applies_sql="count(*) > 0",  # an empty delivery has no shares that could have moved
        )


def _named(moved: Sequence[str]) -> tuple[str, ...]:
    """The columns as far as a stored result has room for their names; the profile shows them all."""
    named: list[str] = []
    for name in moved:
        if sum(map(len, named)) + len(named) + len(name) > _ROOM:
            break
        named.append(name)
    return tuple(named)


def _drift(now: ColumnProfile, last: ColumnProfile) -> Drift:
    enough = min(now.rows - now.nulls, last.rows - last.nulls) >= FEWEST_ROWS
    emptiness = abs(now.filled - last.filled) if now.filled is not None and last.filled is not None else None
    variety = _factor(now.distinct_share, last.distinct_share) if enough else None
    alike = enough and now.spread == last.spread
    return Drift(now.name, emptiness, variety, psi(now.bins, last.bins) if alike else None)


def _factor(one: float | None, other: float | None) -> float | None:
    return max(one, other) / min(one, other) if one and other else None


def _shares(counts: Mapping[str, int], bins: Sequence[str]) -> list[float]:
    total = sum(counts.values()) + len(bins) / 2
    return [(counts.get(label, 0) + 0.5) / total for label in bins]
