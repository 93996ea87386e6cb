"""What of a table an erasure takes out, and what it empties, by what the table is about.

A department's row about the person goes whole; so does what the hub made of it. In a row about something else (a firm,
a house, another person) only the cells that tell of the person are emptied.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import pyarrow as pa

from catalog.models import DataItem
from lake.bases.population import POPULATION
from lake.engines.duckdb import literal, quote
from lake.erasing.editing import Rule, bears_number, listed, texts_of
from lake.erasing.subject import Subject

ABOUT = frozenset(POPULATION.inputs)
"""Datasets whose rows are about one person each."""
REMEMBERED = ("_prepared", "_model")
"""What a matcher remembers of texts: a row that is missing is made anew by the next run."""
PAIRS, RECORDS = "_weighed", "_prepared"
"""Beside a base: pairs of records by their numbers alone, and the records with their numbers."""
BESIDE: Final = frozenset(
    {"links", "redirects", "review", "sources", "model", "weighed", "fused", "history", "prepared"}
)
"""Tables beside a base the rules here were written for: a new one gets its rule, then its name here."""
OF_TEXTS = frozenset({"spatial_address_text", "spatial_address_link"})
"""Tables with a row for every text: one that nobody else has goes."""


def of_table(
    zone: str, name: str, schema: pa.Schema, subject: Subject, items: Mapping[str, DataItem], source: str
) -> Rule:
    """The rule for one table. items: of its dataset, by the column they stand in; empty for one that is no dataset.

    source: SQL text of the table's rows, usable after FROM.
    """
    if zone == "findings":
        return _of_findings(name, subject)
    if name in ABOUT:
        return _of_rows(name, schema, subject, items)
    if name.startswith(POPULATION.name):
        return _of_population(name, schema, subject)
    if {"field", "value"} <= set(schema.names):
        return _of_fields(schema, subject, source)
    if name.endswith(REMEMBERED):
        own = listed((subject.texts if name.endswith(RECORDS) else subject.alone) | subject.numbers)
        return Rule(_any(f"CAST({quote(column)} AS VARCHAR) IN ({own})" for column in texts_of(schema)), {})
    return _of_others(name, schema, subject)


def of_pairs(records: Rule | None, source: str) -> Rule:
    """The rule for pairs: those stay of which both records do. records: their rule; source: their rows, after FROM.

    Without a table of records (None) no pair can be used, and all go.
    """
    if records is None:
        return Rule("true", {})
    kept = f"(SELECT record FROM {source} WHERE NOT coalesce({records.gone}, false))"
    return Rule(f"record_l NOT IN {kept} OR record_r NOT IN {kept}", {})


def _of_rows(name: str, schema: pa.Schema, subject: Subject, items: Mapping[str, DataItem]) -> Rule:
    keys = [column for column, item in items.items() if item.key]
    texts = texts_of(schema, ("_row", "_batch"))
    number = _any(bears_number(subject, column) for column in texts)
    batches = sorted(place[1:] for place in subject.places if place[0] == name)
    gone = [f"(_batch = {literal(batch)} AND _row = {row})" for batch, row in batches] if "_row" in schema.names else []
    if len(keys) == 1:
        key = f"CAST({quote(keys[0])} AS VARCHAR)"
        gone.append(f"{key} IN ({listed(subject.keys.get(name, frozenset()))})")
        gone.append(f"(({number}) AND {key} NOT IN ({listed(subject.others.get(name, frozenset()) or {''})}))")
    else:
        gone.append(number)
    return Rule(_any(gone), {column: bears_number(subject, column) for column in texts})


def _of_findings(name: str, subject: Subject) -> Rule:
    number, keys = bears_number(subject, "key"), listed(subject.keys.get(name, frozenset()))
    places = [
        f'(batch = {literal(b)} AND "row" = {row})' for dataset, b, row in sorted(subject.places) if dataset == name
    ]
    return Rule(_any([*places, f"key IN ({keys})", number]), {})


def _of_population(name: str, schema: pa.Schema, subject: Subject) -> Rule:
    """Whatever bears their id, one of their records' or their number; of the model's values what is theirs alone."""
    texts = texts_of(schema)
    ids = listed({subject.entity, *subject.records})
    gone = [f"CAST({quote(column)} AS VARCHAR) IN ({ids})" for column in texts]
    if name.endswith("_provenance"):
        gone.append(bears_number(subject, "value"))
    if name.endswith(RECORDS):
        known = listed(subject.alone | subject.numbers)
        gone += [f"CAST({quote(column)} AS VARCHAR) IN ({known})" for column in texts]
    if name.endswith("_model"):
        gone.append(f"value IN ({listed(subject.alone | subject.numbers)})")
    return Rule(_any(gone), {})


def _of_fields(schema: pa.Schema, subject: Subject, source: str) -> Rule:
    """Of fields, one to a row, those that hold the number of the person, and of that firm those with their name."""
    entity, number = quote(schema.names[0]), bears_number(subject, "value")
    theirs = f"{entity} IN (SELECT {entity} FROM {source} WHERE {number})"
    return Rule(f"({number}) OR (value IN ({listed(subject.texts)}) AND {theirs})", {})


def _of_others(name: str, schema: pa.Schema, subject: Subject) -> Rule:
    texts = texts_of(schema, ("_row", "_batch"))
    ids, own = listed({subject.entity, *subject.records}), listed(subject.texts)
    number = _any(bears_number(subject, column) for column in texts)
    first = schema.names[0]
    gone = [f"CAST({quote(first)} AS VARCHAR) IN ({ids})"] if first in texts else []
    if name in OF_TEXTS:
        gone += [f"CAST({quote(column)} AS VARCHAR) IN ({listed(subject.alone)})" for column in texts]
    theirs = f"(({number}) OR {_any(f'CAST({quote(column)} AS VARCHAR) IN ({ids})' for column in texts)})"
    blank = {
        column: _any(
            [
                bears_number(subject, column),
                f"CAST({quote(column)} AS VARCHAR) IN ({ids})",
                f"({theirs} AND CAST({quote(column)} AS VARCHAR) IN ({own}))",
            ]
        )
        for column in texts
        if column != first or not gone
    }
    return Rule(_any(gone), blank)


def _any(conditions: Iterable[str]) -> str:
    found = [f"({condition})" for condition in conditions]
    return " OR ".join(found) or "false"
