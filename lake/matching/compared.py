"""What records are compared by: their columns, parts of these, and how frequent their values are.

Many records are never compared: in the first build of a million residents half of them, in later ones nearly all. So
neither parts nor frequencies are kept with the records: both are put to those asked for. Parts are cut out behind the
joins, of two narrow rows.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from lake.engines.duckdb import quote
from lake.matching.model import Task
from lake.matching.prepare import RECORDS
from lake.matching.roles import ROLES

COMPARED = "matching_compared"
_SHARE = "matching_share_"


def hold_shares(connection: duckdb.DuckDBPyConnection, shares: dict[str, pa.Table]) -> None:
    """Keep in `connection` the share of entities that have a value (value, share), by column of the records."""
    for name, table in shares.items():
        connection.register("matching_given", table)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote(_SHARE + name)} AS FROM matching_given")
        connection.unregister("matching_given")


def involved(pairs: str) -> str:
    """The records of relation `pairs` (record_l, record_r), usable in FROM."""
    asked = f"SELECT record_l FROM {pairs} UNION ALL SELECT record_r FROM {pairs}"
    return f"(SELECT * FROM {RECORDS} WHERE record IN ({asked}))"


def with_shares(weighted: list[str], records: str, more: dict[str, str] | None = None) -> str:
    """SELECT of `records` with tf_<column> for every column of `weighted`: the share of the value when the model was
    trained (hold_shares); a value unseen then counts as the rarest. more: further columns of `records` and their SQL.
    """
    joins, columns = [], dict(more or {})
    for number, name in enumerate(dict.fromkeys(weighted)):
        held, value = quote(_SHARE + name), quote(name)
        joins.append(f"LEFT JOIN {held} AS s{number} ON s{number}.value = records.{value}")
        rarest = f"(SELECT coalesce(min(share), 1.0) FROM {held})"
        share = f"coalesce(s{number}.share, {rarest})"
        columns[f"tf_{name}"] = f"CASE WHEN records.{value} IS NOT NULL THEN {share} END"
    listed = "".join(f", {sql} AS {quote(name)}" for name, sql in columns.items())
    return f"SELECT records.*{listed} FROM {records} AS records {' '.join(joins)}"


def parts(task: Task, relation: str = "records") -> dict[str, str]:
    """Name of every column that is a part of one of `relation` -> its SQL. A role writes the column as "{c}", so that
    the quotation marks around it close those of relation and column, both.
    """
    return {
        f"{column.name}_{suffix}": sql.format(c=f'{relation}"."{column.name}')
        for column in task.columns
        for suffix, sql in ROLES[column.role].parts.items()
    }


def cut_out(task: Task, sql: str) -> str:
    """`sql` with the parts of relations l and r, as Splink asks for them, in terms of the columns they are of."""
    for relation in ("l", "r"):
        for name, part in parts(task, relation).items():
            sql = sql.replace(f'"{relation}".{quote(name)}', part)
    return sql
