"""What a base held of an entity on a day (valid time), by what the hub knew at a moment (system time).

Read off <base>_history (remembering.py). Of statements about one field the one known last counts, from its day on: a
later statement about an earlier day takes the place of whatever was believed to hold from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from catalog.settings import Settings
from lake import tables
from lake.bases.explaining import check_built, source_keys, unknown_entity
from lake.bases.model import BaseModel
from lake.bases.remembering import fields_of, uri_of
from lake.engines.duckdb import connect, literal, quote


@dataclass(frozen=True)
class Statement:
    """One row of the history: `value` holds from the day `valid_from` on, and that is known since `known_from`."""

    field: str
    value: str | None
    valid_from: date
    known_from: datetime
    agency: str | None = None
    dataset: str | None = None
    batch: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Held:
    """A statement with the first day it no longer held, as it was known at a moment; None: it still does.

    restated: it took the place of a value that was believed to begin on the same day or later.
    """

    said: Statement
    valid_to: date | None
    restated: bool = False


def statements(settings: Settings, model: BaseModel, entity: str) -> list[Statement]:
    """Everything ever stated of `entity`, as it became known; nothing before a build has kept history.

    Raises NotFound for one there never was; see check_built.
    """
    uri = uri_of(settings, model)
    found: list[dict[str, object]] = []
    if model.identity is not None and tables.version(uri, settings=settings) is not None:
        query = (
            f"SELECT * EXCLUDE ({quote(model.key[0])}) FROM {tables.scan(uri, settings=settings)}"
            f" WHERE {quote(model.key[0])} = ? ORDER BY known_from, field"
        )
        with connect(settings, functions=False) as connection:
            found = connection.execute(query, [entity]).to_arrow_table().to_pylist()
    if not found and not (model.identity and source_keys(settings, model, entity)):
        check_built(settings, model)
        raise unknown_entity(entity)
    return [Statement(**row) for row in found]  # type: ignore[arg-type]  # the table's columns are its fields


def timeline(said: Iterable[Statement], known: datetime | None = None) -> list[Held]:
    """What held when, by what was known at `known` (None: by everything), by field and day. No two overlap."""
    by_field: dict[str, list[Held]] = {}
    for one in sorted(said, key=lambda each: each.known_from):
        if known is None or one.known_from <= known:
            _state(by_field.setdefault(one.field, []), one)
    return [held for name in sorted(by_field) for held in by_field[name]]


def on_day(line: Iterable[Held], day: date) -> list[Held]:
    """What of a timeline held on `day`; a field that held nothing is left out."""
    return [
        held
        for held in line
        if held.said.value is not None
        and held.said.valid_from <= day
        and (held.valid_to is None or held.valid_to > day)
    ]


def holding(settings: Settings, model: BaseModel, day: date, known: datetime | None = None) -> tuple[str, int]:
    """SQL text, usable after FROM: every entity with the fields it held on `day`, as texts, by what was known then.

    The same as on_day of every timeline; with it the Delta version of the history it is read from. Raises NotFound
    where the base has no history yet.
    """
    uri = uri_of(settings, model)
    newest = tables.version(uri, settings=settings)
    entity = quote(model.key[0])
    when = f"valid_from <= DATE {literal(day.isoformat())}"
    if known is not None:
        when += f" AND known_from <= {literal(known.isoformat())}::TIMESTAMPTZ"
    last = (
        f"SELECT {entity}, field, arg_max_null(value, known_from) AS value"
        f" FROM {tables.scan(uri, newest, settings=settings)} WHERE {when} GROUP BY 1, 2"
    )
    wide = ", ".join(f"max(value) FILTER (field = {literal(name)}) AS {quote(name)}" for name in fields_of(model))
    return f"(SELECT {entity}, {wide} FROM ({last}) WHERE value IS NOT NULL GROUP BY 1)", newest or 0


def _state(held: list[Held], one: Statement) -> None:
    """Put a statement, known later than all before, at the end of what is believed of its field."""
    restated = False
    while held and held[-1].said.valid_from >= one.valid_from:
        restated |= held.pop().said.value is not None
    if held and (held[-1].valid_to is None or held[-1].valid_to > one.valid_from):
        held[-1] = Held(held[-1].said, one.valid_from, held[-1].restated)
    held.append(Held(one, None, restated))
