"""Records of many sources -> entities: exact by number, the rest by the model; the one call the base databases make.

    prepare -> exact -> block -> compare -> train (or a given model) -> weigh -> cluster -> ids, review, metrics

Each step is a module of its own. Nothing is published or stored here.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from lake.matching import blocking, exact, prepare, scoring, training
from lake.matching.clustering import FORBIDDEN, Rules, best_threshold, cluster, parts
from lake.matching.clusters import cluster_table
from lake.matching.identity import Redirect
from lake.matching.model import Task
from lake.matching.review import review_table
from lake.matching.trained import Model

_CONFLICT = 10.0  # bits against two nodes that each have a sound number, and not the same
_CLOSED = 40  # parts of up to so many nodes have all their pairs compared before they are clustered
_FORCED = 1e6


@dataclass(frozen=True, slots=True)
class Resolution:
    """clusters: source, key, entity_key, probability. review: see review.py. pairs: compared pairs of nodes, with bits.

    metrics: counts and seconds by name, no data value.
    """

    clusters: pa.Table
    review: pa.Table
    redirects: list[Redirect]
    model: Model
    metrics: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of nodes: their best weight in bits and the two records that show it."""

    left: scoring.Ints
    right: scoring.Ints
    bits: scoring.Floats
    record_l: scoring.Ints
    record_r: scoring.Ints


def resolve(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    task: Task,
    *,
    model: Model | None = None,
    previous: Mapping[tuple[str, str], str] | None = None,
    decisions: pa.Table | None = None,
    secret: str = "",
) -> Resolution:
    """Who is who in `relation` (SQL usable in FROM: source, key, known_id, the task's columns).

    model: a trained one; None trains on these records. previous: (source, key) -> entity_key of the last run, so that ids
    stay. decisions: source_l, key_l, source_r, key_r, verdict ('same', 'different'; others are ignored): people win.
    """
    clock = _Clock()
    records = prepare.prepare(connection, relation, task)
    shares = model.shares if model else prepare.frequencies(connection, scoring.weighted_columns(task))
    prepare.weigh(connection, shares)
    nodes, disputed = exact.number_nodes(connection, task)
    clock.lap("prepare")
    pairs = blocking.block(connection, task)
    clock.lap("block")
    compared = scoring.compare(connection, task, blocking.PAIRS)
    clock.lap("compare")
    learnt = model.learnt if model else training.train(connection, task, compared)
    clock.lap("train")
    compared = _closed(connection, task, compared, training.weights(compared, learnt))
    edges = _edges(connection, compared, training.weights(compared, learnt))
    edges = _decided(connection, edges, decisions)
    rules = _rules(connection, task)
    chance = training.probability(edges.bits)
    bar, f1 = (
        (model.threshold, model.expected_f1)
        if model
        else best_threshold(nodes, edges.left, edges.right, edges.bits, chance, rules)
    )
    found = cluster(nodes, edges.left, edges.right, edges.bits, threshold=bar, rules=rules)
    clock.lap("cluster")
    trained = model or Model(task, learnt, shares, bar, f1)
    clusters, redirects = cluster_table(connection, found, edges, previous or {}, secret)
    review = review_table(connection, trained, found, edges)
    clock.lap("review")
    metrics = {
        **{"records": records, "nodes": nodes, "disputed": disputed, "pairs": pairs, "entities": len(np.unique(found))},
        **{"threshold": bar, "expected_f1": f1, "review": review.num_rows},
        **{f"seconds_{name}": seconds for name, seconds in clock.laps.items()},
    }
    return Resolution(clusters, review, redirects, trained, metrics)


class _Clock:
    """Seconds between laps, for the metrics only."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name], self._last = round(now - self._last, 3), now


def _nodes_of(connection: duckdb.DuckDBPyConnection, records: scoring.Ints) -> tuple[scoring.Ints, Any]:
    """Node of each record and whether it has a sound number."""
    columns = connection.execute(
        f"SELECT record, node, known_id IS NOT NULL AS known FROM {prepare.RECORDS} ORDER BY record"
    ).fetchnumpy()
    place = np.searchsorted(columns["record"], records)
    return columns["node"][place], columns["known"][place]


def _closed(
    connection: duckdb.DuckDBPyConnection, task: Task, compared: scoring.Compared, bits: scoring.Floats
) -> scoring.Compared:
    """With the pairs that blocking left out inside small connected parts: clusters are judged by all their pairs."""
    left, _ = _nodes_of(connection, compared.left)
    right, _ = _nodes_of(connection, compared.right)
    count = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    part = parts(count, left[bits >= 0], right[bits >= 0])
    sizes = np.bincount(part, minlength=count)
    inside = np.flatnonzero((sizes[part] > 2) & (sizes[part] <= _CLOSED))
    connection.register("matching_part", pa.table({"node": inside, "part": part[inside]}))
    connection.register("matching_known", pa.table({"record_l": compared.left, "record_r": compared.right}))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_rest AS WITH placed AS (SELECT record, node, source, loose, part FROM"
        f" {prepare.RECORDS} JOIN matching_part USING (node)) SELECT l.record AS record_l, r.record AS record_r"
        " FROM placed AS l JOIN placed AS r ON l.part = r.part AND l.record < r.record AND l.node <> r.node"
        f" WHERE (l.loose OR r.loose) AND {blocking.allowed(task)} AND NOT EXISTS (FROM matching_known AS known"
        " WHERE known.record_l = l.record AND known.record_r = r.record) ORDER BY ALL"
    )
    for name in ("matching_part", "matching_known"):
        connection.unregister(name)
    rest = scoring.compare(connection, task, "matching_rest")
    return scoring.Compared(
        np.concatenate([compared.left, rest.left]),
        np.concatenate([compared.right, rest.right]),
        {name: np.concatenate([levels, rest.levels[name]]) for name, levels in compared.levels.items()},
        {name: np.concatenate([shares, rest.frequency[name]]) for name, shares in compared.frequency.items()},
    )


def _edges(connection: duckdb.DuckDBPyConnection, compared: scoring.Compared, bits: scoring.Floats) -> Edges:
    """Pairs of records as pairs of nodes, each with its best weight; two different sound numbers weigh against it."""
    left, known_l = _nodes_of(connection, compared.left)
    right, known_r = _nodes_of(connection, compared.right)
    weight = bits - np.where(known_l & known_r, _CONFLICT, 0.0)
    low, high = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((compared.right, compared.left, -weight, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    best = order[first]
    return Edges(low[best], high[best], weight[best], compared.left[best], compared.right[best])


def _decided(connection: duckdb.DuckDBPyConnection, edges: Edges, decisions: pa.Table | None) -> Edges:
    """With what people decided: their pairs weigh more than any evidence."""
    if decisions is None or not decisions.num_rows:
        return edges
    connection.register("matching_decision", decisions)
    rows = connection.execute(
        "SELECT least(l.node, r.node) AS low, greatest(l.node, r.node) AS high, l.record AS record_l, r.record AS record_r,"
        " verdict = 'same' AS same FROM matching_decision AS said"
        f" JOIN {prepare.RECORDS} AS l ON l.source = said.source_l AND l.key = said.key_l"
        f" JOIN {prepare.RECORDS} AS r ON r.source = said.source_r AND r.key = said.key_r"
        " WHERE l.node <> r.node AND verdict IN ('same', 'different') ORDER BY ALL"
    ).fetchnumpy()
    connection.unregister("matching_decision")
    forced = np.where(rows["same"], _FORCED, FORBIDDEN)
    said = set(zip(rows["low"].tolist(), rows["high"].tolist(), strict=True))
    keep = np.array([pair not in said for pair in zip(edges.left.tolist(), edges.right.tolist(), strict=True)], bool)
    return Edges(
        np.concatenate([edges.left[keep], rows["low"]]),
        np.concatenate([edges.right[keep], rows["high"]]),
        np.concatenate([edges.bits[keep], forced]),
        np.concatenate([edges.record_l[keep], rows["record_l"]]),
        np.concatenate([edges.record_r[keep], rows["record_r"]]),
    )


def _rules(connection: duckdb.DuckDBPyConnection, task: Task) -> Rules:
    if not task.single:
        return Rules()
    rows = connection.execute(
        f"SELECT node, list(DISTINCT source) FROM {prepare.RECORDS}"
        f" WHERE list_contains(?, source) GROUP BY node", [list(task.single)]
    ).fetchall()
    return Rules({int(node): frozenset(sources) for node, sources in rows})
