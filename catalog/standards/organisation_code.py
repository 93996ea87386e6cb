"""Organisation codes 组织机构代码 (GB 11714-1997): eight characters 0-9 A-Z, a hyphen, a check character."""

from catalog.standards import check_digits

_BODY = frozenset(check_digits.ALPHANUMERIC)
_CHECK = frozenset("0123456789X")


def fault(text: str) -> str | None:
    """Why `text` is no organisation code: 'length', 'alphabet' or 'check_digit'; None when it is one.

    Both forms are taken: `76410007-9` as printed and `764100079` as embedded in a social credit code.
    """
    if len(text) == 10 and text[8] == "-":
        text = text[:8] + text[9]
    if len(text) != 9:
        return "length"
    if not (_BODY.issuperset(text[:8]) and text[8] in _CHECK):
        return "alphabet"
    return None if check_digits.organisation(text[:8]) == text[8] else "check_digit"


def compact(text: str) -> str:
    """The nine characters without the hyphen, as they stand inside a social credit code."""
    return text.replace("-", "")
