"""Weighed pairs of records -> weighed pairs of nodes, with what people decided and what sources rule out.

A node is all records of one sound number, or one record without. Clustering works on nodes (clustering.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from lake.engines.duckdb import quote
from lake.matching import blocking
from lake.matching.clustering import FORBIDDEN, FORCED, Bools, Rules, components
from lake.matching.model import Task
from lake.matching.nearest import PLACE_BITS
from lake.matching.prepare import RECORDS, weak
from lake.matching.scoring import Floats, Ints
from lake.matching.training import probability
from lake.matching.weighing import Weighed

CONFLICT = 10.0
"""Bits against two nodes that each have a sound number, and not the same: one person in a thousand has two."""
CLOSED = 40
"""Parts of up to so many nodes have all their pairs compared before they are clustered."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of nodes (left < right, distinct): their best weight in bits and the two records that show it."""

    left: Ints
    right: Ints
    bits: Floats
    record_l: Ints
    record_r: Ints

    @property
    def chance(self) -> Floats:
        """Probability of each pair."""
        return probability(self.bits)


def _telling(task: Task) -> str:
    """SQL: whether a record has a sound number that tells it from others."""
    return f"known_id IS NOT NULL AND NOT coalesce({weak(task, 'known_id')}, FALSE)"


@dataclass(frozen=True, slots=True)
class Nodes:
    """Every record, in order, with its node; known: whether it has a sound number that tells it from others."""

    record: Ints
    node: Ints
    known: Bools

    def of(self, records: Ints) -> tuple[Ints, Bools]:
        """Node and known of each of `records`."""
        place = np.searchsorted(self.record, records)
        return self.node[place], self.known[place]


def nodes_of(connection: duckdb.DuckDBPyConnection, task: Task) -> Nodes:
    """The nodes of all records."""
    columns = connection.execute(
        f"SELECT record, node, {_telling(task)} AS known FROM {RECORDS} ORDER BY record"
    ).fetchnumpy()
    return Nodes(columns["record"], columns["node"], columns["known"])


def unseen_inside(connection: duckdb.DuckDBPyConnection, task: Task, weighed: Weighed, nodes: Nodes) -> str:
    """Table of the pairs left out by blocking inside small connected parts: clusters are judged by all their pairs."""
    (left, _), (right, _) = nodes.of(weighed.left), nodes.of(weighed.right)
    count = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    component = components(count, left[weighed.bits >= 0], right[weighed.bits >= 0])
    sizes = np.bincount(component, minlength=count)
    inside = np.flatnonzero((sizes[component] > 2) & (sizes[component] <= CLOSED))
    connection.register("matching_component", pa.table({"node": inside, "component": component[inside]}))
    connection.register("matching_known", weighed.table())
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_rest AS WITH placed AS (SELECT record, node, source, loose, component"
        f" FROM {RECORDS} JOIN matching_component USING (node)) SELECT l.record AS record_l, r.record AS record_r"
        " FROM placed AS l JOIN placed AS r ON l.component = r.component AND l.record < r.record AND l.node <> r.node"
        f" WHERE (l.loose OR r.loose) AND {blocking.allowed(task)} AND NOT EXISTS (FROM matching_known AS known"
        " WHERE known.record_l = l.record AND known.record_r = r.record) ORDER BY ALL"
    )
    connection.unregister("matching_component")
    connection.unregister("matching_known")
    return "matching_rest"


def edges_of(weighed: Weighed, nodes: Nodes) -> Edges:
    """Pairs of records as pairs of nodes, each with its best weight; two different sound numbers weigh against it."""
    (left, known_l), (right, known_r) = nodes.of(weighed.left), nodes.of(weighed.right)
    weight = weighed.bits - np.where(known_l & known_r, CONFLICT, 0.0)
    low, high = np.minimum(left, right), np.maximum(left, right)
    pair = low << PLACE_BITS | high
    order = np.argsort(pair)
    order = order[low[order] != high[order]]
    same = pair[order[1:]] == pair[order[:-1]]
    # Most pairs of nodes are shown by one pair of records: only among the others is the best to be found.
    several = np.flatnonzero(np.append(same, False) | np.append(False, same))
    among = order[several]
    order[several] = among[np.lexsort((weighed.right[among], weighed.left[among], -weight[among], pair[among]))]
    best = order[np.append(True, ~same)[: len(order)]]
    return Edges(low[best], high[best], weight[best], weighed.left[best], weighed.right[best])


def decided(connection: duckdb.DuckDBPyConnection, edges: Edges, decisions: pa.Table | None) -> Edges:
    """With what people decided: their pairs weigh more than any evidence."""
    if decisions is None or not decisions.num_rows:
        return edges
    connection.register("matching_decision", decisions)
    rows = connection.execute(
        "SELECT least(l.node, r.node) AS low, greatest(l.node, r.node) AS high, min(l.record) AS record_l,"
        " min(r.record) AS record_r, bool_and(verdict = 'same') AS same FROM matching_decision AS said"
        f" JOIN {RECORDS} AS l ON l.source = said.source_l AND l.key = said.key_l"
        f" JOIN {RECORDS} AS r ON r.source = said.source_r AND r.key = said.key_r"
        " WHERE l.node <> r.node AND verdict IN ('same', 'different') GROUP BY ALL ORDER BY ALL"
    ).fetchnumpy()
    connection.unregister("matching_decision")
    said = set(zip(rows["low"].tolist(), rows["high"].tolist(), strict=True))
    keep = np.array([pair not in said for pair in zip(edges.left.tolist(), edges.right.tolist(), strict=True)], bool)
    return Edges(
        np.concatenate([edges.left[keep], rows["low"]]),
        np.concatenate([edges.right[keep], rows["high"]]),
        np.concatenate([edges.bits[keep], np.where(rows["same"], FORCED, FORBIDDEN)]),
        np.concatenate([edges.record_l[keep], rows["record_l"]]),
        np.concatenate([edges.record_r[keep], rows["record_r"]]),
    )


def rules_of(connection: duckdb.DuckDBPyConnection, task: Task) -> Rules:
    """What no weight may overrule: sources that hold nobody twice, registers that give everybody one number."""
    return Rules(_single(connection, task), _registered(connection, task), _numbered(connection, task))


def _single(connection: duckdb.DuckDBPyConnection, task: Task) -> dict[int, frozenset[str]]:
    if not task.single:
        return {}
    rows = connection.execute(
        f"SELECT node, list(DISTINCT source) FROM {RECORDS} WHERE list_contains(?, source) GROUP BY node",
        [list(task.single)],
    ).fetchall()
    return {int(node): frozenset(sources) for node, sources in rows}


def _numbered(connection: duckdb.DuckDBPyConnection, task: Task) -> frozenset[int]:
    query = f"SELECT DISTINCT node FROM {RECORDS} WHERE {_telling(task)}"
    return frozenset(connection.execute(query).fetchnumpy()["node"].tolist())


def _registered(connection: duckdb.DuckDBPyConnection, task: Task) -> dict[int, dict[str, frozenset[str]]]:
    column = task.first("registration")
    if column is None:
        return {}
    name, found = quote(column.name), dict[int, dict[str, frozenset[str]]]()
    query = f"SELECT node, source, list(DISTINCT {name}) FROM {RECORDS} WHERE {name} IS NOT NULL GROUP BY node, source"
    for node, source, numbers in connection.execute(query).fetchall():
        found.setdefault(int(node), {})[source] = frozenset(numbers)
    return found
