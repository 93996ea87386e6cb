"""Names of people and organisations: one middle dot, one kind of brackets, no blanks between Chinese characters.

Characters stay what they are, rare ones, variants and those of private use included: a name is not corrected here.
"""

from catalog.contracts import Item
from catalog.standards.elements import Element
from lake.standardise.rendering import Columns, Facts, Rendering, note_fullwidth

_OF_PEOPLE = frozenset({"person_name", "former_person_name", "legal_representative"})


def name(item: Item, element: Element, at: Columns, facts: Facts) -> Rendering:
    """The rendering of an item of the family `name`."""
    return _person(at) if element.code in _OF_PEOPLE else _organisation(at)


def _person(at: Columns) -> Rendering:
    """GB 18030-2022 characters; every kind of middle dot becomes U+00B7."""
    dot = ("variant_dot", f"has_variant_dot({at.c})")
    return Rendering(f"plain_text({at.r})", f"person_name_of({at.c})", (note_fullwidth(at), dot, joined(at)))


def _organisation(at: Columns) -> Rendering:
    """Brackets in the full-width form of the register."""
    return Rendering(f"plain_text({at.r})", f"han_bracketed({at.c})", (note_fullwidth(at), brackets(at), joined(at)))


def brackets(at: Columns) -> tuple[str, str]:
    """The note that half-width brackets were delivered among Chinese characters."""
    return "bracket_variant", f"has_han({at.c}) AND regexp_matches({at.c}, '[()]')"


def joined(at: Columns) -> tuple[str, str]:
    """The note that blanks were taken out."""
    return "blanks", f"contains({at.c}, ' ') AND NOT contains({at.v}, ' ')"
