"""SQL text over the files of one table version, usable after FROM. Pure: reads nothing, runs nothing.

Every column of the table is there with its type whatever the files hold: files older than a column read NULL, values
kept in the log (partitions) become columns again, and a version without files is an empty relation of the right shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa

from lake.engines.duckdb import literal, quote


@dataclass(frozen=True)
class Part:
    """One file of a version: `place` as DuckDB opens it, `path` as the log names it, partition values, columns known.

    `columns` None: unknown, because whoever wrote the file kept no null counts.
    """

    place: str
    path: str
    size: int
    rows: int
    values: Mapping[str, str | None]
    columns: frozenset[str] | None


def relation(schema: pa.Schema, partition_columns: Sequence[str], parts: Sequence[Part]) -> str:
    """The relation over `parts` with exactly the columns of `schema`, in its order."""
    if not parts:
        return f"({_empty(schema)})"
    if not partition_columns and _uniform(schema, parts):
        return _files(parts)
    # Sorting is stable: within one partition the files keep their order.
    ordered = sorted(parts, key=lambda part: _values(part, partition_columns))
    branches = [
        f"SELECT *{_constants(group[0], partition_columns)} FROM {_files(group)}"
        for group in _grouped(ordered, partition_columns)
    ]
    return "(" + " UNION ALL BY NAME ".join([_empty(schema), *branches]) + ")"


def _grouped(parts: Sequence[Part], partition_columns: Sequence[str]) -> list[list[Part]]:
    return [list(group) for _, group in groupby(parts, key=lambda part: _values(part, partition_columns))]


def _values(part: Part, partition_columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.values.get(name) or "" for name in partition_columns)


def _constants(sample: Part, partition_columns: Sequence[str]) -> str:
    return "".join(f", {_constant(sample.values.get(name))} AS {quote(name)}" for name in partition_columns)


def _constant(value: str | None) -> str:
    return "NULL::VARCHAR" if value is None else literal(value)


def _files(parts: Sequence[Part]) -> str:
    mixed = ", union_by_name = true" if len({part.columns for part in parts}) > 1 else ""
    return f"read_parquet([{', '.join(literal(part.place) for part in parts)}]{mixed})"


def _uniform(schema: pa.Schema, parts: Sequence[Part]) -> bool:
    # Null counts are kept of flat columns only; a nested column that came later is not worth the difference.
    flat = frozenset(item.name for item in schema if not pa.types.is_nested(item.type))
    return all(part.columns == flat for part in parts)


def _empty(schema: pa.Schema) -> str:
    columns = ", ".join(f"NULL::{sql_type(item.type)} AS {quote(item.name)}" for item in schema)
    return f"SELECT {columns} WHERE false"


def sql_type(kind: pa.DataType) -> str:
    """DuckDB's name of a type a table may hold."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"{sql_type(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return f"STRUCT({', '.join(f'{quote(part.name)} {sql_type(part.type)}' for part in kind)})"
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMPTZ" if kind.tz else "TIMESTAMP"
    return _SQL_TYPES[kind]


_SQL_TYPES: dict[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.large_string(): "VARCHAR",
    pa.string_view(): "VARCHAR",
    pa.binary(): "BLOB",
    pa.large_binary(): "BLOB",
    pa.binary_view(): "BLOB",
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
}
