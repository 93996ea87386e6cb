"""Records with the same sound identity number are one node, unless names or people say that two use the number.

Adds to `matching_record`: node (dense number), loose (whether the record is searched for), and takes disputed numbers
away. What makes a number sound is judged before (catalog/standards).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from lake.engines.duckdb import literal, quote
from lake.matching.clustering import components
from lake.matching.model import Task
from lake.matching.prepare import RECORDS, one, weak
from lake.matching.similarity import ONE_OFF

MOST_NAMES = 20
"""A number found with more names than this is a placeholder or a clerk's own."""


def number_nodes(
    connection: duckdb.DuckDBPyConnection, task: Task, decisions: pa.Table | None = None
) -> tuple[int, int]:
    """Give every record its node; (number of nodes, disputed records). Nodes are numbered from 0 by smallest record.

    decisions: as resolve.resolve takes them; of two records people call different at most one keeps their number.
    """
    disputed = _dispute(connection, task) + _part(connection, task, decisions)
    register = f"bool_or(source = {literal(task.register)})" if task.register else "TRUE"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {RECORDS} AS WITH held AS (SELECT known_id, min(record) AS first,"
        f" {register} AS registered FROM matching_record WHERE known_id IS NOT NULL GROUP BY known_id),"
        " firsts AS (SELECT first FROM held UNION ALL SELECT record FROM matching_record WHERE known_id IS NULL),"
        " numbered AS (SELECT first, row_number() OVER (ORDER BY first) - 1 AS node FROM firsts)"
        " SELECT records.*, numbered.node,"
        f" records.known_id IS NULL OR {weak(task, 'records.known_id')} OR NOT held.registered AS loose"
        " FROM matching_record AS records LEFT JOIN held ON held.known_id = records.known_id"
        " JOIN numbered ON numbered.first = coalesce(held.first, records.record)"
    )
    (nodes,) = one(connection, f"SELECT coalesce(max(node), -1) + 1 FROM {RECORDS}")
    return nodes, disputed


def _dispute(connection: duckdb.DuckDBPyConnection, task: Task) -> int:
    """Take the number from records whose name has nothing to do with the number's other records; how many.

    Of two parties as large as each other the register's keeps it. A number that goes with more than MOST_NAMES names
    says nothing about anybody: all its records lose it.
    """
    name = task.first("full_name") if task.first("organisation") is None else None
    if name is None:
        return 0
    column = quote(name.name)
    names = (
        f"SELECT known_id FROM {RECORDS} WHERE known_id IS NOT NULL GROUP BY known_id HAVING count(DISTINCT {column})"
    )
    support = [
        f"coalesce(l.{quote(other.name)} = r.{quote(other.name)}, FALSE)"
        for other in task.columns
        if other.role in ("phone", "address")
    ]
    alike = " OR ".join([f"coalesce(matching_name_grade(l.{column}, r.{column}) >= {ONE_OFF}, TRUE)", *support])
    pairs = connection.execute(
        f"SELECT l.known_id, l.record, r.record, {alike} FROM {RECORDS} AS l JOIN {RECORDS} AS r"
        f" ON l.known_id = r.known_id AND l.record < r.record WHERE l.known_id IN ({names} BETWEEN 2 AND {MOST_NAMES})"
    ).fetchall()
    held: dict[str, list[tuple[int, int, bool]]] = {}
    for number, left, right, agree in pairs:
        held.setdefault(number, []).append((left, right, bool(agree)))
    register = _register(connection, task, held)
    loose = [record for edges in held.values() for record in _outvoted(edges, register)]
    crowd = f"SELECT record FROM {RECORDS} WHERE known_id IN ({names} > {MOST_NAMES})"
    loose += [record for (record,) in connection.execute(crowd).fetchall()]
    _forget(connection, task, loose)
    return len(loose)


def _part(connection: duckdb.DuckDBPyConnection, task: Task, decisions: pa.Table | None) -> int:
    """Take a number that two use, as people say, from all but one of them; how many records lose it."""
    if decisions is None or not decisions.num_rows:
        return 0
    connection.register("matching_decision", decisions)
    said = connection.execute(
        f"SELECT l.known_id, l.record, r.record FROM matching_decision AS said"
        f" JOIN {RECORDS} AS l ON l.source = said.source_l AND l.key = said.key_l"
        f" JOIN {RECORDS} AS r ON r.source = said.source_r AND r.key = said.key_r"
        " WHERE verdict = 'different' AND l.known_id = r.known_id AND l.record <> r.record ORDER BY ALL"
    ).fetchall()
    connection.unregister("matching_decision")
    parted: dict[str, list[tuple[int, int]]] = {}
    for number, left, right in said:
        parted.setdefault(number, []).append((left, right))
    if not parted:
        return 0
    columns = ", ".join(quote(column.name) for column in task.columns)
    rows = connection.execute(
        f"SELECT known_id, record, {columns} FROM {RECORDS} WHERE known_id IN (SELECT unnest(?)) ORDER BY record",
        [list(parted)],
    ).fetchall()
    register = _register(connection, task, parted)
    outside = []
    for number, pairs in parted.items():
        values = {record: tuple(said) for known, record, *said in rows if known == number}
        outside += _others(values, pairs, register)
    _forget(connection, task, outside)
    return len(outside)


def _others(
    values: Mapping[int, tuple[object, ...]], pairs: Sequence[tuple[int, int]], register: Collection[int]
) -> list[int]:
    """Records that are not about whom the number belongs to: the register's record among `pairs`, else the one most
    alike the rest. values: record -> what it says of whoever has the number. A record no pair names goes with whom it
    is most alike.
    """

    def alike(one: int, other: int) -> int:
        return sum(mine is not None and mine == their for mine, their in zip(values[one], values[other], strict=True))

    named = sorted({record for pair in pairs for record in pair})
    holder = min(named, key=lambda one: (one not in register, -sum(alike(one, other) for other in values), one))
    outside = {record for pair in pairs if holder in pair for record in pair if record != holder}
    for left, right in pairs:
        if not outside & {left, right}:
            outside.add(right)
    follow = [
        record
        for record in values
        if record not in named and max(alike(record, one) for one in outside) > alike(record, holder)
    ]
    return sorted(outside) + follow


def _forget(connection: duckdb.DuckDBPyConnection, task: Task, records: list[int]) -> None:
    """Take the number away, and a birth date that only repeats it; they compare otherwise, so content changes, too."""
    if not records:
        return
    numbers = [column.name for column in task.columns if column.role == "national_id"]
    births = [quote(column.name) for column in task.columns if column.role == "birth_date"]
    changes = ", ".join(
        [
            *(f"{quote(item)} = NULL" for item in ["known_id", *numbers]),
            *(f"{item} = CASE WHEN NOT contains(known_id, {item}) THEN {item} END" for item in births),
        ]
    )
    connection.register("matching_disputed", pa.table({"record": records}))
    connection.execute(
        f"UPDATE {RECORDS} SET {changes}, content = xor(content, 1)"
        " WHERE record IN (SELECT record FROM matching_disputed)"
    )
    connection.unregister("matching_disputed")


def _register(connection: duckdb.DuckDBPyConnection, task: Task, numbers: Collection[str]) -> frozenset[int]:
    """The register's records with one of these numbers."""
    if task.register is None or not numbers:
        return frozenset()
    query = f"SELECT record FROM {RECORDS} WHERE source = ? AND known_id IN (SELECT unnest(?))"
    return frozenset(record for (record,) in connection.execute(query, [task.register, list(numbers)]).fetchall())


def _outvoted(edges: list[tuple[int, int, bool]], register: Collection[int]) -> list[int]:
    """Records outside the largest party of records that agree: of equally large ones the register's, then the first."""
    records = sorted({record for edge in edges for record in edge[:2]})
    place = {record: number for number, record in enumerate(records)}
    agreed = [(place[left], place[right]) for left, right, alike in edges if alike]
    left, right = (np.array([edge[side] for edge in agreed], np.int64) for side in (0, 1))
    party = components(len(records), left, right)
    votes = np.bincount(party, weights=[1 + 1e-3 * (record in register) for record in records])
    largest = votes.argmax()
    return [record for record, member in zip(records, party, strict=True) if member != largest]
