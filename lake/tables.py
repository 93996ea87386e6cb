"""The lake's tables: write, merge, read and look after Delta tables. Files are key-sorted as given.

Every write is visible whole or not at all, and once per `run_id`. What the rows mean is decided elsewhere.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, TypeAlias
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable

from catalog.errors import Conflict, InvalidInput, NotFound
from catalog.settings import Settings
from lake.delta.commit import Change, arrow_schema, commit, has_run, open_table
from lake.delta.files import remove_files, storable, write_files
from lake.delta.merging import merged_sql, touched, unique
from lake.delta.relation import Part, relation
from lake.delta.stored import stored as read_stored
from lake.engines.duckdb import connect, quote

Rows: TypeAlias = pa.Table | pa.RecordBatchReader


@dataclass(frozen=True)
class Written:
    """Outcome of a write: the version that holds the rows; rows and files of this write; new=False: done before."""

    version: int
    rows: int
    files: int
    new: bool = True


def write(
    uri: str,
    rows: Rows,
    *,
    mode: Literal["overwrite", "append"] = "overwrite",
    run_id: str,
    partition: Mapping[str, str] | None = None,
    facts: Mapping[str, str] | None = None,
    settings: Settings | None = None,
) -> Written:
    """Store `rows` in the order given. The same `run_id` again changes nothing and returns new=False.

    partition: text columns with one value for all these rows, kept in the log (`{"_batch": id}`), not in the files.
    facts: short texts kept in the commit. Raises Conflict when another run wrote meanwhile or a column changed type.
    """
    table = open_table(uri, settings)
    if table is not None and has_run(table, run_id):
        return Written(int(table.version()), 0, 0, new=False)
    reader = rows.to_reader() if isinstance(rows, pa.Table) else rows
    schema = storable(reader.schema)
    files = write_files(uri, reader, schema, run=_token(run_id), settings=settings)
    change = Change(mode, run_id, schema, files, partition=partition or {}, facts=facts or {})
    try:
        made = commit(uri, table, change, settings)
    except Conflict:
        remove_files(uri, files, settings=settings)
        raise
    return Written(made, sum(file.rows for file in files), len(files))


def merge(uri: str, rows: Rows, *, keys: Sequence[str], run_id: str, settings: Settings | None = None) -> Written:
    """Replace the rows whose key is among `rows`, add the others; files without a touched key stay as they are.

    Raises InvalidInput when a key stands twice in `rows`, Conflict as write() does.
    """
    table = open_table(uri, settings)
    if table is None:
        return write(uri, unique(rows, keys, settings), run_id=run_id, settings=settings)
    if has_run(table, run_id):
        return Written(int(table.version()), 0, 0, new=False)
    incoming = unique(rows, keys, settings)
    if not incoming.num_rows:
        return Written(int(table.version()), 0, 0)
    with connect(settings, functions=False) as connection:
        connection.register("incoming", incoming)
        replaced = touched(connection, _parts(uri, table), keys)
        merged = connection.execute(merged_sql(arrow_schema(table), replaced, keys)).to_arrow_reader(50_000)
        schema = storable(merged.schema)
        files = write_files(uri, merged, schema, run=_token(run_id), settings=settings)
    removed = [part.path for part in replaced]
    try:
        made = commit(uri, table, Change("append", run_id, schema, files, removed), settings)
    except Conflict:
        remove_files(uri, files, settings=settings)
        raise
    return Written(made, incoming.num_rows, len(files))


def version(uri: str, *, settings: Settings | None = None) -> int | None:
    """The newest version of the table, or None when there is no table."""
    table = open_table(uri, settings)
    return None if table is None else int(table.version())


def version_at(uri: str, moment: datetime, *, settings: Settings | None = None) -> int:
    """The version that was the newest at `moment`. Raises NotFound without a table, and before its first version."""
    at = moment.timestamp() * 1000
    for entry in _existing(uri, settings, None).history():
        if entry["timestamp"] <= at:
            return int(entry["version"])
    raise NotFound(
        "该时刻之前湖中还没有这张表。请用 shuniu lake history 查看各版本的时间。",
        "The lake had no such table then. See its versions with: shuniu lake history.",
        code="table_missing",
    )


def schema(uri: str, version: int | None = None, *, settings: Settings | None = None) -> pa.Schema:
    """The table's columns as Arrow types; raises NotFound when there is no such table."""
    return arrow_schema(_existing(uri, settings, version))


def scan(
    uri: str,
    version: int | None = None,
    *,
    only: Mapping[str, str] | None = None,
    settings: Settings | None = None,
) -> str:
    """SQL text, usable after FROM, over exactly the files of one version (default: the newest).

    only: {partition column: value} leaves every other partition's files unread. Raises NotFound when there is no
    such table or version.
    """
    chosen = tuple(sorted((only or {}).items()))
    if version is None:
        return _scan(_existing(uri, settings, None), uri, chosen)
    return _pinned_scan(uri, version, chosen, settings)


@lru_cache(maxsize=512)
def _pinned_scan(uri: str, version: int, only: tuple[tuple[str, str], ...], settings: Settings | None) -> str:
    # A version never changes once committed, so its file list may be remembered.
    return _scan(_existing(uri, settings, version), uri, only)


def _scan(table: DeltaTable, uri: str, only: tuple[tuple[str, str], ...]) -> str:
    columns = table.metadata().partition_columns
    if unknown := [name for name, _ in only if name not in columns]:
        raise InvalidInput(
            f"表没有按 {unknown[0]} 分区。", f"The table has no partition {unknown[0]}.", code="partition_unknown"
        )
    parts = [part for part in _parts(uri, table) if all(part.values.get(name) == value for name, value in only)]
    return relation(arrow_schema(table), columns, parts)


def read(
    uri: str,
    columns: Sequence[str] | None = None,
    version: int | None = None,
    *,
    settings: Settings | None = None,
) -> pa.Table:
    """Rows of one version as an Arrow table, in stored order; raises NotFound when there is no such table."""
    chosen = ", ".join(quote(name) for name in columns) if columns is not None else "*"
    source = scan(uri, version, settings=settings)
    with connect(settings, functions=False) as connection:
        return connection.execute(f"SELECT {chosen} FROM {source}").to_arrow_table()


def rows(uri: str, version: int | None = None, *, settings: Settings | None = None) -> int:
    """Number of rows of one version, from the log alone; 0 when there is no table."""
    table = open_table(uri, settings, version)
    return 0 if table is None else sum(part.rows for part in _parts(uri, table))


def files(uri: str, version: int | None = None, *, settings: Settings | None = None) -> tuple[str, ...]:
    """The files of one version, in stored order, as places DuckDB and pyarrow can open."""
    return tuple(part.place for part in _parts(uri, _existing(uri, settings, version)))


def stored(uri: str, version: int, schema: pa.Schema, *, settings: Settings | None = None) -> pa.RecordBatchReader:
    """The rows of one version, in stored order, to be written again: text of few values comes as dictionaries.

    schema: the columns, with the types they are stored with. For tables without partitions.
    """
    return read_stored(uri, _parts(uri, _existing(uri, settings, version)), schema, settings)


def parts(uri: str, *, settings: Settings | None = None) -> list[Part]:
    """The files of the newest version with all the log knows of them, in stored order."""
    return _parts(uri, _existing(uri, settings, None))


def history(uri: str, limit: int = 20, *, settings: Settings | None = None) -> list[dict[str, Any]]:
    """The newest commits first: version, timestamp (ms), operation, run_id and the facts given to write()."""
    return list(_existing(uri, settings, None).history(limit))


def vacuum(uri: str, *, keep_hours: int, settings: Settings | None = None) -> list[str]:
    """Remove files no version of the last `keep_hours` needs, and those of writes that never committed."""
    table = _existing(uri, settings, None)
    return list(table.vacuum(keep_hours, dry_run=False, enforce_retention_duration=False, full=True))


def compact(uri: str, *, run_id: str, order_by: Sequence[str] = (), settings: Settings | None = None) -> Written:
    """Rewrite a table without partitions into few files, sorted by `order_by`; the rows stay the same."""
    table = _existing(uri, settings, None)
    ordering = f" ORDER BY {', '.join(quote(name) for name in order_by)}" if order_by else ""
    source = relation(arrow_schema(table), (), _parts(uri, table))
    with connect(settings, functions=False) as connection:
        reader = connection.execute(f"SELECT * FROM {source}{ordering}").to_arrow_reader(50_000)
        return write(uri, reader, run_id=run_id, facts={"step": "compact"}, settings=settings)


def _existing(uri: str, settings: Settings | None, version: int | None) -> DeltaTable:
    table = open_table(uri, settings, version)
    if table is None:
        raise NotFound("湖中没有这张表。", "The lake has no such table.", code="table_missing")
    return table


def _parts(uri: str, table: DeltaTable) -> list[Part]:
    actions = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    actions.sort(key=lambda action: (action["modification_time"], action["path"]))
    return [_part(uri, action) for action in actions]


def _part(uri: str, action: dict[str, Any]) -> Part:
    path = unquote(action["path"])  # the log encodes the name once more than the file does
    counted = {name.removeprefix("null_count.") for name, count in action.items() if _is_count(name, count)}
    values = {name.removeprefix("partition."): action[name] for name in action if name.startswith("partition.")}
    known = frozenset(counted) or None
    return Part(f"{uri.rstrip('/')}/{path}", path, action["size_bytes"], action["num_records"], values, known)


def _is_count(name: str, count: object) -> bool:
    return name.startswith("null_count.") and count is not None


def _token(run_id: str) -> str:
    return hashlib.sha256(run_id.encode()).hexdigest()[:12]
