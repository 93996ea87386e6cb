"""How the key of a source row is shown: as its own item says; where it is a number of its entity, as that number is.

A department may number people by their identity number and call that a record number: the mask of the number must not
be undone by the key beside it. A key that is no number of the entity stays as it is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from catalog.models import DataItem
from catalog.settings import Settings
from catalog.standards.elements import elements
from exchange_api.evidence import shown_key
from exchange_api.views.side_by_side import by_column, shown_value
from lake.bases import explaining
from lake.bases.model import BaseModel

Numbers = Mapping[str, str]
"""A number as it is compared -> as it is shown; only those that are not shown whole."""


def numbers(model: BaseModel, claims: Iterable[Mapping[str, Any]]) -> Numbers:
    """The numbers among what departments claim of one entity that are masked."""
    items, fields = by_column(model), _fields(model)
    found: dict[str, str] = {}
    for claim in claims:
        if claim["field"] in fields:
            shown = shown_value(items[claim["field"]], claim["value"], plain=False)
            if shown != claim["value"]:
                found[_compared(str(claim["value"]))] = shown
    return found


def numbers_of(settings: Settings, model: BaseModel, entities: Collection[str]) -> dict[str, Numbers]:
    """`numbers` of each of many entities; of one that is not there, none."""
    claims = explaining.stated(settings, model, entities, _fields(model))
    return {entity: numbers(model, claims.get(entity, ())) for entity in entities}


def shown(items: Sequence[DataItem], key: str, masked: Numbers) -> str:
    """The key of a row, of a dataset of these `items`, to who did not deliver it."""
    told = shown_key(items)(key)
    parts, open_parts = key.split("|"), told.split("|")
    if len(parts) != len(open_parts):
        return told
    return "|".join(
        masked.get(_compared(part), part) if part == open_part else open_part
        for part, open_part in zip(parts, open_parts, strict=True)
    )


def _fields(model: BaseModel) -> frozenset[str]:
    known = elements()
    return frozenset(item.name for item in model.items if known[item.element].family == "identifier")


def _compared(text: str) -> str:
    return "".join(filter(str.isalnum, text)).upper()
