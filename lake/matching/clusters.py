"""Clusters of nodes -> the table of entities: every record with its entity's lasting id and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from lake.matching.identity import Redirect, keep_keys, new_key
from lake.matching.prepare import RECORDS
from lake.matching.training import probability

if TYPE_CHECKING:
    from lake.matching.edges import Edges
    from lake.matching.scoring import Floats, Ints


def cluster_table(
    connection: duckdb.DuckDBPyConnection,
    found: Ints,
    edges: Edges,
    previous: Mapping[tuple[str, str], str],
    secret: str,
) -> tuple[pa.Table, list[Redirect]]:
    """(source, key, entity_key, probability; redirects). A new id comes from the number, else from a record's key."""
    rows = connection.execute(
        f"SELECT record, source, key, node, known_id FROM {RECORDS} ORDER BY record"
    ).to_arrow_table()
    member = found[rows["node"].to_numpy()]
    names = list(zip(rows["source"].to_pylist(), rows["key"].to_pylist(), strict=True))
    fresh: dict[int, str] = {}
    for head, name, known in zip(member.tolist(), names, rows["known_id"].to_pylist(), strict=True):
        anchor = f"1{known}" if known else f"2{name[0]}|{name[1]}"
        fresh[head] = min(anchor, fresh.get(head, anchor))
    clusters = dict(zip(names, member.tolist(), strict=True))
    keys, redirects = keep_keys(
        previous, clusters, {head: new_key(anchor, secret=secret) for head, anchor in fresh.items()}
    )
    sure = support(len(found), found, edges)
    columns = {
        "source": rows["source"],
        "key": rows["key"],
        "entity_key": pa.array([keys[head] for head in member.tolist()]),
        "probability": pa.array(sure[rows["node"].to_numpy()]),
    }
    return pa.table(columns), redirects


def support(nodes: int, found: Ints, edges: Edges) -> Floats:
    """Per node, the probability of its strongest pair inside its cluster; 1 for a node that stands alone."""
    together = found[edges.left] == found[edges.right]
    sure = np.full(nodes, -1.0)
    chance = probability(edges.bits[together])
    np.maximum.at(sure, edges.left[together], chance)
    np.maximum.at(sure, edges.right[together], chance)
    return np.where(sure < 0, 1.0, sure)
