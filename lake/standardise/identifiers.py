"""Identifiers to their stored form: national numbers by their standard, others only cleaned of full-width characters.

An identifier that breaks its standard stays as it is: finding that out is the quality run's work.
"""

from collections.abc import Callable

from catalog.contracts import Item
from catalog.standards.elements import Element
from lake.standardise.rendering import Columns, Facts, Rendering, note_fullwidth


def identifier(item: Item, element: Element, at: Columns, facts: Facts) -> Rendering:
    """The rendering of an item of the family `identifier`."""
    return _BY_ELEMENT.get(element.code, _other)(at)


def _resident_id(at: Columns) -> Rendering:
    """GB 11643-1999: 18 characters, X upper case; 15 digits are upgraded where that gives a valid number."""
    value = f"CASE WHEN length({at.c}) = 15 THEN coalesce(resident_id_upgrade({at.c}), {at.c}) ELSE {at.c} END"
    upgraded = ("upgraded15", f"length({at.c}) = 15 AND {at.v} <> {at.c}")
    return Rendering(_squeezed(at), value, (*_spelling(at), upgraded))


def _credit_code(at: Columns) -> Rendering:
    """GB 32100-2015: 18 upper-case characters; O and I are read as 0 and 1 where that alone makes the code valid."""
    confusable = ("confusable", f"{at.v} <> {at.c}")
    return Rendering(_squeezed(at), f"uscc_unconfused({at.c})", (*_spelling(at), confusable))


def _organisation_code(at: Columns) -> Rendering:
    """GB 11714-1997, written with the hyphen before the check character."""
    squeezed = _squeezed(at)
    value = f"CASE WHEN length({at.c}) = 9 THEN concat(substr({at.c}, 1, 8), '-', substr({at.c}, 9, 1)) ELSE {at.c} END"
    blanks = ("separators", f"contains(plain({at.r}), ' ')")
    return Rendering(squeezed, value, (note_fullwidth(at), _uppercase(at), blanks))


def _taxpayer(at: Columns) -> Rendering:
    """A taxpayer number is a credit code, an organisation code after six digits, or a number of its own."""
    value = f"CASE WHEN length({at.c}) = 18 THEN uscc_unconfused({at.c}) ELSE {at.c} END"
    return Rendering(_squeezed(at), value, (*_spelling(at), ("confusable", f"{at.v} <> {at.c}")))


def _digits(at: Columns) -> Rendering:
    return Rendering(_squeezed(at), at.c, _spelling(at))


def _phone(at: Columns) -> Rendering:
    return Rendering(f"plain({at.r})", f"phone({at.c})", (note_fullwidth(at), ("separators", f"{at.v} <> {at.c}")))


def _plate(at: Columns) -> Rendering:
    """GA 36-2018, without the dot painted after the second character."""
    squeezed = f"upper(regexp_replace(plain({at.r}), '[ ·.-]', '', 'g'))"
    return Rendering(squeezed, at.c, _spelling(at))


def _other(at: Columns) -> Rendering:
    return Rendering(f"plain_text({at.r})", at.c, (note_fullwidth(at),))


_BY_ELEMENT: dict[str, Callable[[Columns], Rendering]] = {
    "resident_id": _resident_id,
    "foreign_resident_id": _digits,
    "uscc": _credit_code,
    "org_code": _organisation_code,
    "taxpayer_no": _taxpayer,
    "reg_no": _digits,
    "bank_card_no": _digits,
    "postcode": _digits,
    "parcel_code": _digits,
    "real_estate_unit_code": _digits,
    "phone": _phone,
    "plate_no": _plate,
}


def _squeezed(at: Columns) -> str:
    return f"nullif(upper(regexp_replace(plain({at.r}), '[ -]', '', 'g')), '')"


def _spelling(at: Columns) -> tuple[tuple[str, str], ...]:
    return note_fullwidth(at), _uppercase(at), ("separators", f"regexp_matches(plain({at.r}), '[ -]')")


def _uppercase(at: Columns) -> tuple[str, str]:
    return "uppercase", f"regexp_matches({at.r}, '[a-zａ-ｚ]')"
