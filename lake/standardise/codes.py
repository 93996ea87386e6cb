"""Codes: names become codes, lost leading zeros come back, abolished divisions become their successor.

A code its list does not know stays as delivered; the quality run finds it.
"""

from catalog.contracts import Item
from catalog.standards.code_lists import code_list, codes_by_text
from catalog.standards.divisions import successors
from catalog.standards.elements import Element
from lake.engines.duckdb import literal
from lake.standardise.rendering import Columns, Facts, Rendering, note_fullwidth

_DIVISIONS = frozenset({"division_code", "township_code", "community_code"})
_TRUTH = {"1": "true", "0": "false"}


def code(item: Item, element: Element, at: Columns, facts: Facts) -> Rendering:
    """The rendering of an item of the family `code`."""
    if element.code in _DIVISIONS:
        return _division(at)
    if item.kind == "boolean":
        return _boolean(at)
    list_name = item.code_list or element.code_list
    return _listed(list_name, at) if list_name else _unlisted(at)


def _division(at: Columns) -> Rendering:
    """GB/T 2260 codes, also as the first six digits of longer ones: the code now in force."""
    known = ", ".join(literal(old) for old in successors())
    branches = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in successors().items())
    first = f"substr({at.c}, 1, 6)"
    value = (
        f"CASE WHEN {first} IN ({known}) THEN concat(CASE {first} {branches} END, substr({at.c}, 7)) ELSE {at.c} END"
    )
    abolished = ("abolished_division", f"{at.v} <> {at.c}")
    return Rendering(_cleaned(at), value, (note_fullwidth(at), abolished))


def _listed(list_name: str, at: Columns) -> Rendering:
    codes = code_list(list_name)
    known = ", ".join(literal(code) for code in codes)
    texts = " ".join(
        f"WHEN {at.c} = {literal(text)} THEN {literal(code)}" for text, code in codes_by_text(list_name).items()
    )
    value = f"CASE WHEN {at.c} IN ({known}) THEN {at.c} {texts} {_padded(codes, known, at)} ELSE {at.c} END"
    return Rendering(_cleaned(at), value, (note_fullwidth(at), ("code_text", f"{at.v} <> {at.c}")))


def _padded(codes: dict[str, str], known: str, at: Columns) -> str:
    """The branch that gives back the zeros a workbook took; lists of codes of one length only."""
    width = len(next(iter(codes)))
    if width == 1 or {len(code) for code in codes} != {width}:
        return ""
    padded = f"lpad({at.c}, {width}, '0')"
    return f"WHEN length({at.c}) < {width} AND {padded} IN ({known}) THEN {padded}"


def _unlisted(at: Columns) -> Rendering:
    return Rendering(f"upper({_cleaned(at)})", at.c, (note_fullwidth(at),))


def _boolean(at: Columns) -> Rendering:
    texts = {**codes_by_text("yes_no"), "1": "1", "0": "0"}
    branches = " ".join(f"WHEN {literal(text.lower())} THEN {_TRUTH[code]}" for text, code in texts.items())
    return Rendering(f"lower(plain({at.r}))", f"CASE {at.c} {branches} END", (note_fullwidth(at),))


def _cleaned(at: Columns) -> str:
    return f"code_text({at.r})"
