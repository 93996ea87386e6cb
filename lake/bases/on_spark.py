"""Build a base on Spark: the same SQL files over the same pinned versions, tables of the same columns and rows.

Entities are resolved beforehand (resolution.py), their pairs on Spark as well; Spark is given the answer. Memory is
Spark's own matter, so everything goes in one piece here, not by parts of the entities.
"""

from collections import Counter
from collections.abc import Mapping

import duckdb
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from lake.bases import declaring, inputs
from lake.bases.inputs import Pinned
from lake.bases.model import BaseModel
from lake.bases.topics import not_built
from lake.delta.files import storable
from lake.engines.duckdb import confine, connect, quote, register_spatial
from lake.engines.limits import TooSlow
from lake.engines.spark import delta, dialect, functions
from lake.engines.spark.limits import limited
from lake.engines.spark.session import open_session


def write_tables(
    pinned: Pinned, entities: pa.Table, uris: Mapping[str, str], *, run_id: str, facts: Mapping[str, str]
) -> None:
    """Build every table of the model and write it, itself last; see building.build for what is visible when.

    entities: what resolve_entities gave. Raises ConfigurationError when Spark cannot be had, Conflict as write does.
    """
    model, settings = pinned.model, pinned.settings
    if model.contract is not None:
        _write_topic(pinned, uris[model.name], run_id=run_id, facts=facts)
        return
    schemas = _schemas(pinned, entities.schema)
    session = open_session(settings)
    functions.register(session, frozenset().union(*(dialect.functions_in(model.sql(step)) for step in _all(model))))
    _open(session, pinned, entities)
    held = _held(model)
    before, behind = _split(model)
    for step in before:
        _view(session, step, session.sql(dialect.to_spark(model.sql(step))), held=step in held)
    for name, uri in uris.items():
        if behind and name not in model.beside:
            _entity_rows(session, model)
            for step in behind:
                _view(session, step, session.sql(dialect.to_spark(model.sql(step))), held=step in held)
            behind = ()
        frame = session.sql(dialect.to_spark(model.sql(name)))
        delta.write(frame, uri, schemas[name], run_id=run_id, facts=facts, settings=settings)


def _write_topic(pinned: Pinned, uri: str, *, run_id: str, facts: Mapping[str, str]) -> None:
    """A declared topic, as topics.write_topic does it: the session has the inputs of the topic and nothing besides, no
    file can be named (properties.py), and Spark breaks it off when its time is over."""
    model, settings = pinned.model, pinned.settings
    text = model.sql(model.steps[-1])
    nobody = pa.table({})
    try:
        schema = _schemas(pinned, nobody.schema)[model.name]
        session = open_session(settings)
        functions.register(session, dialect.functions_in(text))
        _open(session, pinned, nobody)
        with limited(session, settings.topic_seconds):
            rows = session.sql(dialect.to_spark(text))
            delta.write(rows, uri, schema, run_id=run_id, facts=facts, settings=settings)
    except (duckdb.Error, PySparkException, Py4JError, TooSlow) as error:
        raise not_built(model, error) from None  # what an engine says of rows may hold their values


def _open(session: SparkSession, pinned: Pinned, entities: pa.Table) -> None:
    """Give `session` everything the SQL of the model reads."""
    small = pinned.small()
    if pinned.model.identity:
        small[pinned.model.identity.answer] = entities
    for name, rows in small.items():
        session.createDataFrame(rows).createOrReplaceTempView(name)
    for name, uri in pinned.places.items():
        columns = inputs.columns_of(name, pinned.models)
        rows = delta.read(session, uri, pinned.versions[name], columns, pinned.settings)
        rows.createOrReplaceTempView(name)


def _view(session: SparkSession, step: str, frame: DataFrame, *, held: bool) -> None:
    # A view that several later ones read would be computed by each of them: it is computed once and kept.
    (frame.localCheckpoint() if held else frame).createOrReplaceTempView(step)


def _split(model: BaseModel) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The steps up to the one with the entities, and those behind it that see only rows with an entity."""
    if model.entity is None:
        return model.steps[:-1], ()
    at = model.steps.index(model.entity[0])
    return model.steps[: at + 1], model.steps[at + 1 : -1]


def _entity_rows(session: SparkSession, model: BaseModel) -> None:
    assert model.entity is not None
    entity, column = model.entity
    session.sql(f"SELECT * FROM `{entity}` WHERE `{column}` IS NOT NULL").createOrReplaceTempView(entity)


def _held(model: BaseModel) -> set[str]:
    """Steps that more than one later text reads."""
    read = Counter(name for step in _all(model) for name in dialect.tables_in(model.sql(step)))
    return {step for step in model.steps if read[step] > 1} | set(model.held)


def _all(model: BaseModel) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*model.steps, *model.tables)))


def _schemas(pinned: Pinned, answer: pa.Schema) -> dict[str, pa.Schema]:
    """The columns of every table as the same SQL gives them on DuckDB, over no rows: the tables are alike on both."""
    model = pinned.model
    with connect(pinned.settings, extensions=("spatial",) if model.spatial else ()) as connection:
        if model.spatial:
            register_spatial(connection)
        nothing = {name: rows.schema.empty_table() for name, rows in pinned.small().items()}
        if model.identity:
            nothing[model.identity.answer] = answer.empty_table()
        for name, rows in nothing.items():
            inputs.hold(connection, name, rows)
        for name in model.inputs:
            columns = inputs.columns_of(name, pinned.models)
            inputs.open_view(connection, name, columns, uri="", version=None, settings=pinned.settings)
        for step in model.steps[:-1]:
            # Tables, and not views in views, which the engine would take apart again and again.
            connection.execute(f"CREATE TEMP TABLE {quote(step)} AS {model.sql(step)}")
        if model.contract is not None:
            confine(connection, pinned.settings, only=())
            declaring.check_reads(connection, model)
        return {
            name: storable(connection.execute(f"SELECT * FROM ({model.sql(name)}) LIMIT 0").to_arrow_table().schema)
            for name in model.tables
        }
