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
    prefix: str = "E",
) -> tuple[pa.Table, list[Redirect]]:
    """(source, key, entity_key, numbered, probability; redirects). A new id comes from the smallest number, else from

    the key of a record. numbered: whether the record has a sound number nobody disputes.
    """
    rows = connection.execute(
        f"SELECT record, source, key, node, known_id FROM {RECORDS} ORDER BY record"
    ).to_arrow_table()
    member = found[rows["node"].to_numpy()]
    names = list(zip(rows["source"].to_pylist(), rows["key"].to_pylist(), strict=True))
    anchors: dict[int, tuple[int, str]] = {}
    for head, name, known in zip(member.tolist(), names, rows["known_id"].to_pylist(), strict=True):
        anchor = (1, known) if known else (2, f"{name[0]}|{name[1]}")
        anchors[head] = min(anchor, anchors.get(head, anchor))
    clusters = dict(zip(names, member.tolist(), strict=True))
    fresh = {head: new_key(anchor, prefix=prefix, secret=secret) for head, (_, anchor) in anchors.items()}
    keys, redirects = keep_keys(previous, clusters, fresh)
    sure = support(len(found), found, edges)
    columns = {
        "source": rows["source"],
        "key": rows["key"],
        "entity_key": pa.array([keys[head] for head in member.tolist()]),
        "numbered": rows["known_id"].is_valid(),
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
