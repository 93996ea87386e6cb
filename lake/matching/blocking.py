"""Which pairs are compared at all: records that share a blocking key, rare keys first, until the budget is spent.

Keys are all single atoms of the roles and all pairs of atoms of two columns, as hashes; a value shared by thousands (a
shop's phone, a common name) costs too much and is left out by itself, while its combinations stay in.
"""

from __future__ import annotations

from itertools import combinations

import duckdb

from lake.engines.duckdb import literal, quote
from lake.matching.model import Column, Task
from lake.matching.prepare import RECORDS
from lake.matching.roles import ROLES

PAIRS = "matching_pair"
_AT_SCALE = 50_000  # from so many records on only atoms of rank 1 are combined
_LEAST = 300_000  # pairs any number of records may have
_OVERLAP = 3  # keys by which a pair is found, on average


def atoms(task: Task, rank: int) -> dict[str, tuple[str, str, int]]:
    """Label -> (column or group, SQL, rank) of every blocking value up to `rank`."""
    found: dict[str, tuple[str, str, int]] = {}
    for column in task.columns:
        for atom in ROLES[column.role].atoms:
            if atom.rank <= rank:
                found[f"{column.name}:{atom.label}"] = (column.name, atom.sql.format(c=column.name), atom.rank)
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


def _parts_of_names(task: Task) -> list[Column]:
    parts = [column for column in task.columns if column.role in ("given_name", "surname")]
    return parts if len(parts) > 1 else []


def rules(task: Task, rank: int = 2) -> list[tuple[str, ...]]:
    """Every blocking rule: one atom, or two of different columns, never two of which one says next to nothing."""
    known = atoms(task, 3)
    singles = [(label,) for label, (_, _, weight) in known.items() if weight < 3]
    known = {label: atom for label, atom in known.items() if rank > 1 or atom[2] == 1}
    pairs = [
        (one, other)
        for one, other in combinations(known, 2)
        if known[one][0] != known[other][0] and known[one][2] + known[other][2] < 5
    ]
    return [*singles, *pairs]


def block(connection: duckdb.DuckDBPyConnection, task: Task) -> int:
    """Make table `matching_pair` (record_l < record_r) of the candidate pairs; how many there are."""
    row = connection.execute(f"SELECT count(*), count(*) FILTER (loose) FROM {RECORDS}").fetchone()
    total, loose = (int(row[0]), int(row[1])) if row else (0, 0)
    _explode(connection, task, 2 if total < _AT_SCALE else 1)
    budget = max(_LEAST, task.pairs_per_record * loose) * _OVERLAP
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_block AS SELECT block FROM (SELECT block, sum(cost) OVER"
        " (ORDER BY cost, block ROWS UNBOUNDED PRECEDING) AS spent FROM (SELECT block,"
        " count(*) FILTER (loose) * (count(*) - (count(*) FILTER (loose) + 1) / 2.0) AS cost"
        f" FROM matching_key GROUP BY block HAVING count(*) > 1) WHERE cost > 0) WHERE spent <= {budget}"
    )
    keys = "(SELECT * FROM matching_key SEMI JOIN matching_block USING (block))"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_met AS SELECT least(l.record, r.record) AS record_l,"
        " greatest(l.record, r.record) AS record_r, r.loose AS mutual,"
        " CASE WHEN r.loose THEN least(l.record, r.record) ELSE l.record END AS seeker, count(*) AS met"
        f" FROM {keys} AS l JOIN {keys} AS r ON l.block = r.block AND (l.record < r.record OR NOT r.loose)"
        f" AND l.record <> r.record WHERE l.loose AND {allowed(task)} GROUP BY ALL"
    )
    _prune(connection, task)
    connection.execute("DROP TABLE matching_key; DROP TABLE matching_block")
    row = connection.execute(f"SELECT count(*) FROM {PAIRS}").fetchone()
    return int(row[0]) if row else 0


def _prune(connection: duckdb.DuckDBPyConnection, task: Task) -> None:
    """Keep of the pairs that met the ones that met most often: `nearest` for each record that is searched for.

    A record whose keys meet a hundred others once and one other ten times has but one candidate worth its price.
    """
    searches = (
        "SELECT record_l, record_r, met, seeker AS searched FROM matching_met UNION ALL"
        " SELECT record_l, record_r, met, greatest(record_l, record_r) FROM matching_met WHERE mutual"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {PAIRS} AS SELECT DISTINCT record_l, record_r FROM (SELECT *, row_number() OVER"
        f" (PARTITION BY searched ORDER BY met DESC, record_l, record_r) AS place FROM ({searches}))"
        f" WHERE place <= {task.nearest}"
    )
    connection.execute("DROP TABLE matching_met")


def allowed(task: Task) -> str:
    """SQL over records l and r: two records of one source that holds nobody twice are not compared."""
    single = ", ".join(literal(source) for source in task.single)
    return f"NOT (l.source = r.source AND l.source IN ({single}))" if single else "TRUE"


def _explode(connection: duckdb.DuckDBPyConnection, task: Task, rank: int) -> None:
    """Table `matching_key` (record, source, loose, block): a row per record searched for and key it has, and per other
    record and key that one of those has too."""
    known = atoms(task, 3)
    labels = {label: f"a{number}" for number, label in enumerate(known)}
    lists = {label for label, (_, sql, _) in known.items() if sql.startswith("list_")}
    # Every atom is hashed once, however many rules it is in.
    columns = ", ".join(f"{_hashed(sql, label in lists)} AS {labels[label]}" for label, (_, sql, _) in known.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE matching_atom AS SELECT record, source, loose, {columns} FROM {RECORDS}"
        f" ORDER BY loose, record"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_key (record BIGINT, source VARCHAR, loose BOOLEAN, block UBIGINT)"
    )
    for number, rule in enumerate(rules(task, rank)):
        names = [labels[label] for label in rule]
        unrolled = [labels[label] for label in rule if label in lists]
        searched, others = (_keys(number, names, unrolled, which) for which in ("loose", "NOT loose"))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE matching_searched AS {searched}")
        connection.execute("INSERT INTO matching_key FROM matching_searched")
        connection.execute(f"INSERT INTO matching_key FROM ({others}) SEMI JOIN matching_searched USING (block)")
    connection.execute("DROP TABLE matching_atom; DROP TABLE matching_searched")


def _hashed(sql: str, several: bool) -> str:
    """An atom as a number, or as a list of them; NULL where it says nothing."""
    if several:
        return f"list_transform(list_filter({sql}, x -> x <> ''), x -> hash(x))"
    return f"CASE WHEN {sql} <> '' THEN hash({sql}) END"


def _keys(rule: int, names: list[str], unrolled: list[str], which: str) -> str:
    """SELECT of one rule's keys."""
    relation = f"(SELECT * FROM matching_atom WHERE {which})"
    for name in unrolled:  # one list a level: two in one SELECT would be zipped, not crossed
        relation = f"(SELECT * REPLACE (unnest({name}) AS {name}) FROM {relation})"
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    return f"SELECT record, source, loose, hash({rule}, {', '.join(names)}) AS block FROM {relation} WHERE {present}"
