"""Which pairs are compared at all: records that share a blocking key, rare keys first, until the budget is spent.

Keys are all single atoms of the roles and all pairs of atoms of two columns, as hashes; a value shared by thousands (a
shop's phone, a common name) costs too much and is left out by itself, while its combinations stay in.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import duckdb
import numpy as np
import pyarrow as pa

from lake.engines.duckdb import literal, quote
from lake.matching.model import Column, Task
from lake.matching.nearest import PLACE_BITS, nearest, once
from lake.matching.prepare import RECORDS, one
from lake.matching.roles import ROLES

PAIRS = "matching_pair"
ATOMS = "matching_atom"
COSTS = (
    "SELECT block, cost FROM (SELECT block, count(*) FILTER (WHERE loose) * (count(*) - (count(*) FILTER (WHERE loose)"
    " + 1) / 2.0) AS cost FROM matching_key GROUP BY block HAVING count(*) > 1) AS counted WHERE cost > 0"
)
"""SELECT of the blocks in which anybody meets, and how many pairs do."""
WHO = "record, source, loose"
"""What stands beside the keys of a record."""
_AT_ONCE = 8_000_000  # meetings that are counted at once, about: each takes 20 to 80 bytes, and fresh memory takes time
_AT_SCALE = 50_000  # from so many records on only atoms of rank 1 are combined
_LEAST = 300_000  # pairs any number of records may have
_OVERLAP = 3  # keys by which a pair is found, on average
_TOGETHER = 16  # rules whose keys one statement makes: more would hold more at once, each alone costs a statement


def atoms(task: Task, rank: int) -> dict[str, tuple[str, str, int]]:
    """Label -> (column or group, SQL, rank) of every blocking value up to `rank`."""
    found: dict[str, tuple[str, str, int]] = {}
    for column in task.columns:
        for atom in ROLES[column.role].atoms:
            if atom.rank <= rank:
                sql = _spelled_out(atom.sql, ROLES[column.role].parts).format(c=column.name)
                found[f"{column.name}:{atom.label}"] = (column.name, sql, atom.rank)
    names_then_and_now = [column for column in task.columns if column.role in ("organisation", "former_organisation")]
    if len(names_then_and_now) > 1:
        either = ", ".join(quote(column.name) for column in names_then_and_now)
        found["organisation:any"] = ("name", f"list_distinct(list_filter([{either}], x -> x IS NOT NULL))", 1)
    parts = _parts_of_names(task)
    if parts:
        names = ", ".join(quote(column.name) for column in parts)
        sounds = ", ".join(quote(f"{column.name}_sound") for column in parts)
        found["name:any"] = ("name", f"list_distinct(list_filter([{names}], x -> x IS NOT NULL))", 1)
        found["name:sounds"] = ("name", f"nullif(array_to_string(list_sort([{sounds}]), ' '), '')", 1)
    return found


def _spelled_out(sql: str, parts: Mapping[str, str]) -> str:
    """An atom that is a part of its column, in terms of the column."""
    for suffix, part in parts.items():
        sql = sql.replace(f'"{{c}}_{suffix}"', part)
    return sql


def _parts_of_names(task: Task) -> list[Column]:
    parts = [column for column in task.columns if column.role in ("given_name", "surname")]
    return parts if len(parts) > 1 else []


def rules(task: Task, rank: int = 2) -> list[tuple[str, ...]]:
    """Every blocking rule: one atom, or two of different columns, never two of which one says next to nothing."""
    known = atoms(task, 3)
    singles = [(label,) for label, (_, _, weight) in known.items() if weight < 3]
    known = {label: atom for label, atom in known.items() if rank > 1 or atom[2] == 1}
    pairs = [
        (left, right)
        for left, right in combinations(known, 2)
        if known[left][0] != known[right][0] and known[left][2] + known[right][2] < 5
    ]
    return [*singles, *pairs]


def block(connection: duckdb.DuckDBPyConnection, task: Task) -> int:
    """Make table `matching_pair` (record_l < record_r) of the candidate pairs; how many there are."""
    rank, budget = extent(connection, task)
    _explode(connection, task, rank)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_block AS SELECT block FROM (SELECT block, sum(cost) OVER"
        f" (ORDER BY cost, block ROWS UNBOUNDED PRECEDING) AS spent FROM ({COSTS})) WHERE spent <= {budget}"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_chosen AS FROM matching_key SEMI JOIN matching_block USING (block)"
    )
    connection.execute("DROP TABLE matching_key; DROP TABLE matching_block")
    # Two that are both searched for are paid for once and meet twice.
    pairs = _candidates(connection, task, slices=1 + 2 * int(budget) // _AT_ONCE)
    connection.register("matching_found", pairs)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {PAIRS} AS FROM matching_found")
    connection.unregister("matching_found")
    connection.execute("DROP TABLE matching_chosen; DROP TABLE matching_place")
    return int(pairs.num_rows)


def _candidates(connection: duckdb.DuckDBPyConnection, task: Task, *, slices: int) -> pa.Table:
    """The pairs (record_l, record_r) of whom each record searched for meets most often in table matching_chosen.

    By places in the order of records, a slice of those searched for at a time, so that never all that meets is held.
    Spark has no such arrays and is given met_sql and nearest_sql instead; a test holds both to the same pairs.
    """
    found = []
    for slice_no in range(slices):
        meetings = connection.execute(
            f"SELECT l.place::BIGINT << {PLACE_BITS} | r.place AS meeting FROM (SELECT * FROM matching_chosen"
            f" WHERE loose AND place % {slices} = {slice_no}) AS l"
            " JOIN matching_chosen AS r ON l.block = r.block AND l.place <> r.place"
            " WHERE coalesce(l.alone <> r.alone, TRUE)"
        ).fetchnumpy()["meeting"]
        found.append(nearest(meetings, task.nearest))
    left, right = once(*(np.concatenate(side) for side in zip(*found, strict=True)))
    records = connection.execute("SELECT record FROM matching_place ORDER BY place").fetchnumpy()["record"]
    return pa.table({"record_l": records[left], "record_r": records[right]})


def extent(connection: duckdb.DuckDBPyConnection, task: Task) -> tuple[int, int]:
    """How far to search: the rank of atoms that are combined, and how often pairs may meet in all."""
    total, loose = one(connection, f"SELECT count(*), count(*) FILTER (loose) FROM {RECORDS}")
    return 2 if total < _AT_SCALE else 1, max(_LEAST, task.pairs_per_record * loose) * _OVERLAP


def met_sql(task: Task, keys: str) -> str:
    """SELECT of the pairs that meet in relation `keys`: how often, and which of the two is searched for."""
    return (
        "SELECT least(l.record, r.record) AS record_l, greatest(l.record, r.record) AS record_r, r.loose AS mutual,"
        " CASE WHEN r.loose THEN least(l.record, r.record) ELSE l.record END AS seeker, count(*) AS met"
        f" FROM {keys} AS l JOIN {keys} AS r ON l.block = r.block AND (l.record < r.record OR NOT r.loose)"
        f" AND l.record <> r.record WHERE l.loose AND {allowed(task)} GROUP BY 1, 2, 3, 4"
    )


def nearest_sql(task: Task, pairs: str) -> str:
    """SELECT of those of relation `pairs` (as met_sql gives it) that met most often: `nearest` for each record that is
    searched for. A record whose keys meet a hundred others once and one other ten times has but one candidate worth
    its price.
    """
    searches = (
        f"SELECT record_l, record_r, met, seeker AS searched FROM {pairs} UNION ALL"
        f" SELECT record_l, record_r, met, greatest(record_l, record_r) AS searched FROM {pairs} WHERE mutual"
    )
    return (
        "SELECT DISTINCT record_l, record_r FROM (SELECT record_l, record_r, row_number() OVER"
        f" (PARTITION BY searched ORDER BY met DESC, record_l, record_r) AS place FROM ({searches}) AS found) AS placed"
        f" WHERE place <= {task.nearest}"
    )


def allowed(task: Task) -> str:
    """SQL over records l and r: two records of one source that holds nobody twice are not compared."""
    single = ", ".join(literal(source) for source in task.single)
    return f"NOT (l.source = r.source AND l.source IN ({single}))" if single else "TRUE"


def _explode(connection: duckdb.DuckDBPyConnection, task: Task, rank: int) -> None:
    """Table `matching_key` (place, alone, loose, block): a row per record searched for and key it has, and per other
    record and key that one of those has too. Table `matching_place` gives every record its place among all.

    alone: which of the sources that hold nobody twice (`allowed`) it is of; NULL for any other.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_place AS SELECT record,"
        f" CAST(row_number() OVER (ORDER BY record) - 1 AS INTEGER) AS place FROM {RECORDS}"
    )
    single = "".join(f" WHEN {literal(source)} THEN {number}" for number, source in enumerate(task.single))
    alone = f"CASE source{single} END" if single else "NULL"
    who = f"place, CAST({alone} AS INTEGER) AS alone, loose"
    placed = f"{RECORDS} JOIN matching_place USING (record)"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {ATOMS} AS {hashed_atoms(task, who, placed)}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_key (place INTEGER, alone INTEGER, loose BOOLEAN, block UBIGINT)"
    )
    both = (_together(keys(task, rank, which, "place, alone, loose")) for which in ("loose", "NOT loose"))
    for searched, others in zip(*both, strict=True):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE matching_searched AS {searched}")
        connection.execute("INSERT INTO matching_key FROM matching_searched")
        connection.execute(f"INSERT INTO matching_key FROM ({others}) SEMI JOIN matching_searched USING (block)")
    connection.execute(f"DROP TABLE {ATOMS}; DROP TABLE matching_searched")


def _together(selects: list[str]) -> list[str]:
    return [" UNION ALL ".join(selects[at : at + _TOGETHER]) for at in range(0, len(selects), _TOGETHER)]


def hashed_atoms(task: Task, who: str = WHO, records: str = RECORDS) -> str:
    """SELECT of every record's atoms, each hashed once, however many rules it is in: what relation ATOMS holds.

    who: the columns that go with them, out of relation `records`.
    """
    columns = ", ".join(
        f"{_hashed(sql, _is_list(sql))} AS a{number}" for number, (_, sql, _) in enumerate(atoms(task, 3).values())
    )
    return f"SELECT {who}, {columns} FROM {records}"


def keys(task: Task, rank: int, which: str, who: str = WHO) -> list[str]:
    """Per rule, SELECT (`who`, block) of the keys that relation ATOMS gives records for which SQL `which` holds."""
    known = atoms(task, 3)
    labels = {label: f"a{number}" for number, label in enumerate(known)}
    lists = {label for label, (_, sql, _) in known.items() if _is_list(sql)}
    return [
        _keys(
            number, [labels[label] for label in rule], [labels[label] for label in rule if label in lists], which, who
        )
        for number, rule in enumerate(rules(task, rank))
    ]


def _is_list(sql: str) -> bool:
    return sql.startswith("list_")


def _hashed(sql: str, several: bool) -> str:
    """An atom as a number, or as a list of them; NULL where it says nothing."""
    if several:
        return f"list_transform(list_filter({sql}, x -> x <> ''), x -> hash(x))"
    return f"CASE WHEN {sql} <> '' THEN hash({sql}) END"


def _keys(rule: int, names: list[str], unrolled: list[str], which: str, who: str) -> str:
    """SELECT of one rule's keys."""
    relation = f"(SELECT * FROM {ATOMS} WHERE {which})"
    for name in unrolled:  # one list a level: two in one SELECT would be zipped, not crossed
        relation = f"(SELECT * REPLACE (unnest({name}) AS {name}) FROM {relation})"
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    return f"SELECT {who}, hash({rule}, {', '.join(names)}) AS block FROM {relation} WHERE {present}"
