"""What of a table an erasure takes out, and what it empties, by what the table is about.

A department's row about the person goes whole; so does what the hub made of it. In a row about something else (a firm,
a house, another person) only the cells that tell of the person are emptied.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pyarrow as pa

from catalog.models import DataItem
from lake.bases.population import POPULATION
from lake.engines.duckdb import literal, quote
from lake.erasing import marks
from lake.erasing.editing import ABOUT, Rule, bears_number, is_key, is_one_of, is_spelled, searched
from lake.erasing.subject import Subject
from lake.erasing.whose import HOLDER, MADE, WHOSE, Alone, named_alone, told_with

DELIVERED = ("raw", "quarantine", "standard", "history")
"""Zones whose tables hold rows as a department delivered them."""
REMEMBERED = ("_prepared", "_model")
"""What a matcher remembers of texts: a row that is missing is made anew by the next run."""
PAIRS, RECORDS = "_weighed", "_prepared"
"""Beside a base: pairs of records by their numbers alone, and the records with their numbers."""
BESIDE: Final = frozenset(
    {"links", "redirects", "review", "sources", "model", "weighed", "fused", "history", "prepared"}
)
"""Tables beside a base the rules here were written for: a new one gets its rule, then its name here."""
BESIDE_TEXTS: Final = frozenset({"register", "prepared"})
"""The same beside the base of address texts: a register of standard addresses, that is about nobody, and texts."""
FORGOTTEN: Final = frozenset({"spatial_address_text_prepared"})
"""Of those, what still holds a text that its writer gave up long ago: no erasure could know whose it was, all goes."""
OF_TEXTS = frozenset({"spatial_address_text", "spatial_address_link"})
"""Tables with a row for every text: one that nobody else has goes."""
OF_PERSONS = frozenset({POPULATION.name, *(f"{POPULATION.name}_{part}" for part in BESIDE | {"provenance"})})
OWN = ("_row", "_batch")
"""The hub's own columns of a delivered row."""


def of_table(
    zone: str, name: str, schema: pa.Schema, subject: Subject, items: Mapping[str, DataItem], source: str
) -> Rule:
    """The rule for one table, by its zone and by what the catalogue says of it: a name alone tells nothing.

    items: of its dataset, by the column they stand in; empty for one that is no dataset. source: SQL text of the
    table's rows, usable after FROM.
    """
    if zone == "profile":
        return Rule("false", {})  # figures of columns alone: a profile holds no value and no row of anybody
    if zone == "findings":
        return _of_findings(name, subject)
    if zone in DELIVERED:
        return _of_rows(name, schema, subject, items) if name in WHOSE else _of_others(name, schema, subject, items, ())
    if zone == "base" and name in OF_PERSONS:
        return _of_population(name, schema, subject)
    if zone == "base" and {"field", "value"} <= set(schema.names):
        return _of_fields(schema, subject, source)
    if zone == "base" and not items and name.endswith(REMEMBERED):
        own = "texts" if name.endswith(RECORDS) else "alone"
        return Rule(_any(is_one_of(field, own, "numbers") for field in searched(schema)), {}, "", subject.values())
    return _of_others(name, schema, subject, items, schema.names[:1], alone=zone == "base" and name in OF_TEXTS)


def of_pairs(records: Rule | None, source: str) -> Rule:
    """The rule for pairs: those stay of which both records do. records: their rule; source: their rows, after FROM.

    Without a table of records (None) no pair can be used, and all go.
    """
    if records is None:
        return Rule("true", {})
    kept = f"(SELECT record FROM {source} WHERE NOT coalesce({records.gone}, false))"
    return Rule(f"record_l NOT IN {kept} OR record_r NOT IN {kept}", {}, "", records.values)


def _of_rows(name: str, schema: pa.Schema, subject: Subject, items: Mapping[str, DataItem]) -> Rule:
    """Rows a department holds of persons: theirs go, known by place, key or number of the person the row is about, or
    by name and telephone or address. With somebody else's number the key says so of a row that bears their name alone.

    Where they stand in somebody else's row (as the mother of a child) that number, and their name by it, is emptied.
    """
    whose, fields = WHOSE[name], searched(schema, OWN)
    column_of = {item.name: column for column, item in items.items()} or {column: column for column in schema.names}
    gone = [_without_number(name, fields, items, subject)]
    another = _anothers(subject, [field for field in fields if field.name == column_of.get(whose.number)])
    called = _any(is_spelled(field, "names") for field in fields if field.name == column_of.get(whose.name))
    if set(OWN) <= set(schema.names):
        places = sorted(place[1:] for place in subject.places if place[0] == name)
        gone += [f"(_batch = {literal(batch)} AND _row = {row})" for batch, row in places]
    for field in fields:
        item = items.get(field.name)
        other = item is not None and item.element in marks.IDENTITY and item.name != whose.number
        if field.name == column_of.get(whose.key):
            gone.append(f"({is_key(field)}) AND (coalesce({called}, false) OR NOT {another})")
        if field.name == column_of.get(whose.number) or (item is not None and item.key and not other):
            gone.append(bears_number(subject, field))
    number = {field.name: bears_number(subject, field) for field in fields}
    blank, named = _blank(name, schema, fields, number, items, "names"), _named(name, fields, items)
    return Rule(_any(gone), _either(blank, named), _any(number.values()), subject.values(name), _any(named.values()))


def _anothers(subject: Subject, numbers: Iterable[pa.Field]) -> str:
    """When the number of whom a row is about is a person's and not theirs."""
    found = (f"{marks.is_number_sql(quote(one.name))} AND NOT ({bears_number(subject, one)})" for one in numbers)
    return f"coalesce({_any(found)}, false)"


def _without_number(name: str, fields: Sequence[pa.Field], items: Mapping[str, DataItem], subject: Subject) -> str:
    """When a row is about the person though it bears no number: it has their name and their telephone or address."""
    alone, of = named_alone(name, list(items.values())), _fields(fields, items)
    called = _any(is_spelled(of[one.name], "names") for one in alone.own if one.name in of)
    another = _anothers(subject, [of[WHOSE[name].number]] if WHOSE[name].number in of else [])
    return f"({called}) AND ({_proved(alone, of)}) AND NOT {another}"


def _fields(fields: Sequence[pa.Field], items: Mapping[str, DataItem]) -> dict[str, pa.Field]:
    """Name of an item -> the column it stands in."""
    return {items[field.name].name: field for field in fields if field.name in items}


def _proved(alone: Alone, of: Mapping[str, pa.Field]) -> str:
    """When a telephone or an address in a row is theirs."""
    return _any(is_spelled(of[one.name], "contacts") for one in alone.proofs if one.name in of)


def _blank(
    dataset: str,
    schema: pa.Schema,
    fields: Sequence[pa.Field],
    theirs: Mapping[str, str],
    items: Mapping[str, DataItem],
    texts: str,
) -> dict[str, str]:
    """When each column is emptied: where their number stands in it or in the one it is told with, and what is spelled
    like a text of theirs in such a row. theirs: column -> whether it bears their number. texts: which.
    """
    blank = {one.name: [theirs[one.name], f"{ABOUT} AND ({is_spelled(one, texts)})"] for one in fields}
    columns = {item.name: column for column, item in items.items() if column in schema.names}
    for column in theirs.keys() & items.keys():
        for told in sorted(told_with(dataset, items[column], list(items.values())) & columns.keys()):
            if columns[told] != column:
                blank.setdefault(columns[told], []).append(theirs[column])
    return {column: _any(conditions) for column, conditions in blank.items()}


def same_name(name: str, schema: pa.Schema, subject: Subject, items: Mapping[str, DataItem]) -> Rule:
    """Rows that name somebody called like the person, by a name alone, and do not prove that it is them."""
    fields, named = searched(schema, OWN), named_alone(name, list(items.values())).names
    called = {column for column, item in items.items() if item in named}
    spelled = _any(is_spelled(field, "names") for field in fields if field.name in called)
    proved = _any(_named(name, fields, items).values())
    return Rule(f"({spelled}) AND NOT coalesce({proved}, false)", {}, "", subject.values(name))


def _named(dataset: str, fields: Sequence[pa.Field], items: Mapping[str, DataItem]) -> dict[str, str]:
    """When a column is emptied that names the person by a name alone: where a telephone or an address beside it is
    theirs as well, for others bear the name too."""
    alone, of = named_alone(dataset, list(items.values())), _fields(fields, items)
    proved = _proved(alone, of)
    names = [of[one.name] for one in alone.names if one.name in of]
    found = {field.name: f"({is_spelled(field, 'names')}) AND ({proved})" for field in names}
    given = [of[one.name] for one in alone.given if one.name in of] if names else []
    theirs = _any(found.values())
    return found | {field.name: f"({is_spelled(field, 'contacts')}) AND ({theirs})" for field in given}


def _either(blank: Mapping[str, str], named: Mapping[str, str]) -> dict[str, str]:
    return {**blank, **{column: _any([blank.get(column, "false"), when]) for column, when in named.items()}}


def _of_findings(name: str, subject: Subject) -> Rule:
    number = bears_number(subject, pa.field("key", pa.string()))
    key = is_one_of(pa.field("key", pa.string()), "keys", "ids")
    places = [
        f'(batch = {literal(b)} AND "row" = {row})' for dataset, b, row in sorted(subject.places) if dataset == name
    ]
    return Rule(_any([*places, key, number]), {}, "", subject.values(name))


def _of_population(name: str, schema: pa.Schema, subject: Subject) -> Rule:
    """Whatever bears their id or one of their records'; of the model's values what is theirs alone."""
    fields = searched(schema)
    gone = [is_one_of(field, "ids") for field in fields]
    if name.endswith(RECORDS):
        gone += [is_one_of(field, "alone", "numbers") for field in fields]
    if name.endswith("_model"):
        gone.append(is_one_of(schema.field("value"), "alone", "numbers"))
    said = {field.name: bears_number(subject, field) for field in fields if field.name == "value"}
    return Rule(_any(gone), said if name.endswith("_provenance") else {}, "", subject.values())


def _of_fields(schema: pa.Schema, subject: Subject, source: str) -> Rule:
    """Of fields, one to a row, those that hold the number of the person, and of that firm those with their name."""
    entity, number = quote(schema.names[0]), bears_number(subject, schema.field("value"))
    theirs = f"{entity} IN (SELECT {entity} FROM {source} WHERE {number})"
    text = is_spelled(schema.field("value"), "texts")
    return Rule(f"({number}) OR ({text} AND {theirs})", {}, "", subject.values())


def _of_others(
    name: str,
    schema: pa.Schema,
    subject: Subject,
    items: Mapping[str, DataItem],
    keys: Sequence[str],
    *,
    alone: bool = False,
) -> Rule:
    """Rows about something else: one whose key is the person goes, of any other only the cells that tell of them.

    keys: columns that are keys beside those of the catalogue; alone: whether a row with a text nobody else has goes.
    """
    fields = searched(schema, OWN)
    keyed = {*keys, *(column for column, item in items.items() if item.key or item.element in marks.HELD)}
    theirs = {one.name: f"({bears_number(subject, one)}) OR {is_one_of(one, 'ids')}" for one in fields}
    holders = [one.name for one in fields if one.name in items and items[one.name].element == HOLDER]
    for made in (one.name for one in fields if one.name in items and items[one.name].element in MADE):
        held = [f"{marks.plain_sql(quote(one))} <> '' AND NOT ({theirs[one]})" for one in holders]
        theirs[made] = f"({theirs[made]}) AND NOT coalesce({_any(held)}, false)"
    gone = [theirs[one.name] for one in fields if one.name in keyed]
    gone += [is_one_of(field, "alone") for field in fields] if alone else []
    blank, named = _blank(name, schema, fields, theirs, items, "texts"), _named(name, fields, items)
    return Rule(_any(gone), _either(blank, named), _any(theirs.values()), subject.values(), _any(named.values()))


def _any(conditions: Iterable[str]) -> str:
    found = [f"({condition})" for condition in conditions]
    return " OR ".join(found) or "false"
