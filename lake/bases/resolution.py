"""Which source rows are about the same person or organisation: the records of a base, matched, with lasting ids.

The rows of every department go to lake.matching, with the model, ids and memory of the last build and with what people
decided; what comes back is checked (guards.py), its traces are kept (state.py), and the rows are fused by it.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from catalog.settings import Settings
from lake.bases.guards import Filled, check_size, check_sources
from lake.bases.identity import secret
from lake.bases.inputs import Pinned
from lake.bases.model import BaseModel, Identity
from lake.bases.state import State
from lake.engines.duckdb import quote

if TYPE_CHECKING:
    from lake.matching.engine import Engine

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Decisions:
    """What people said of pairs of records: columns record_l, record_r, verdict. last: the number of the newest one."""

    rows: pa.Table
    last: int


def task_text(name: str) -> str:
    """The file of a matching task, and of its start: what a build follows from."""
    from lake.matching.model import MODELS

    return "".join(path.read_text(encoding="utf-8") for path in sorted(MODELS.glob(f"{name}.*json")))


def resolve_entities(
    pinned: Pinned,
    connection: duckdb.DuckDBPyConnection,
    *,
    decisions: Decisions | None,
    waived: Collection[str],
    run_id: str,
    facts: Mapping[str, str],
    now: datetime,
    afresh: bool = False,
) -> pa.Table:
    """source, key, entity_key, numbered, probability of every record; no rows for a base without identities.

    connection: one in which `pinned` is open; the steps before the records are left in it (steps_taken), for fusing.
    waived: codes of guards that are let pass; afresh: nothing is remembered but the model and the ids. Raises
    ContractBroken when the delivered rows would remake the entities; then nothing was written.
    """
    settings, identity = pinned.settings, pinned.model.identity
    if identity is None:
        return pa.table({})
    # Splink takes its time to be imported: only who builds these bases waits for it.
    from lake.matching.model import load_task
    from lake.matching.resolve import TRAIN_FROM, resolve
    from lake.matching.trained import load_start

    task, state = load_task(identity.task), State(settings, pinned.model)
    open_records(connection, pinned, identity)
    sources = _filled(connection, identity)
    check_sources(pinned.model.name, sources, state.sources(), waived)
    model = state.trained(task, sources)
    memory = state.memory(model) if model and not afresh else None
    with _engine(settings) as engine:
        found = resolve(
            connection, "base_record", task, model=model, start=load_start(identity.task), previous=state.previous(),
            decisions=_decided(connection, decisions), memory=memory, secret=secret(settings), prefix=identity.prefix,
            engine=engine,
        )  # fmt: skip
        check_size(pinned.model.name, int(found.metrics["largest"]), waived)
        log.info("%s: %s", pinned.model.name, found.metrics)
        remember = model is not None or (found.trained and found.metrics["records"] >= TRAIN_FROM)
        state.keep(
            connection, found, remember=remember, remembered=memory is not None, sources=sources, run_id=run_id,
            facts=facts, now=now,
        )  # fmt: skip
    _drop_traces(connection)
    return found.clusters


@contextmanager
def _engine(settings: Settings) -> Iterator["Engine"]:
    """Where pairs are found and compared."""
    if settings.engine == "spark":
        from lake.matching.on_spark import on_spark  # an extra, and slow to import

        with on_spark(settings) as engine:
            yield engine
        return
    from lake.matching.engine import EMBEDDED

    yield EMBEDDED


def steps_taken(model: BaseModel) -> tuple[str, ...]:
    """Steps whose relations resolve_entities leaves behind: those up to the records, the last but one as a table."""
    if model.identity is None:
        return ()
    return model.steps[: model.steps.index(model.identity.records) + 1]


def open_records(connection: duckdb.DuckDBPyConnection, pinned: Pinned, identity: Identity) -> None:
    """View base_record: the rows delivered that say anything about who they are."""
    taken = steps_taken(pinned.model)
    for step in taken:
        # What the records are made of is worked out once, for matching and for fusing.
        kind = "TABLE" if step == taken[-2] else "VIEW"
        connection.execute(f"CREATE TEMP {kind} {quote(step)} AS {pinned.model.sql(step)}")
    connection.execute(
        f"CREATE TEMP VIEW base_record AS SELECT * FROM {quote(identity.records)}"
        " WHERE name IS NOT NULL OR known_id IS NOT NULL"
    )


def _drop_traces(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what matching left in `connection`: fusing wants the memory."""
    left = connection.execute(
        "SELECT view_name, 'VIEW' FROM duckdb_views() WHERE starts_with(view_name, 'matching_')"
        " UNION ALL SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE starts_with(table_name, 'matching_')"
    ).fetchall()
    for name, kind in left:
        connection.execute(f"DROP {kind} {quote(name)}")


def _filled(connection: duckdb.DuckDBPyConnection, identity: Identity) -> dict[str, Filled]:
    rows = connection.execute(
        f"SELECT source, count(*), count(name), count(known_id) FROM {quote(identity.records)}"
        " GROUP BY source ORDER BY source"
    ).fetchall()
    return {source: Filled(*counts) for source, *counts in rows}


def _decided(connection: duckdb.DuckDBPyConnection, decisions: Decisions | None) -> pa.Table | None:
    """The decisions by source and key, as resolve takes them; those about rows that are gone fall away."""
    if decisions is None or not decisions.rows.num_rows:
        return None
    connection.register("base_decision", decisions.rows)
    found = connection.execute(
        "SELECT l.source AS source_l, l.key AS key_l, r.source AS source_r, r.key AS key_r, said.verdict"
        " FROM base_decision AS said JOIN base_record AS l ON l.key = said.record_l"
        " JOIN base_record AS r ON r.key = said.record_r ORDER BY ALL"
    ).to_arrow_table()
    connection.unregister("base_decision")
    return found
