"""Records with the same sound identity number are one node, unless their names say that two people use the number.

Adds to `matching_record`: node (dense number), loose (whether the record is searched for), and takes disputed numbers
away. What makes a number sound is judged before (catalog/standards).
"""

from __future__ import annotations

import duckdb

from lake.engines.duckdb import literal, quote
from lake.matching.clustering import parts
from lake.matching.model import Task
from lake.matching.prepare import RECORDS, one
from lake.matching.similarity import ONE_OFF

import numpy as np


def number_nodes(connection: duckdb.DuckDBPyConnection, task: Task) -> tuple[int, int]:
    """Give every record its node; (number of nodes, disputed records). Nodes are numbered from 0 by smallest record."""
    disputed = _dispute(connection, task)
    register = f"bool_or(source = {literal(task.register)})" if task.register else "TRUE"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {RECORDS} AS WITH grouped AS (SELECT *, CASE WHEN known_id IS NULL"
        " THEN concat('r', record) ELSE concat('k', known_id) END AS together FROM matching_record),"
        f" placed AS (SELECT together, min(record) AS first, {register} AS registered FROM grouped GROUP BY together),"
        " numbered AS (SELECT together, registered, row_number() OVER (ORDER BY first) - 1 AS node FROM placed)"
        " SELECT grouped.* EXCLUDE (together), numbered.node, grouped.known_id IS NULL OR NOT numbered.registered AS loose"
        " FROM grouped JOIN numbered USING (together) ORDER BY record"
    )
    (nodes,) = one(connection, f"SELECT coalesce(max(node), -1) + 1 FROM {RECORDS}")
    return nodes, disputed


def _dispute(connection: duckdb.DuckDBPyConnection, task: Task) -> int:
    """Take the number from records whose name has nothing to do with the number's other records; how many."""
    name = task.first("full_name")
    if name is None:
        return 0
    column = quote(name.name)
    same = "matching_name_grade(l.{c}, r.{c}) >= {g}".format(c=column, g=ONE_OFF)
    support = [
        f"coalesce(l.{quote(other.name)} = r.{quote(other.name)}, FALSE)"
        for other in task.columns
        if other.role in ("phone", "address")
    ]
    pairs = connection.execute(
        f"SELECT l.known_id, l.record, r.record, {' OR '.join([f'({same})', *support])} FROM {RECORDS} AS l"
        f" JOIN {RECORDS} AS r ON l.known_id = r.known_id AND l.record < r.record WHERE l.known_id IN"
        f" (SELECT known_id FROM {RECORDS} WHERE known_id IS NOT NULL GROUP BY known_id HAVING count(DISTINCT {column}) > 1)"
    ).fetchall()
    held: dict[str, list[tuple[int, int, bool]]] = {}
    for number, left, right, alike in pairs:
        held.setdefault(number, []).append((left, right, bool(alike)))
    loose = [record for edges in held.values() for record in _outvoted(edges)]
    numbers = [column.name for column in task.columns if column.role == "national_id"]
    forget = ", ".join(f"{quote(item)} = NULL" for item in ["known_id", *numbers])
    connection.executemany(f"UPDATE {RECORDS} SET {forget} WHERE record = ?", [[record] for record in loose]) if loose else None
    return len(loose)


def _outvoted(edges: list[tuple[int, int, bool]]) -> list[int]:
    """Records outside the largest party of records that agree with each other (of equal ones, the smallest record's)."""
    records = sorted({record for edge in edges for record in edge[:2]})
    place = {record: number for number, record in enumerate(records)}
    agreed = [(place[left], place[right]) for left, right, alike in edges if alike]
    left, right = (np.array([edge[side] for edge in agreed], np.int64) for side in (0, 1))
    party = parts(len(records), left, right)
    largest = np.bincount(party).argmax()
    return [record for record, member in zip(records, party, strict=True) if member != largest]
