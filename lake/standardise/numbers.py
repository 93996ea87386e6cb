"""Numbers: thousands separators and units taken off; sums of money in another unit than the element's brought to it.

Decimals are DOUBLE: fen are exact up to 90 万亿 元, and both engines count alike. A slip of unit that nobody wrote
down is not guessed at: it is a finding.
"""

from catalog.contracts import Item
from catalog.standards.elements import Element
from lake.engines.duckdb import literal
from lake.standardise.rendering import Columns, Facts, Rendering, is_nothing, note_fullwidth


def number(item: Item, element: Element, at: Columns, facts: Facts) -> Rendering:
    """The rendering of an item of the family `number`; kind integer gives BIGINT, decimal DOUBLE."""
    notes = [note_fullwidth(at)]
    value = f"hub_integer({at.c})" if item.kind == "integer" else f"hub_number({at.c})"
    if item.kind == "decimal" and element.unit in ("元", "万元"):
        other = f"yuan_in(number_unit({at.c})) <> yuan_in({literal(element.unit)})"
        factor = f"yuan_in(number_unit({at.c})) / yuan_in({literal(element.unit)})"
        value = f"CASE WHEN {other} THEN {value} * {factor} ELSE {value} END"
        notes.append(("unit", f"{other} AND {at.v} IS NOT NULL"))
    if item.kind == "string":
        value = at.c
    return Rendering(f"plain({at.r})", value, tuple(notes), nothing=is_nothing(at.c))
