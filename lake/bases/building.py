"""Build one base database: inputs pinned to their versions, SQL steps run, the tables replaced whole.

The same inputs give the same rows, and the same run: built again without anything new, nothing is written.
"""

import hashlib
import itertools
import json
import logging
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

import duckdb
import pyarrow as pa

from catalog.errors import NotFound
from catalog.settings import Settings
from catalog.time_limits import local_day
from lake import tables
from lake.bases import changes, declaring, inputs
from lake.bases.model import STATED, BaseModel
from lake.bases.remembering import remember
from lake.bases.resolution import Decisions, resolve_entities, steps_taken, task_text
from lake.bases.spatial import addressing
from lake.bases.topics import write_topic
from lake.delta.commit import has_run, open_table
from lake.delta.prefetch import ahead
from lake.engines.duckdb import connect, literal, quote
from lake.layout import Layout

log = logging.getLogger(__name__)
BATCH = 50_000
PART_ROWS = 250_000
Part: TypeAlias = tuple[str, str]  # ids from the first up to, not including, the second


@dataclass(frozen=True)
class Built:
    """A base table as it now stands. inputs: (name, version read); missing: inputs nobody has delivered yet."""

    name: str
    uri: str
    delta_version: int
    rows: int
    inputs: tuple[tuple[str, int], ...] = ()
    missing: tuple[str, ...] = ()
    new: bool = True


@dataclass(frozen=True)
class Writing:
    """How the tables of one run are written. afresh: nothing is taken over from the last build."""

    run_id: str
    facts: Mapping[str, str]
    settings: Settings
    afresh: bool

    def write(self, uri: str, rows: pa.RecordBatchReader) -> None:
        """Write a whole table, once per run; the next rows are made while the last ones are stored."""
        with closing(ahead(rows)) as made:
            reader = pa.RecordBatchReader.from_batches(rows.schema, made)
            tables.write(uri, reader, run_id=self.run_id, facts=self.facts, settings=self.settings)


def build(
    settings: Settings,
    model: BaseModel,
    models: Mapping[str, BaseModel],
    *,
    now: datetime,
    decisions: Decisions | None = None,
    waived: Collection[str] = (),
    afresh: bool = False,
) -> Built:
    """Build `model`; `models` holds every base by name. Each table is visible whole or not at all, itself last.

    Departments that have not delivered count as empty and are named in `missing`. decisions: what people said of
    doubtful pairs; waived: guards let pass; afresh: nothing is taken over from the last build but the ids of entities
    and the model, for the same rows at a higher price. Raises NotFound when not one input was ever delivered,
    ContractBroken when the delivered rows would remake the entities (guards.py), Conflict when another run builds the
    same table.
    """
    if model.contract is not None:
        declaring.check(settings, model, models)
    layout = Layout(settings.lake_url)
    pinned = inputs.newest(settings, model, models, day=local_day(now))
    versions = pinned.versions
    _some_input(model, versions)
    read = tuple((name, version) for name, version in versions.items() if version is not None)
    missing = tuple(name for name, version in versions.items() if version is None)
    if missing:
        log.warning("%s is built without %s, which nobody has delivered yet", model.name, ", ".join(missing))
    run_id = f"{model.name}:{_fingerprint(settings, model, read, decisions, pinned.day)}"
    uris = {name: uri_of(model, name, layout) for name in model.tables}
    new = not all(_has_run(uri, run_id, settings) for uri in uris.values())
    kept = None
    if new:
        rules = changes.rules_of(model, settings)
        facts = {"inputs": json.dumps(dict(read)), "built_at": now.isoformat(timespec="seconds")}
        facts |= {changes.RUN: run_id, changes.RULES: rules}
        facts |= {STATED: model.stated} if model.stated else {}
        how = Writing(run_id, facts, settings, afresh)
        kept = _make(pinned, uris, how, decisions=decisions, waived=waived, now=now)
    if model.identity:
        remember(settings, model, now=now, kept=kept)
    uri = uris[model.name]
    version = tables.version(uri, settings=settings)
    assert version is not None
    return Built(model.name, uri, version, tables.rows(uri, version, settings=settings), read, missing, new)


@dataclass(frozen=True)
class Tried:
    """What a topic would hold: the first of its `count` rows. missing: inputs nobody has delivered yet."""

    rows: tuple[Mapping[str, object], ...]
    count: int
    missing: tuple[str, ...]


def attempt(
    settings: Settings, model: BaseModel, models: Mapping[str, BaseModel], *, now: datetime, most: int
) -> Tried:
    """Run the SQL of a declared topic as a build does, confined and limited alike, and write nothing.

    Raises NotFound when not one input was ever delivered, InvalidInput when the SQL fails or takes too long.
    """
    pinned = inputs.newest(settings, model, models, day=local_day(now))
    _some_input(model, pinned.versions)
    kept: list[Mapping[str, object]] = []
    count = 0

    def take(rows: pa.RecordBatchReader) -> None:
        nonlocal count
        for batch in rows:
            kept.extend(batch.slice(0, most - len(kept)).to_pylist())
            count += batch.num_rows

    write_topic(pinned, settings, take)
    missing = tuple(name for name, version in pinned.versions.items() if version is None)
    return Tried(tuple(kept), count, missing)


def _make(
    pinned: inputs.Pinned,
    uris: Mapping[str, str],
    how: Writing,
    *,
    decisions: Decisions | None,
    waived: Collection[str],
    now: datetime,
) -> changes.TakenOver | None:
    """Resolve the entities, if there are any, and write every table; say what was taken over from the last build."""
    model, spark = pinned.model, how.settings.engine == "spark"
    if model.contract is not None and not spark:
        write_topic(pinned, how.settings, lambda rows: how.write(uris[model.name], rows))
        return None
    if model.texts and not (spark or how.afresh) and addressing.build_on(pinned, uris[model.name], how):
        return None
    entities = pa.table({})
    if model.identity or not spark:
        extensions = ("spatial",) if model.spatial else ()
        with connect(how.settings, extensions=extensions, building=True) as connection:
            pinned.open(connection)
            entities = resolve_entities(
                pinned, connection, decisions=decisions, waived=waived, run_id=how.run_id, facts=how.facts, now=now,
                afresh=how.afresh,
            )  # fmt: skip
            if not spark:
                return _fuse(connection, model, entities, uris, how)
    from lake.bases.on_spark import write_tables  # an extra, and slow to import

    write_tables(pinned, entities, uris, run_id=how.run_id, facts=how.facts)
    return None


def _fuse(
    connection: duckdb.DuckDBPyConnection,
    model: BaseModel,
    entities: pa.Table,
    uris: Mapping[str, str],
    how: Writing,
) -> changes.TakenOver | None:
    # Matching counts on the order of rows; fused tables are sorted by themselves.
    connection.execute("SET preserve_insertion_order = false")
    if model.identity:
        inputs.hold(connection, model.identity.answer, entities)
    return _write(connection, model, uris, how)


def uri_of(model: BaseModel, table: str, layout: Layout) -> str:
    """Where a table of `model` lies: itself in its zone, those beside it in the base zone."""
    return layout.topic(table) if model.zone == "topic" else layout.base(table)


def _write(
    connection: duckdb.DuckDBPyConnection, model: BaseModel, uris: Mapping[str, str], how: Writing
) -> changes.TakenOver | None:
    """Run the steps and write every table, each whole; of a base with entities only those touched are fused."""
    _prepare(connection, model)
    if model.entity is None:
        if model.texts:
            addressing.keep(connection, model, how)
        for name, uri in uris.items():
            how.write(uri, connection.execute(model.sql(name)).to_arrow_reader(BATCH))
        return None
    entity, _ = model.entity
    placed = quote(f"{entity}_all")
    fused = Layout(how.settings.lake_url).base(f"{model.name}_fused")
    prints = changes.fingerprint(connection, model, placed)
    by_entity = {name: uri for name, uri in uris.items() if name not in model.beside}
    kept = None
    if not how.afresh:
        kept = changes.find(connection, prints, by_entity, fused, rules=how.facts[changes.RULES], settings=how.settings)
    for name in model.beside:
        how.write(uris[name], connection.execute(model.sql(name)).to_arrow_reader(BATCH))
    how.write(fused, connection.execute(f"SELECT * FROM {prints} ORDER BY id").to_arrow_reader(BATCH))
    source = changes.touched_rows(connection, model, placed) if kept else placed
    parts = _parts(connection, model, source)
    for name, uri in by_entity.items():
        rows = _rows(connection, model, name, source, parts)
        how.write(uri, changes.put_among(uri, name, rows, kept, how.settings) if kept else rows)
    return kept


def _prepare(connection: duckdb.DuckDBPyConnection, model: BaseModel) -> None:
    """Run the steps that go over everything; the rows of entities are then the table <entity>_all."""
    last = model.steps.index(model.entity[0]) if model.entity else len(model.steps) - 1
    for step in model.steps[len(steps_taken(model)) : last]:
        kind = "TABLE" if step in model.held else "VIEW"
        connection.execute(f"CREATE TEMP {kind} {quote(step)} AS {model.sql(step)}")
    if model.entity is not None:
        entity = model.entity[0]
        everything = quote(f"{entity}_all")
        connection.execute(f"CREATE TEMP TABLE {everything} AS {model.sql(entity)}")
        connection.execute(f"CREATE TEMP VIEW {quote(entity)} AS SELECT * FROM {everything}")


def _parts(connection: duckdb.DuckDBPyConnection, model: BaseModel, source: str) -> list[Part]:
    """Ranges of the entity ids of relation `source` (one letter, then hexadecimal digits, evenly spread) with about
    PART_ROWS rows each."""
    assert model.entity is not None
    ((rows, first),) = connection.execute(f"SELECT count(*), min({quote(model.entity[1])}) FROM {source}").fetchall()
    letter = first[0] if first else ""
    count = max(1, -(-rows // PART_ROWS))
    bounds = ["", *(f"{letter}{at * 4096 // count:03x}" for at in range(1, count)), "\x7f"]
    return list(itertools.pairwise(bounds))


def _rows(
    connection: duckdb.DuckDBPyConnection, model: BaseModel, table: str, source: str, parts: list[Part]
) -> pa.RecordBatchReader:
    """The rows of `table` by parts, which follow each other in the order of ids, so the whole is sorted as well."""
    readers = (_part_rows(connection, model, table, source, part) for part in parts)
    first = next(readers)
    # The next part begins when the last row of the one before has been taken.
    batches = itertools.chain(first, itertools.chain.from_iterable(readers))
    return pa.RecordBatchReader.from_batches(first.schema, batches)


def _part_rows(
    connection: duckdb.DuckDBPyConnection, model: BaseModel, table: str, source: str, part: Part
) -> pa.RecordBatchReader:
    assert model.entity is not None
    entity, column = model.entity
    here = quote(f"{entity}_part")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {here} AS SELECT * FROM {source}"
        f" WHERE {quote(column)} >= {literal(part[0])} AND {quote(column)} < {literal(part[1])}"
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {quote(entity)} AS SELECT * FROM {here}")
    for step in model.steps[model.steps.index(entity) + 1 : -1]:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote(step)} AS {model.sql(step)}")
    return connection.execute(model.sql(table)).to_arrow_reader(BATCH)


def _has_run(uri: str, run_id: str, settings: Settings) -> bool:
    table = open_table(uri, settings)
    return table is not None and has_run(table, run_id)


def _fingerprint(
    settings: Settings,
    model: BaseModel,
    read: tuple[tuple[str, int], ...],
    decisions: Decisions | None,
    day: date | None,
) -> str:
    """What the rows follow from: versions read, SQL, orders of sources, county, people's decisions, perhaps the day."""
    text = [json.dumps(read), settings.hub_id, model.stated]
    text += [model.sql(step) for step in dict.fromkeys((*model.steps, *model.tables))]
    text.append(json.dumps({name: list(order) for name, order in model.sources.items()}))
    text += [model.declaration(name) for name in model.declared]
    if day is not None:
        text.append(day.isoformat())
    if model.identity:
        text += [task_text(model.identity.task), str(decisions.last if decisions else 0)]
    return hashlib.sha256("\n".join(text).encode()).hexdigest()[:24]


def _some_input(model: BaseModel, versions: Mapping[str, int | None]) -> None:
    if all(version is None for version in versions.values()):
        raise NotFound(
            f"{model.title_zh} 的数据来源尚无任何部门交付，请先采集：{'、'.join(model.inputs)}。",
            f"Nobody has delivered anything for {model.title_en} yet. Collect first: {', '.join(model.inputs)}.",
            code="inputs_missing",
            base=model.name,
        )
