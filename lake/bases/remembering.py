"""What the fields of a base held, and since when: the table <base>_history, added to after every build.

A row is one statement about one field of one entity: from the day `valid_from` on the field held `value` (NULL: nothing
any more), and the hub has known so since `known_from`. Only what changed is written; which statement counts on a day,
by what was known at a moment, is for history.py.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import duckdb
import pyarrow as pa

from catalog.settings import Settings
from catalog.time_limits import local_day
from catalog.working_days import COUNTY_HOURS
from lake import tables
from lake.bases.changes import TakenOver
from lake.bases.model import BaseModel
from lake.bases.state import State
from lake.engines.duckdb import connect, literal, quote
from lake.layout import Layout

log = logging.getLogger(__name__)
BATCH = 50_000
LOOKED_AT: Final = 100
"""Commits looked through for the newest build remembered: upkeep may have committed after it."""
OLDEST: Final = "1850-01-01"
"""No fact of a living or dead resident of the register began before; nor is there such a number (GB 11643)."""
BASE, KNOWN = "base_version", "known_from"
_AHEAD = f"INTERVAL {COUNTY_HOURS} HOUR"


@dataclass(frozen=True)
class Began:
    """Items that say themselves when a fact began. entity: nothing of it held before; own: field -> SQL of its day.

    Any other field holds from the day its department last stated it: the row's own moment, else its batch's.
    """

    entity: str
    own: Mapping[str, str]


_BORN = {name: "now.birth_date" for name in ("resident_id", "sex", "ethnic", "birth_date")}
_STATE = "CASE WHEN now.status = '2' THEN now.death_date WHEN was.status IS NULL THEN now.birth_date END"
BEGAN: Final[Mapping[str, Began]] = {
    "population": Began("birth_date", _BORN | {"death_date": "now.death_date", "status": _STATE}),
    "legal_person": Began("established_on", {"established_on": "now.established_on"}),
}


@dataclass(frozen=True)
class Remembered:
    """Statements added after one build. mended: what was wrong with a clock -> in how many of them."""

    rows: int = 0
    mended: Mapping[str, int] = field(default_factory=dict)


def uri_of(settings: Settings, model: BaseModel) -> str:
    """Where the history of `model` lies."""
    return State(settings, model).uri("history")


def remember(settings: Settings, model: BaseModel, *, now: datetime, kept: TakenOver | None = None) -> Remembered:
    """Add what changed between the build last remembered and the newest one; done again, it adds nothing.

    kept: what the newest build took over from the one before; then only the entities it touched are looked at.

    Whoever broke off between writing the base and this is caught up with by the next build. Where the version last
    remembered can no longer be read, every field is stated anew, from the day it is stated now.
    """
    place, uri = Layout(settings.lake_url).base(model.name), uri_of(settings, model)
    version, last = tables.version(place, settings=settings), _last(uri, settings)
    if version is None or (last is not None and last[0] == version):
        return Remembered()
    known = now if last is None or now > last[1] else last[1] + timedelta(microseconds=1)
    if known != now:
        log.warning("%s: the hub's clock is not past the last build; what is new counts as known after it", model.name)
    with connect(settings, functions=False, keep_order=False) as connection:
        provenance = None
        if kept is not None and last is not None and _goes_on(model, kept, version, last[0]):
            provenance = _compare_touched(connection, model, settings, kept)
        if provenance is None:
            _compare(connection, model, settings, version, last[0] if last else None)
            provenance = tables.scan(State(settings, model).uri("provenance"), settings=settings)
        connection.execute(_stated(model, provenance, day=local_day(known)))
        mended = _mended(connection)
        facts = {BASE: str(version), KNOWN: known.isoformat(), **{what: str(count) for what, count in mended.items()}}
        rows = connection.execute(
            f"SELECT * EXCLUDE (told, earliest), {literal(known.isoformat())}::TIMESTAMPTZ AS known_from"
            " FROM history_stated ORDER BY 1, 2"
        ).to_arrow_reader(BATCH)
        run_id = f"history:{model.name}:{version}"
        written = tables.write(uri, rows, mode="append", run_id=run_id, facts=facts, settings=settings)
    if mended:
        log.warning("%s: days that cannot be right were mended: %s", model.name, mended)
    return Remembered(written.rows, mended)


def fields_of(model: BaseModel) -> tuple[str, ...]:
    """The fields of an entity that are remembered: those traced to a department, and its state."""
    names = [item.name for item in model.items]
    return tuple(name for name in names if f"{name}_from" in names or name == "status")


def _last(uri: str, settings: Settings) -> tuple[int, datetime] | None:
    """Version of the base last remembered, and when that was; None without a history."""
    if tables.version(uri, settings=settings) is None:
        return None
    for commit in tables.history(uri, LOOKED_AT, settings=settings):
        if BASE in commit:
            return int(commit[BASE]), datetime.fromisoformat(commit[KNOWN])
    return None


def _goes_on(model: BaseModel, kept: TakenOver, version: int, before: int) -> bool:
    """Whether `version` is the build that took over from `before`, the one last remembered, and left what it made."""
    made = {model.name, f"{model.name}_provenance"} <= kept.fresh.keys()
    return made and kept.versions[model.name] == before == version - 1


def _compare_touched(
    connection: duckdb.DuckDBPyConnection, model: BaseModel, settings: Settings, kept: TakenOver
) -> str | None:
    """What _compare() does, from what the build made anew; the relation of the provenance it made.

    None where the version before can no longer be read.
    """
    fields, key = fields_of(model), quote(model.key[0])
    columns = f"{key} AS id, {', '.join(map(quote, fields))}"
    connection.register("history_touched", pa.table({"id": kept.touched}))
    connection.register("history_fresh", kept.fresh[model.name])
    connection.register("history_provenance", kept.fresh[f"{model.name}_provenance"])
    before = tables.scan(Layout(settings.lake_url).base(model.name), kept.versions[model.name], settings=settings)
    was = f"(SELECT {columns} FROM {before} WHERE {key} IN (SELECT id FROM history_touched))"
    try:
        _hold_changed(connection, fields, f"(SELECT {columns} FROM history_fresh)", was)
    except duckdb.IOException:
        return None
    return "history_provenance"


def _compare(
    connection: duckdb.DuckDBPyConnection, model: BaseModel, settings: Settings, version: int, before: int | None
) -> None:
    """Make history_now and history_was: the entities whose fields differ, `id` and fields, as they are and were."""
    place, fields = Layout(settings.lake_url).base(model.name), fields_of(model)
    columns = f"{quote(model.key[0])} AS id, {', '.join(map(quote, fields))}"
    now = f"(SELECT {columns} FROM {tables.scan(place, version, settings=settings)})"
    try:
        if before is not None:
            was = f"(SELECT {columns} FROM {tables.scan(place, before, settings=settings)})"
            _hold_changed(connection, fields, now, was)
            return
    except duckdb.IOException:
        log.warning("%s: version %d can no longer be read; every field is stated anew", model.name, before)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW history_now AS SELECT * FROM {now}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW history_was AS SELECT * FROM {now} WHERE false")


def _hold_changed(connection: duckdb.DuckDBPyConnection, fields: tuple[str, ...], now: str, was: str) -> None:
    differ = " OR ".join(f"now.{quote(name)} IS DISTINCT FROM was.{quote(name)}" for name in fields)
    connection.execute(
        f"CREATE TEMP TABLE history_changed AS SELECT now, was FROM {now} AS now FULL JOIN {was} AS was"
        f" ON was.id = now.id WHERE {differ}"
    )
    for name in ("now", "was"):
        connection.execute(
            f"CREATE TEMP TABLE history_{name} AS SELECT {name}.* FROM history_changed WHERE {name}.id IS NOT NULL"
        )


def _stated(model: BaseModel, provenance: str, *, day: date) -> str:
    """SQL that makes history_stated: what is new, from which day on, and what was told of that day.

    told: the day as it was told; earliest: the first it can be. In between, and never after the build, lies valid_from.
    """
    began, entity = BEGAN[model.name], quote(model.key[0])
    each = " UNION ALL ".join(_changed(name, began) for name in fields_of(model))
    today = f"DATE {literal(day.isoformat())}"
    return (
        f"CREATE TEMP TABLE history_stated AS SELECT id AS {entity}, field, value,"
        f" CASE WHEN told IS NULL THEN {today} ELSE least(greatest(told, earliest), {today}) END AS valid_from,"
        " agency, dataset, batch, rule, told, earliest FROM ("
        "SELECT new.*, won.agency, won.dataset, won.batch, won.rule, CASE WHEN new.value IS NOT NULL THEN"
        f" coalesce(new.own, CAST(timezone('UTC', won.observed_at) + {_AHEAD} AS DATE)) END AS told"
        f" FROM ({each}) AS new LEFT JOIN (SELECT * FROM {provenance} WHERE won) AS won"
        f" ON won.{entity} = new.id AND won.field = new.field)"
    )


def _changed(name: str, began: Began) -> str:
    """SQL of what is new of one field: id, field, value, own (the day the fact itself tells), earliest."""
    return (
        f"SELECT coalesce(now.id, was.id) AS id, {literal(name)} AS field, CAST(now.{quote(name)} AS VARCHAR) AS value,"
        f" {began.own.get(name, 'NULL::DATE')} AS own, greatest(now.{began.entity}, DATE '{OLDEST}') AS earliest"
        " FROM history_now AS now FULL JOIN history_was AS was ON was.id = now.id"
        f" WHERE now.{quote(name)} IS DISTINCT FROM was.{quote(name)}"
    )


def _mended(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many days told lie after the build, or before the entity began; only those that do."""
    ((future, early),) = connection.execute(
        "SELECT count(*) FILTER (told > valid_from), count(*) FILTER (told < valid_from) FROM history_stated"
    ).fetchall()
    return {what: count for what, count in (("after_the_build", future), ("before_it_began", early)) if count}
