"""Files a recipient may have: each file of a published version, projected and filtered, made once and kept.

A Delta file never changes, so its projection under a policy never does: it is named by source file, policy, engine and
writer options, and a new version projects its new files only. The bytes hold nothing but what is shown: no foreign
metadata, statistics and dictionaries of shown values only, and rows in the order of shown values, because the order of
the source would betray a hidden column. What a policy is, is not known here.
"""

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.settings import Settings
from lake import tables
from lake.delta.relation import Part, relation
from lake.engines.duckdb import connect, literal, quote

WRITER = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, WRITE_BLOOM_FILTER false"
FORM = f"1;duckdb {duckdb.__version__};{WRITER}"
"""Part of every file's name: another engine or writer may give other bytes."""


@dataclass(frozen=True)
class Projection:
    """Shown columns as (name, SQL expression), a row condition ('' for all), parameters, and the policy's name."""

    columns: tuple[tuple[str, str], ...]
    where: str
    params: Mapping[str, Any]
    fingerprint: str


@dataclass(frozen=True)
class ProjectedFile:
    """One file a recipient may have. `file_id` is stable for the same content."""

    file_id: str
    path: Path
    size: int
    rows: int


def shared(settings: Settings) -> Path:
    """Where files for recipients lie: on this machine, also when the lake is in an object store."""
    return settings.home / "lake" / "shared"


def folder(settings: Settings, fingerprint: str) -> Path:
    """Where the files made under one policy lie."""
    return shared(settings) / fingerprint


def project(settings: Settings, *, uri: str, version: int, projection: Projection) -> tuple[ProjectedFile, ...]:
    """The files of one table version under a policy, made where they are not yet there; files without rows left out."""
    places = tables.files(uri, version, settings=settings)
    schema = tables.schema(uri, version, settings=settings)
    named = [(place, _target(settings, place, projection)) for place in places]
    missing = [(place, target) for place, target in named if not target.exists()]
    if missing:
        with connect(settings) as connection:
            for place, target in missing:
                _make(connection, schema, place, target, projection)
    made = (_described(target) for _, target in named)
    return tuple(file for file in made if file.rows)


def delta_schema(schema: pa.Schema) -> str:
    """A schema as the Delta protocol writes it (schemaString), without comments or metadata."""
    fields = [{"name": item.name, "type": _delta_type(item.type), "nullable": True, "metadata": {}} for item in schema]
    return json.dumps({"type": "struct", "fields": fields}, separators=(",", ":"))


def _target(settings: Settings, place: str, projection: Projection) -> Path:
    named = hashlib.sha256(f"{place}\x1f{projection.fingerprint}\x1f{FORM}".encode()).hexdigest()[:32]
    return folder(settings, projection.fingerprint) / f"{named}.parquet"


def _make(
    connection: duckdb.DuckDBPyConnection, schema: pa.Schema, place: str, target: Path, projection: Projection
) -> None:
    """Write one projected file beside its name, then rename: two processes may race, both write the same bytes."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    fresh = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}")
    source = relation(schema, (), [Part(place, place, 0, 0, {}, None)])
    try:
        sql = f"COPY ({_sql(source, projection)}) TO {literal(str(fresh))} ({WRITER})"
        connection.execute(sql, dict(projection.params))
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _sql(source: str, projection: Projection) -> str:
    shown = ", ".join(f"{sql} AS {quote(name)}" for name, sql in projection.columns)
    where = f" WHERE {projection.where}" if projection.where else ""
    return f"SELECT {shown} FROM {source} AS source{where} ORDER BY ALL"


@lru_cache(maxsize=10_000)
def _described(path: Path) -> ProjectedFile:
    return ProjectedFile(path.stem, path, path.stat().st_size, pq.read_metadata(path).num_rows)


def _delta_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    return _DELTA_TYPES.get(kind, "string")


_DELTA_TYPES = {
    pa.string(): "string",
    pa.binary(): "binary",
    pa.bool_(): "boolean",
    pa.int16(): "short",
    pa.int32(): "integer",
    pa.int64(): "long",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.date32(): "date",
}
