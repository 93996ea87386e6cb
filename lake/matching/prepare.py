"""Records as delivered -> records ready to compare: one row number each, cleaned columns, derived columns.

In: a relation with source, key, known_id and the task's columns. Out: DuckDB relations `matching_prepared`, what the
next run may take over, and `matching_record`, the same for this run to add to. What comparing needs besides is put to
those records that are compared (compared.py).
"""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.errors import InvalidInput
from lake.engines.duckdb import literal, quote
from lake.matching.model import Task
from lake.matching.roles import ROLES
from lake.matching.similarity import QUICK, register

LONGEST = 200
"""Characters of a text that are looked at: comparing costs the square of the length, and none of anybody is longer."""
PREPARED = "matching_prepared"
RECORDS = "matching_record"

MACROS = """
CREATE OR REPLACE TEMP MACRO matching_similarity(a, b) AS
  CASE WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN jaro_winkler_similarity(a, b)
       ELSE matching_jw(a, b) END;
CREATE OR REPLACE TEMP MACRO matching_distance(a, b) AS
  CASE WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN damerau_levenshtein(a, b)
       ELSE matching_edits(a, b) END;
CREATE OR REPLACE TEMP MACRO matching_slip(a, b) AS
  CASE WHEN left(a, (least(length(a), length(b)) - 1) // 2) <> left(b, (least(length(a), length(b)) - 1) // 2)
        AND right(a, (least(length(a), length(b)) - 1) // 2) <> right(b, (least(length(a), length(b)) - 1) // 2) THEN 0
       WHEN matching_distance(a, b) <= 1 THEN 1 ELSE 0 END;
"""
"""matching_slip: 1 for texts at most one edit apart. One edit leaves their first halves or their last ones the same."""


def prepare(connection: duckdb.DuckDBPyConnection, relation: str, task: Task, *, known: str | None = None) -> int:
    """Make `matching_prepared` (record BIGINT, content, source, key, known_id, cleaned and derived columns); rows made.

    relation, known: SQL text usable in FROM; known is `matching_prepared` of an earlier run, whose rows are taken where
    their content is still the same. A record's number follows from what it says and who says it, never from its key or
    place: whatever is decided by numbers (ties, samples) is the same for the same rows, however they are named and in
    whatever order they came. Raises InvalidInput when a source names two rows by one key.
    """
    register(connection)
    connection.execute(MACROS)
    items = [quote(column.name) for column in task.columns]
    texts = ", ".join(f"CAST({item} AS VARCHAR) AS {item}" for item in ["source", "key", "known_id"])
    texts += "".join(f", left(CAST({item} AS VARCHAR), {LONGEST}) AS {item}" for item in items)
    said = f"SELECT CAST(hash({', '.join(['known_id', *items])}) // 2 AS BIGINT) AS content, *"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW matching_said AS {said} FROM (SELECT {texts} FROM {relation})")
    rows = _refuse_doubles(connection, task)
    # Hardly any row says what another of its source says: numbered by what tells them apart, the others as the first.
    turned = (
        "SELECT source, key, row_number() OVER (PARTITION BY source, content ORDER BY key) AS turn FROM matching_said"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_raw AS SELECT said.*,"
        " CAST(hash(said.source, content, coalesce(turn, 1)) // 2 AS BIGINT) AS record FROM matching_said AS said"
        f" LEFT JOIN (SELECT * FROM ({turned}) WHERE turn > 1) AS again"
        " ON again.source = said.source AND again.key = said.key"
    )
    connection.execute("DROP VIEW matching_said")
    if known:
        new = f"SELECT * FROM matching_raw ANTI JOIN {known} AS known USING (record, content)"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE matching_new AS {new}")
        _clean(connection, task, "matching_new", f"{PREPARED}_fresh")
        connection.execute("DROP TABLE matching_new")
        taken = (
            f"SELECT known.* REPLACE (raw.key AS key) FROM {known} AS known"
            " JOIN matching_raw AS raw ON raw.record = known.record AND raw.content = known.content"
        )
        # A view: of most rows nothing is asked but to be copied once.
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {PREPARED} AS {taken} UNION ALL BY NAME FROM {PREPARED}_fresh")
    else:
        _clean(connection, task, "matching_raw", PREPARED)
        connection.execute("DROP TABLE matching_raw")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RECORDS} AS FROM {PREPARED}")
    return rows


def _clean(connection: duckdb.DuckDBPyConnection, task: Task, raw: str, into: str) -> None:
    """Make table `into` of the rows of `raw`, cleaned, with what the hub's own functions derive from cleaned columns.

    A text that stands in many rows is cleaned once.
    """
    columns, texts, joins = [], [], []
    for number, column in enumerate(task.columns):
        role, name = ROLES[column.role], quote(column.name)
        if role.clean in QUICK and not role.derived:
            columns.append(f"{quickly(role.clean, f'raw.{name}')} AS {name}")
            continue
        derived = {f"{column.name}_{suffix}": sql.format(c=column.name) for suffix, sql in role.derived.items()}
        more = "".join(f", {sql} AS {quote(name)}" for name, sql in derived.items())
        texts.append(f"matching_text_{number}")
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {texts[-1]} AS SELECT *{more}"
            f" FROM (SELECT said, {role.clean}(said) AS {name} FROM (SELECT DISTINCT {name} AS said FROM {raw}))"
        )
        columns.append(f"text_{number}.* EXCLUDE (said)")
        joins.append(f"LEFT JOIN {texts[-1]} AS text_{number} ON text_{number}.said = raw.{name}")
    own = ", ".join(f"raw.{name}" for name in ("record", "content", "source", "key", "known_id"))
    cleaned = f"SELECT {', '.join([own, *columns])} FROM {raw} AS raw {' '.join(joins)}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {cleaned}")
    for name in texts:
        connection.execute(f"DROP TABLE {name}")


def quickly(function: str, value: str) -> str:
    """SQL of a cleaned value in which the function is asked only where it is not plain what it answers."""
    plain, answer = (sql.format(x=value) for sql in QUICK[function])
    return f"CASE WHEN {value} IS NULL THEN NULL WHEN {plain} THEN {answer} ELSE {function}({value}) END"


def _refuse_doubles(connection: duckdb.DuckDBPyConnection, task: Task) -> int:
    """How many rows there are, if none shares source and key with another."""
    rows, distinct = one(connection, "SELECT count(*), count(DISTINCT hash(source, key)) FROM matching_said")
    if rows != distinct:
        raise InvalidInput(
            f"匹配输入中有 {rows - distinct} 行的来源与键重复。请先去除重复的键。",
            f"{rows - distinct} rows to match share source and key with another row. Give each row a key of its own.",
            code="matching_key_twice",
            task=task.name,
        )
    return rows


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    """The only row of a query, as integers."""
    row = connection.execute(sql).fetchone() or ()
    return tuple(int(value or 0) for value in row)


def enough_known(connection: duckdb.DuckDBPyConnection, task: Task) -> bool:
    """Whether there are sound numbers enough to tell by them how many have a value."""
    return one(connection, f"SELECT count(DISTINCT known_id) FROM {PREPARED} WHERE {_sound(task)}")[0] >= ENOUGH_KNOWN


def _sound(task: Task) -> str:
    return f"known_id IS NOT NULL AND NOT {weak(task, 'known_id')}"


def _either(task: Task) -> str:
    return f"CASE WHEN {_sound(task)} THEN known_id ELSE CAST(record AS VARCHAR) END"


def frequencies(
    connection: duckdb.DuckDBPyConnection, task: Task, columns: list[str], heads: npt.NDArray[np.int64] | None = None
) -> dict[str, pa.Table]:
    """Per prepared column: table value, share of the entities that have it.

    Entities are the sound numbers, where there are ENOUGH_KNOWN of them, else the clusters (heads: cluster of each
    node), else the numbers and every record without one: a value that stands in many records of one entity is no common
    one. What only one entity has is rarer than one in all of them, the more so the fewer values two have (Good 1953,
    with Turing): names of firms hardly ever meet twice, those of people often do.
    """
    if enough_known(connection, task):
        return {name: _frequency(connection, name, PREPARED, "known_id", _sound(task)) for name in columns}
    if heads is None:
        return {name: _frequency(connection, name, PREPARED, _either(task), "TRUE") for name in columns}
    connection.register("matching_head", pa.table({"node": np.arange(len(heads)), "head": heads}))
    held = f"{RECORDS} JOIN matching_head USING (node)"
    found = {name: _frequency(connection, name, held, "head", "TRUE") for name in columns}
    connection.unregister("matching_head")
    return found


def weak(task: Task, number: str) -> str:
    """SQL: whether the sound number `number` says nothing against a number of another kind."""
    return f"starts_with({number}, {literal(task.weak)})" if task.weak else "FALSE"


ENOUGH_KNOWN = 300


def _frequency(connection: duckdb.DuckDBPyConnection, name: str, relation: str, which: str, where: str) -> pa.Table:
    return connection.execute(
        f"WITH held AS (SELECT DISTINCT {quote(name)} AS value, {which} AS who FROM {relation}"
        f" WHERE {quote(name)} IS NOT NULL AND {where}),"
        " counted AS (SELECT value, count(*) AS entities FROM held GROUP BY value),"
        " rare AS (SELECT (2.0 * count(*) FILTER (entities = 2) + 1) / greatest(count(*) FILTER (entities = 1), 1)"
        " AS turing FROM counted)"
        " SELECT value, CASE WHEN entities > 1 THEN CAST(entities AS DOUBLE)"
        " ELSE least(1.0, turing) END / sum(entities) OVER () AS share"
        " FROM counted CROSS JOIN rare ORDER BY value"
    ).to_arrow_table()
