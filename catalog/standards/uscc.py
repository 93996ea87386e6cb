"""Unified social credit codes 统一社会信用代码 (GB 32100-2015): check, embedded organisation code, kind."""

from catalog.standards import check_digits, organisation_code

_ALPHABET = frozenset(check_digits.USCC_ALPHABET)
_KINDS = {
    "1": "1239", "2": "19", "3": "123459", "4": "19", "5": "12349", "6": "129", "7": "129",
    "8": "19", "9": "1239", "A": "19", "N": "1239", "Y": "1",
}  # fmt: skip
_CONFUSABLE = str.maketrans({"O": "0", "I": "1"})


def fault(text: str) -> str | None:
    """Why `text` is no social credit code; None when it is one. The first fault in this order is given:

    'length', 'alphabet', 'prefix' (no such registering department and kind), 'check_digit' (the last character),
    'org_check' (the embedded GB 11714 code; a few codes of the first batches really carry this fault).
    """
    if len(text) != 18:
        return "length"
    if not _ALPHABET.issuperset(text):
        return "alphabet"
    if text[1] not in _KINDS.get(text[0], "") or not text[2:8].isdigit():
        return "prefix"
    if check_digits.uscc(text[:17]) != text[17]:
        return "check_digit"
    return None if organisation_code.fault(text[8:17]) is None else "org_check"


def is_valid(text: str) -> bool:
    """Whether `fault` finds nothing."""
    return fault(text) is None


def organisation_part(text: str) -> str:
    """The nine characters of the embedded organisation code (主体标识码)."""
    return text[8:17]


def division(text: str) -> str:
    """The six digits of the registering authority's division."""
    return text[2:8]


def kind(text: str) -> str:
    """Registering department and kind, the first two characters: a code of the list `organisation_kind`."""
    return text[:2]


def unconfused(text: str) -> str:
    """`text` with O read as 0 and I as 1 where that, and only that, makes it valid; else `text` unchanged."""
    read = text.translate(_CONFUSABLE)
    return read if read != text and fault(read) is None else text
