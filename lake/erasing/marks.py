"""The forms of an identity number, and the keyed hashes by which an erased person is known again. Pure."""

import hashlib
import re
import unicodedata
from typing import Final

from catalog.standards import texts

IDENTITY: Final = frozenset({"resident_id", "foreign_resident_id", "travel_permit_no", "passport_no"})
"""Data elements whose values are numbers of persons."""
_SIGNS: Final = re.compile(r"[^0-9A-Za-z]")
_WIDE: Final = "０１２３４５６７８９Ｘｘ"
_NARROW: Final = "0123456789Xx"
CONTAINED: Final = 17
"""Characters from which on a number inside a longer text is still that number."""


def plain(text: str) -> str:
    """A number as it is compared: narrow signs, upper case, nothing but letters and digits."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text)).upper()


def plain_sql(column: str) -> str:
    """SQL of the same for a column of text, but for signs a number does not have."""
    narrow = f"translate(CAST({column} AS VARCHAR), '{_WIDE}', '{_NARROW}')"
    return f"upper(regexp_replace({narrow}, '[^0-9A-Za-z]', '', 'g'))"


def forms(number: str) -> frozenset[str]:
    """The number, and of one of GB 11643 born in 19.. the 15 digits it was before."""
    text = plain(number)
    old = {text[:6] + text[8:17]} if len(text) == 18 and text[6:8] == "19" and text[:17].isdigit() else set()
    return frozenset({text} | old) - {""}


def of_number(secret: str, number: str) -> str:
    """The mark of a number of a person."""
    return hashlib.sha256(f"{secret}|erased number|{plain(number)}".encode()).hexdigest()


def of_name(secret: str, number: str, name: str) -> str:
    """The mark of a name under that number: by it alone nobody is known, it tells whose number it was."""
    known = texts.name_letters(name)
    return hashlib.sha256(f"{secret}|erased name|{plain(number)}|{known}".encode()).hexdigest()


def of_key(secret: str, dataset: str, key: str) -> str:
    """The mark of a department's row, by its key."""
    return hashlib.sha256(f"{secret}|erased key|{dataset}|{key}".encode()).hexdigest()
