"""Learning m, u and the prior without any truth: expectation and maximisation over all pairs there could be.

u comes from pairs drawn at random (seeded), m from the candidate pairs weighted by how likely they are matches. Because
the prior is of all pairs and blocked-out pairs are taken for non-matches, no column has to be left out of a round.
Where some records carry an identity number, its pairs teach m (`taught`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lake.matching.model import Task
from lake.matching.prepare import RECORDS, one
from lake.matching.roles import ROLES
from lake.matching.scoring import Compared, Floats, compare, compared_columns, levels_of

_ROUNDS = 40
_RANDOM_PAIRS = 60_000
_TAUGHT_PAIRS = 100_000
_LEAST_TAUGHT = 300
_SMOOTH = 0.5
_SETTLED = 0.01  # bits


VETO = -4.0
"""Bits a pair has at most when a column forbids it: one in seventeen, below every threshold, still to be reviewed."""


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
                total += np.where(np.isnan(share), 0.0, np.log2(learnt.u[name][level] / share))
    return total


def vetoed(task: Task, compared: Compared, bits: Floats) -> Floats:
    """`bits`, but never enough for a match where a column of `task.veto` has at most one part in common: twins share
    everything but their names, and whoever is in doubt is asked."""
    for name in task.veto:
        apart = (compared.levels[name] >= 0) & (compared.levels[name] <= 1)
        bits = np.where(apart, np.minimum(bits, VETO), bits)
    return bits


def probability(bits: Floats) -> Floats:
    """Probability of a match from its weight in bits."""
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(bits, -60, 60))))


def sample_random(connection: duckdb.DuckDBPyConnection, task: Task) -> None:
    """Table `matching_random` of pairs drawn by the task's seed; all pairs there are when they are few."""
    records = connection.execute(f"SELECT record FROM {RECORDS} ORDER BY record").fetchnumpy()["record"]
    n = len(records)
    if n * (n - 1) // 2 <= _RANDOM_PAIRS:
        one, other = np.triu_indices(n, 1)
    else:
        one, other = np.random.default_rng(task.seed).integers(0, n, size=(2, _RANDOM_PAIRS))
    drawn = pa.table({"one": records[one], "other": records[other]})
    connection.register("matching_drawn", drawn)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_random AS SELECT DISTINCT least(one, other) AS record_l,"
        " greatest(one, other) AS record_r FROM matching_drawn WHERE one <> other ORDER BY ALL"
    )
    connection.unregister("matching_drawn")


def find_taught(connection: duckdb.DuckDBPyConnection) -> int:
    """Table `matching_taught` of pairs with the same sound identity number (a sample of them); how many."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE matching_taught AS WITH known AS (SELECT record, known_id FROM {RECORDS}"
        " WHERE known_id IS NOT NULL QUALIFY count(*) OVER (PARTITION BY known_id) BETWEEN 2 AND 20)"
        " SELECT l.record AS record_l, r.record AS record_r FROM known AS l JOIN known AS r"
        f" ON l.known_id = r.known_id AND l.record < r.record ORDER BY hash(l.record, r.record) LIMIT {_TAUGHT_PAIRS}"
    )
    row = connection.execute("SELECT count(*) FROM matching_taught").fetchone()
    return int(row[0]) if row else 0


def learn(
    task: Task,
    candidates: Compared,
    drawn: Compared,
    *,
    possible: float,
    expected: float,
    taught: Compared | None = None,
) -> Learnt:
    """m, u and prior by EM: candidates teach m and the prior, random pairs teach u. Same input, same answer.

    possible: pairs there could be among those searched for; expected: matches to begin with. taught: pairs known to be
    matches, which teach m instead (roles with `taught` keep theirs).
    """
    sizes = {column.name: len(levels_of(task, column)) + 1 for column in compared_columns(task)}
    everywhere = {name: _shares(drawn.levels[name], np.ones(len(drawn.left)), size) for name, size in sizes.items()}
    fixed = {} if taught is None else _taught(task, taught, sizes)
    first = {name: fixed.get(name, _first_m(size)) for name, size in sizes.items()}
    learnt = Learnt(first, everywhere, prior=max(expected, 1.0) / possible)
    for _ in range(_ROUNDS):
        chance = probability(vetoed(task, candidates, weights(candidates, learnt)))
        apart = 1 - probability(weights(drawn, learnt))
        prior = float(np.clip(chance.sum() / possible, 0.01 / possible, 0.5))
        m = fixed or {
            name: _shares(candidates.levels[name], chance, size, _first_m(size)) for name, size in sizes.items()
        }
        u = {name: _shares(drawn.levels[name], apart, size) for name, size in sizes.items()}
        moved = max(float(np.abs(np.log2(m[name] / learnt.m[name])).max()) for name in sizes)
        moved = max(moved, abs(float(np.log2(prior / learnt.prior))))
        learnt = Learnt(m, u, prior)
        if moved < _SETTLED:
            break
    return learnt


def _agreement(pairs: Compared, chance: Floats, sizes: dict[str, int]) -> dict[str, Floats]:
    """m as pairs show it that are matches with a given chance."""
    return {name: _shares(pairs.levels[name], chance, size, _first_m(size)) for name, size in sizes.items()}


def _taught(task: Task, pairs: Compared, sizes: dict[str, int]) -> dict[str, Floats]:
    """m as pairs of one number show it."""
    seen = _agreement(pairs, np.ones(len(pairs.left)), sizes)
    given = {column.name: ROLES[column.role].taught for column in compared_columns(task)}
    return {name: np.array(given[name]) if given[name] else seen[name] for name in sizes}


def _first_m(size: int) -> Floats:
    """Before anything is known: seven matches in ten agree, half of the rest nearly so, and so on down."""
    shares = np.array([0.7 * 0.4**place for place in range(size)])[::-1]
    return np.asarray(shares / shares.sum())


def _shares(levels: npt.NDArray[np.int8], weight: Floats, size: int, expected: Floats | None = None) -> Floats:
    """Share of each level among the pairs where it can be judged; what was never seen keeps a small share."""
    judged = levels >= 0
    counts = np.bincount(levels[judged], weights=weight[judged], minlength=size).astype(np.float64)
    counts += _SMOOTH * (expected if expected is not None else np.full(size, 1.0 / size)) * 2
    return np.asarray(counts / counts.sum())


def train(connection: duckdb.DuckDBPyConnection, task: Task, candidates: Compared) -> Learnt:
    """What the prepared records, the pairs with one number and the compared candidate pairs teach."""
    sample_random(connection, task)
    drawn = compare(connection, task, "matching_random")
    taught = compare(connection, task, "matching_taught") if find_taught(connection) >= _LEAST_TAUGHT else None
    loose, possible = searched(connection)
    return learn(task, candidates, drawn, possible=possible, expected=0.3 * loose, taught=taught)


def searched(connection: duckdb.DuckDBPyConnection) -> tuple[int, float]:
    """How many records are searched for, and how many pairs there could be among them and with the others."""
    records, loose = one(connection, f"SELECT count(*), count(*) FILTER (loose) FROM {RECORDS}")
    return loose, max(loose * (records - (loose + 1) / 2), 10.0)
