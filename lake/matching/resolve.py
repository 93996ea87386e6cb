"""Records of many sources -> entities: exact by number, the rest by the model; the one call the base databases make.

    prepare -> exact -> block -> compare -> train (or a given model) -> weigh -> cluster -> ids, review, metrics

Each step is a module of its own. Nothing is published or stored here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa

from lake.engines.duckdb import quote
from lake.matching import blocking, exact, prepare, scoring, training
from lake.matching.clustering import Rules, best_threshold, cluster
from lake.matching.clusters import cluster_table
from lake.matching.compared import hold_shares
from lake.matching.edges import Edges, decided, edges_of, nodes_of, rules_of, unseen_inside
from lake.matching.engine import EMBEDDED, Engine
from lake.matching.identity import Redirect
from lake.matching.memory import Memory
from lake.matching.model import Task
from lake.matching.review import review_table
from lake.matching.trained import Model, Start
from lake.matching.weighing import Weighed, remember, weigh, weighed_now

TRAIN_FROM = 50_000
"""Records from which on a hub learns its own model rather than weigh by the start of its task."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """clusters: see clusters.py. review: see review.py. metrics: counts and seconds, no value.

    trained: whether `model` was learnt here. Then, as under a model given, memory.py's tables are in the connection.
    """

    clusters: pa.Table
    review: pa.Table
    redirects: list[Redirect]
    model: Model
    trained: bool
    metrics: dict[str, float]


def resolve(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    task: Task,
    *,
    model: Model | None = None,
    start: Start | None = None,
    previous: pa.Table | None = None,
    decisions: pa.Table | None = None,
    memory: Memory | None = None,
    secret: str = "",
    prefix: str = "E",
    engine: Engine = EMBEDDED,
) -> Resolution:
    """Who is who in `relation` (SQL usable in FROM: source, key, known_id, the task's columns), found by `engine`.

    model: a trained one; None trains on these records, unless there is a `start` and they are fewer than TRAIN_FROM.
    previous: source, key, entity_key of the last run, so that ids stay. decisions: source_l, key_l, source_r,
    key_r, verdict ('same', 'different', else ignored): people win. memory: what a run under the same `model` left, so
    that only what changed is compared again. prefix: what new ids begin with; secret: what keeps them one way.
    """
    clock = _Clock()
    relation, task = _renamed(relation, task)
    records = prepare.prepare(connection, relation, task, known=memory.records if memory else None)
    shares = model.shares if model else prepare.frequencies(connection, task, scoring.weighted_columns(task))
    hold_shares(connection, shares)
    nodes, disputed = exact.number_nodes(connection, task, decisions)
    if model is None and start is not None and records < TRAIN_FROM:
        loose, possible = training.searched(connection)
        model = start.model(task, shares, loose=loose, possible=possible)
    clock.lap("prepare")
    pairs = engine.block(connection, task)
    clock.lap("block")
    rules = rules_of(connection, task)
    if learnt_here := model is None:
        edges, trained = _learnt(connection, task, nodes, rules, decisions, engine)
    else:
        met, trained = weigh(connection, model, blocking.PAIRS, engine, memory), model
        edges = _weighed(connection, model, met, decisions, engine, memory)
    clock.lap("weigh")
    found = cluster(nodes, edges.left, edges.right, edges.bits, threshold=trained.threshold, rules=rules)
    clock.lap("cluster")
    clusters, redirects = cluster_table(connection, found, edges, previous, secret, prefix)
    review = review_table(connection, trained, found, edges)
    clock.lap("review")
    counts = {"records": records, "nodes": nodes, "disputed": disputed, "pairs": pairs, "review": review.num_rows}
    members = np.bincount(found)
    sizes = {"entities": int(np.count_nonzero(members)), "largest": int(members.max(initial=0))}
    learnt = {"threshold": trained.threshold, "expected_f1": trained.expected_f1}
    return Resolution(clusters, review, redirects, trained, learnt_here, counts | sizes | learnt | clock.seconds())


def _renamed(relation: str, task: Task) -> tuple[str, Task]:
    """Relation and task with column names that Splink can make table names of."""
    inner = task.renamed()
    names = [f"{quote(column.title)} AS {column.name}" for column in inner.columns]
    return f"(SELECT {', '.join(['source', 'key', 'known_id', *names])} FROM {relation})", inner


def _learnt(
    connection: duckdb.DuckDBPyConnection,
    task: Task,
    nodes: int,
    rules: Rules,
    decisions: pa.Table | None,
    engine: Engine,
) -> tuple[Edges, Model]:
    """The weighed pairs and the model trained on them.

    Without numbers nobody can tell at first whether a value that stands in three records is common or one entity's: it
    is learnt twice, the second time by how many of the clusters found at first have a value.
    """
    edges, model = _learnt_once(connection, task, nodes, rules, decisions, engine)
    if prepare.enough_known(connection, task):
        return edges, model
    heads = cluster(nodes, edges.left, edges.right, edges.bits, threshold=model.threshold, rules=rules)
    shares = prepare.frequencies(connection, task, scoring.weighted_columns(task), heads)
    hold_shares(connection, shares)
    return _learnt_once(connection, task, nodes, rules, decisions, engine, shares)


def _learnt_once(
    connection: duckdb.DuckDBPyConnection,
    task: Task,
    nodes: int,
    rules: Rules,
    decisions: pa.Table | None,
    engine: Engine,
    shares: dict[str, pa.Table] | None = None,
) -> tuple[Edges, Model]:
    compared = engine.compare(connection, task, blocking.PAIRS)
    shares = shares or prepare.frequencies(connection, task, scoring.weighted_columns(task))
    model = Model(task, training.train(connection, task, compared), shares, 0.0, 0.0)
    edges = _weighed(connection, model, weighed_now(model, compared), decisions, engine)
    bar, f1 = best_threshold(nodes, edges.left, edges.right, edges.bits, edges.chance, rules)
    return edges, replace(model, threshold=bar, expected_f1=f1)


def _weighed(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    weighed: Weighed,
    decisions: pa.Table | None,
    engine: Engine,
    memory: Memory | None = None,
) -> Edges:
    """The pairs that met, with those left out inside small parts, as pairs of nodes; kept for the next run."""
    nodes = nodes_of(connection, model.task)
    rest = unseen_inside(connection, model.task, weighed, nodes)
    weighed = weighed.with_more(weigh(connection, model, rest, engine, memory))
    remember(connection, weighed)
    return decided(connection, edges_of(weighed, nodes), decisions)


class _Clock:
    """Seconds between laps, for the metrics only."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def seconds(self) -> dict[str, float]:
        """Seconds of each lap, as metrics."""
        return {f"seconds_{name}": seconds for name, seconds in self.laps.items()}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name], self._last = round(now - self._last, 3), now
