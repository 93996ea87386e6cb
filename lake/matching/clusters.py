"""Clusters of nodes -> the table of entities: every record with its entity's lasting id and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from lake.matching.identity import GONE, Redirect, hashed_on, keep_keys
from lake.matching.prepare import RECORDS
from lake.matching.training import probability

if TYPE_CHECKING:
    from lake.matching.edges import Edges
    from lake.matching.scoring import Floats, Ints


def cluster_table(
    connection: duckdb.DuckDBPyConnection,
    found: Ints,
    edges: Edges,
    previous: pa.Table | None,
    secret: str,
    prefix: str = "E",
) -> tuple[pa.Table, list[Redirect]]:
    """The table (source, key, entity_key, numbered, probability), and what became of ids that moved.

    A new id comes from the smallest number, else from the key of a record. numbered: whether the record has a sound
    number nobody disputes. previous: source, key, entity_key of the last run.
    """
    sure = support(len(found), found, edges)
    held = {"matching_member": pa.table({"node": np.arange(len(found)), "head": found, "sure": sure})}
    held["matching_previous"] = _PREVIOUS.empty_table() if previous is None else previous.select(_PREVIOUS.names)
    for name, rows in held.items():
        connection.register(name, rows)
    for name, sql in _STEPS.items():
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}",
            {"secret": secret, "prefix": prefix} if "$secret" in sql else None,
        )
    redirects = _keep_moved(connection)
    clusters = connection.execute(_CLUSTERS).to_arrow_table()
    for name in _STEPS:
        connection.execute(f"DROP TABLE {name}")
    for name in held:
        connection.unregister(name)
    return clusters, redirects


_PREVIOUS = pa.schema([("source", pa.string()), ("key", pa.string()), ("entity_key", pa.string())])
_STEPS = {
    "matching_overlap": f"SELECT head, entity_key AS old, count(*) AS records FROM {RECORDS} JOIN matching_member"
    " USING (node) JOIN matching_previous USING (source, key) GROUP BY ALL",
    # An id whose records are all in one cluster, which has no records of another: nothing to decide.
    "matching_stayed": "SELECT head, old FROM matching_overlap QUALIFY count(*) OVER (PARTITION BY head) = 1"
    " AND count(*) OVER (PARTITION BY old) = 1",
    # Only who has none left from the last run needs a new id.
    "matching_fresh": "SELECT head, $prefix || substr(sha256($secret || coalesce(min(known_id),"
    f" min(source || '|' || key))), 1, 24) AS fresh FROM {RECORDS} JOIN matching_member USING (node)"
    " WHERE head NOT IN (SELECT head FROM matching_stayed) GROUP BY head",
    "matching_key_of": "SELECT head, old AS entity_key FROM matching_stayed"
    " UNION ALL SELECT head, fresh AS entity_key FROM matching_fresh",
}
"""Tables made one after the other; the last gets its other keys from keep_keys."""
_CLUSTERS = (
    "SELECT source, key, entity_key, known_id IS NOT NULL AS numbered, sure AS probability"
    f" FROM {RECORDS} JOIN matching_member USING (node) JOIN matching_key_of USING (head) ORDER BY record"
)
_MOVED = "SELECT head, old, records, fresh FROM matching_overlap JOIN matching_fresh USING (head)"
_TAKEN = (
    "SELECT head, NULL, 0, fresh FROM matching_fresh WHERE head NOT IN (SELECT head FROM matching_overlap)"
    " AND fresh IN (SELECT entity_key FROM matching_previous)"
)
_GONE = "SELECT DISTINCT entity_key FROM matching_previous WHERE entity_key NOT IN (SELECT old FROM matching_overlap)"


def _keep_moved(connection: duckdb.DuckDBPyConnection) -> list[Redirect]:
    """Decide on the clusters whose ids do not follow by themselves; every redirect, by old id."""
    rows = connection.execute(f"{_MOVED} UNION ALL {_TAKEN} ORDER BY ALL").fetchall()
    gone = [Redirect(old, None, GONE) for (old,) in connection.execute(_GONE).fetchall()]
    if not rows:
        return sorted(gone, key=lambda one: one.old)
    previous: dict[tuple[int, str | None, int], str] = {}
    clusters: dict[tuple[int, str | None, int], int] = {}
    for head, old, records, _ in rows:
        clusters |= {(head, old, number): head for number in range(max(records, 1))}
        previous |= {(head, old, number): old for number in range(records)}
    fresh = {head: new for head, _, _, new in rows}
    keys, redirects = keep_keys(previous, clusters, fresh, used=_in_use(connection, list(fresh.values())))
    connection.register("matching_moved", pa.table({"head": list(keys), "entity_key": list(keys.values())}))
    connection.execute("DELETE FROM matching_key_of WHERE head IN (SELECT head FROM matching_moved)")
    connection.execute("INSERT INTO matching_key_of FROM matching_moved")
    connection.unregister("matching_moved")
    return sorted([*redirects, *gone], key=lambda one: one.old)


def _in_use(connection: duckdb.DuckDBPyConnection, keys: list[str]) -> set[str]:
    """Those of `keys` the last run had, and of what they are hashed on to."""
    used: set[str] = set()
    while keys:
        connection.register("matching_wanted", pa.table({"entity_key": keys}))
        had = "SELECT DISTINCT entity_key FROM matching_previous SEMI JOIN matching_wanted USING (entity_key)"
        found = [key for (key,) in connection.execute(had).fetchall()]
        connection.unregister("matching_wanted")
        used.update(found)
        keys = [hashed_on(key) for key in found]
    return used


def support(nodes: int, found: Ints, edges: Edges) -> Floats:
    """Per node, the probability of its strongest pair inside its cluster; 1 for a node that stands alone."""
    together = found[edges.left] == found[edges.right]
    sure = np.full(nodes, -1.0)
    chance = probability(edges.bits[together])
    np.maximum.at(sure, edges.left[together], chance)
    np.maximum.at(sure, edges.right[together], chance)
    return np.where(sure < 0, 1.0, sure)
