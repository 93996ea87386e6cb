"""From a contract to ONE SELECT: every item read, put right and annotated in four passes over the rows of a batch.

delivered  r_<item>  as text (geometries as bytes)
cleaned    c_<item>  spelling put right
valued     <item>    the value, of the item's kind
told       what was changed, what could not be read: gathered into _notes and _bad
"""

from collections.abc import Callable, Mapping, Sequence

from catalog.contracts import Contract, Item
from catalog.standards.elements import Element, element
from lake.engines.duckdb import literal, quote
from lake.standardise import addresses, codes, dates, geometry, identifiers, names, numbers
from lake.standardise.rendering import Columns, Facts, Rendering, plain_text

Family = Callable[[Item, Element, Columns, Facts], Rendering]

FAMILIES: dict[str, Family] = {
    "identifier": identifiers.identifier,
    "name": names.name,
    "date": dates.day,
    "code": codes.code,
    "address": addresses.address,
    "number": numbers.number,
    "geometry": geometry.place,
    "text": plain_text,
}
SQL_KINDS = {
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "decimal": "DOUBLE",
    "boolean": "BOOLEAN",
    "geometry": "BLOB",
}
# What an item of a kind needs that its element's family does not give: a date kept under a text element, and the like.
_BY_KIND: dict[str, str] = {"date": "date", "timestamp": "date", "integer": "number", "decimal": "number"}


def select(contract: Contract, source: str, delivered: Sequence[str], facts: Facts) -> str:
    """The SELECT that standardises the rows of `source` (SQL usable after FROM) whose columns are `delivered`."""
    present = {name.lower() for name in delivered}
    renderings = render(contract.items, facts)
    read = ", ".join(_read(item, present, facts.moments) for item in contract.items)
    cleaned = ", ".join(f"{each.clean} AS {Columns.of(name).c}" for name, each in renderings.items())
    joint = "".join(f", {expression} AS {column}" for each in renderings.values() for column, expression in each.joint)
    valued = ", ".join(f"{_value(item, renderings)} AS {quote(item.name)}" for item in contract.items)
    values = ", ".join(quote(item.name) for item in contract.items)
    notes = [_noted(item, note) for item in contract.items for note in renderings[item.name].notes]
    bad = [_unread(item.name, renderings[item.name]) for item in contract.items if _can_be_bad(item)]
    return (
        f"WITH delivered AS (SELECT _row, _batch, {read} FROM {source}),\n"
        f"cleaned AS (SELECT *, {cleaned} FROM delivered),\n"
        f"joint AS (SELECT *{joint} FROM cleaned),\n"
        f"valued AS (SELECT *, {valued} FROM joint),\n"
        f"told AS (SELECT *{_numbered('n', notes)}{_numbered('b', bad)} FROM valued)\n"
        f"SELECT _row, _batch, {_listed('n', notes)} AS _notes, {_listed('b', bad)} AS _bad, {values} FROM told"
    )


def render(items: Sequence[Item], facts: Facts) -> dict[str, Rendering]:
    """How each item is rendered, by its name; a longitude and a latitude become one point."""
    found = {item.name: _render(item, facts) for item in items}
    longitude = [item.name for item in items if item.element == "longitude"]
    latitude = [item.name for item in items if item.element == "latitude"]
    if len(longitude) == len(latitude) == 1:
        found[longitude[0]], found[latitude[0]] = geometry.pair(longitude[0], latitude[0], facts)
    return found


def date_forms(contract: Contract, source: str, delivered: Mapping[str, bool]) -> str | None:
    """SQL that counts the ways days are written: (item, form, rows), or None when no item of text holds days.

    delivered: column name -> whether the source keeps it as text.
    """
    textual = {name.lower() for name, is_text in delivered.items() if is_text}
    counted = [
        f"SELECT {literal(item.name)}, date_form(plain({quote(item.source_name)})) AS form, count(*) FROM {source}"
        " GROUP BY form"
        for item in contract.items
        if _family(item) == "date" and item.element != "period" and item.source_name.lower() in textual
    ]
    return " UNION ALL ".join(counted) if counted else None


def _render(item: Item, facts: Facts) -> Rendering:
    return FAMILIES[_family(item)](item, element(item.element), Columns.of(item.name), facts)


def _family(item: Item) -> str:
    family = element(item.element).family
    return family if family in ("date", "number", "geometry") else _BY_KIND.get(item.kind, family)


def _read(item: Item, present: set[str], moments: frozenset[str]) -> str:
    at = Columns.of(item.name)
    source = item.source_name.lower()
    kind = "BLOB" if item.kind == "geometry" else "VARCHAR"
    column = quote(item.source_name) if source in present else "NULL"
    if source in moments:
        column = f"china_text({column})"  # the day of a moment is the day in China, not in Greenwich
    return f"CAST({column} AS {kind}) AS {at.r}"


def _value(item: Item, renderings: Mapping[str, Rendering]) -> str:
    return f"CAST({renderings[item.name].value} AS {SQL_KINDS[item.kind]})"


def _noted(item: Item, note: tuple[str, str]) -> str:
    what, when = note
    at = Columns.of(item.name)
    # A text that is what was delivered needs no closer look; nearly every text is.
    unchanged = f"WHEN {at.r} = {at.v} THEN NULL " if item.kind == "string" else ""
    return f"CASE {unchanged}WHEN {when} THEN {literal(f'{item.name}:{what}')} END"


def _can_be_bad(item: Item) -> bool:
    """Text is always readable as text; days and periods written as text are not."""
    return item.kind != "string" or _family(item) == "date"


def _unread(name: str, each: Rendering) -> str:
    at = Columns.of(name)
    given = each.given or f"{at.c} IS NOT NULL"
    return f"CASE WHEN {at.v} IS NULL AND {given} AND NOT coalesce({each.nothing}, false) THEN {literal(name)} END"


def _numbered(letter: str, entries: Sequence[str]) -> str:
    return "".join(f", {entry} AS _{letter}{number}" for number, entry in enumerate(entries))


def _listed(letter: str, entries: Sequence[str]) -> str:
    """The entries that are not NULL as one list; rows without any, the great majority, build no list first."""
    nothing = "CAST([] AS VARCHAR[])"
    if not entries:
        return nothing
    columns = ", ".join(f"_{letter}{number}" for number in range(len(entries)))
    kept = f"list_filter([{columns}], lambda entry: entry IS NOT NULL)"
    return f"CASE WHEN coalesce({columns}, NULL) IS NULL THEN {nothing} ELSE {kept} END"
