"""Addresses as texts: spelling put right. Taking them apart into the levels of GB/T 23705 is not done here."""

from catalog.contracts import Item
from catalog.standards.elements import Element
from lake.standardise.names import brackets, joined
from lake.standardise.rendering import Columns, Facts, Rendering, note_fullwidth


def address(item: Item, element: Element, at: Columns, facts: Facts) -> Rendering:
    """The rendering of an item of the family `address`."""
    return Rendering(f"plain_text({at.r})", f"han_bracketed({at.c})", (note_fullwidth(at), brackets(at), joined(at)))
