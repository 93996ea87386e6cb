"""Learning m, u and the prior without any truth: expectation and maximisation over all pairs there could be.

u comes from pairs drawn at random (seeded), m from the candidate pairs weighted by how likely they are matches. Because
the prior is of all pairs and blocked-out pairs are taken for non-matches, no column has to be left out of a round. Where
some records carry an identity number, its pairs teach m (`taught`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from lake.matching.model import Task
from lake.matching.roles import ROLES
from lake.matching.scoring import Compared, Floats, compare, levels_of

_ROUNDS = 40
_RANDOM_PAIRS = 400_000
_SMOOTH = 0.5


@dataclass(frozen=True, slots=True)
class Learnt:
    """m and u per column, from nothing in common to the best level, and the prior of two records drawn at random."""

    m: dict[str, Floats]
    u: dict[str, Floats]
    prior: float

    def chances(self) -> dict[str, Any]:
        """As scoring.settings takes them."""
        return {name: {"m": self.m[name].tolist(), "u": self.u[name].tolist()} for name in self.m}


def weights(compared: Compared, learnt: Learnt) -> Floats:
    """Match weight of each pair in bits, prior included, as Splink counts it."""
    total = np.full(len(compared.left), np.log2(learnt.prior / (1 - learnt.prior)))
    for name, level in compared.levels.items():
        bits = np.append(np.log2(learnt.m[name] / learnt.u[name]), 0.0)  # place -1: a value is missing
        total += bits[level]
        if name in compared.frequency:
            share = compared.frequency[name]
            with np.errstate(divide="ignore"):
                total += np.where(np.isnan(share), 0.0, np.log2(learnt.u[name][-1] / share))
    return total


def probability(bits: Floats) -> Floats:
    """Probability of a match from its weight in bits."""
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(bits, -60, 60))))


def sample_random(connection: duckdb.DuckDBPyConnection, task: Task, records: int) -> None:
    """Table `matching_random` of distinct pairs drawn by the task's seed: all there are when they are few."""
    possible = records * (records - 1) // 2
    if possible <= _RANDOM_PAIRS:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE matching_random AS SELECT l.record AS record_l, r.record AS record_r"
            " FROM matching_record AS l JOIN matching_record AS r ON l.record < r.record"
        )
        return
    draw = np.random.default_rng(task.seed).integers(1, records + 1, size=(2, _RANDOM_PAIRS))
    drawn = {"one": draw[0], "other": draw[1]}
    connection.register("matching_drawn", __import__("pyarrow").table(drawn))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_random AS SELECT DISTINCT least(one, other) AS record_l,"
        " greatest(one, other) AS record_r FROM matching_drawn WHERE one <> other"
    )
    connection.unregister("matching_drawn")


def learn(task: Task, candidates: Compared, drawn: Compared, *, records: int) -> Learnt:
    """m, u and prior by EM: candidates teach m and the prior, random pairs teach u. Same input, same answer."""
    possible = records * (records - 1) / 2
    sizes = {column.name: len(levels_of(task, column)) + 1 for column in task.columns}
    learnt = Learnt(
        {name: _first_m(size) for name, size in sizes.items()},
        {name: _shares(drawn.levels[name], np.ones(len(drawn.left)), size) for name, size in sizes.items()},
        prior=max(0.3 * records, 1.0) / possible,
    )
    for _ in range(_ROUNDS):
        chance = probability(weights(candidates, learnt))
        apart = 1 - probability(weights(drawn, learnt))
        prior = float(np.clip(chance.sum() / possible, 0.01 / possible, 0.5))
        m = {name: _shares(candidates.levels[name], chance, size, _first_m(size)) for name, size in sizes.items()}
        u = {name: _shares(drawn.levels[name], apart, size) for name, size in sizes.items()}
        moved = max(float(np.abs(m[name] - learnt.m[name]).max()) for name in sizes)
        learnt = Learnt(m, u, prior)
        if moved < 1e-4:
            break
    return learnt


def _first_m(size: int) -> Floats:
    """Before anything is known: seven matches in ten agree, half of the rest nearly so, and so on down."""
    shares = np.array([0.7 * 0.4**place for place in range(size)])[::-1]
    return np.asarray(shares / shares.sum())


def _shares(
    levels: npt.NDArray[np.int64], weight: Floats, size: int, expected: Floats | None = None
) -> Floats:
    """Share of each level among the pairs where it can be judged; what was never seen keeps a small share."""
    judged = levels >= 0
    counts = np.bincount(levels[judged], weights=weight[judged], minlength=size)
    counts += _SMOOTH * (expected if expected is not None else np.full(size, 1.0 / size)) * 2
    return np.asarray(counts / counts.sum())


def train(connection: duckdb.DuckDBPyConnection, task: Task, *, records: int, pairs: str) -> Learnt:
    """What the prepared records and their candidate pairs teach."""
    sample_random(connection, task, records)
    drawn = compare(connection, task, "matching_random")
    return learn(task, compare(connection, task, pairs), drawn, records=records)
