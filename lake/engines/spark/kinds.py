"""What a column's type is called on Spark: from the hub's SQL, and from Arrow."""

import pyarrow as pa

_OF_SQL = {
    "VARCHAR": "string",
    "BLOB": "binary",
    "TIMESTAMPTZ": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    "TIMESTAMP": "timestamp_ntz",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "DATE": "date",
    "BOOLEAN": "boolean",
}
_OF_ARROW: dict[pa.DataType, str] = {
    pa.string(): "string",
    pa.binary(): "binary",
    pa.bool_(): "boolean",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.date32(): "date",
}


def of_sql(kind: str) -> str:
    """Spark's type for a SQL type of DuckDB, under any name DuckDB gives it. KeyError for one the hub does not use."""
    return kind.lower() if kind.startswith("DECIMAL(") else _OF_SQL[kind]


def of_arrow(kind: pa.DataType) -> str:
    """Spark's type for an Arrow type that is stored (lake.delta.files.storable). KeyError for any other."""
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    return _OF_ARROW[kind]
