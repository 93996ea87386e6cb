"""Days, moments and periods from every way they are written (GB/T 7408). Moments are wall-clock time of China, no zone.

1900-01-01 and 00000000 stand for "no date" in old systems: they become NULL and are noted, not passed on as a day.
"""

from catalog.contracts import Item
from catalog.standards.elements import Element
from lake.engines.duckdb import literal
from lake.standardise.rendering import Columns, Facts, Rendering, is_nothing, note_fullwidth


def day(item: Item, element: Element, at: Columns, facts: Facts) -> Rendering:
    """The rendering of an item of the family `date`: a DATE, a TIMESTAMP, or a text where the contract says string."""
    if element.code == "period":
        return Rendering(f"plain({at.r})", f"hub_period({at.c})", (note_fullwidth(at),), nothing=is_nothing(at.c))
    placeholder = f"coalesce(date_placeholder({at.c}), false)"
    read = f"hub_timestamp({at.c})" if item.kind == "timestamp" else f"hub_date({at.c})"
    value = f"CASE WHEN NOT {placeholder} THEN {read} END"
    if item.kind == "string":
        value = f"strftime({value}, '%Y-%m-%d')"
    notes = (note_fullwidth(at), ("placeholder", placeholder), *_other_form(item, at, facts))
    return Rendering(f"plain({at.r})", value, notes, nothing=f"{placeholder} OR {is_nothing(at.c)}")


def _other_form(item: Item, at: Columns, facts: Facts) -> tuple[tuple[str, str], ...]:
    """Noted where most days of this delivery are written otherwise; never for columns the source keeps as dates."""
    if item.name in facts.native:
        return ()
    usual = facts.date_forms.get(item.name, "iso")
    return (("date_format", f"{at.v} IS NOT NULL AND date_form({at.c}) <> {literal(usual)}"),)
