"""The forms of an identity number, and the keyed hashes by which an erased person is known again. Pure."""

import hashlib
import re
import unicodedata
from typing import Final

from catalog.standards import texts

IDENTITY: Final = frozenset({"resident_id", "foreign_resident_id", "travel_permit_no", "passport_no"})
"""Data elements whose values are numbers of persons."""
HELD: Final = frozenset({"licence_holder_code", "licence_id", "licence_no"})
"""Data elements that may be the number of the person a row is about, or made of it: a licence is its holder's."""
BEARING: Final = IDENTITY | HELD | {"taxpayer_no"}
"""Data elements in whose values a person's number is looked for: of a sole trader the tax number is it, too."""
_SIGNS: Final = re.compile(r"[^0-9A-Za-z]")
_WIDE: Final = "０１２３４５６７８９Ｘｘ"
_NARROW: Final = "0123456789Xx"
CONTAINED: Final = 17
"""Characters from which on a number inside a longer text is still that number."""
_INSIDE: Final = re.compile(r"(?=([0-9]{17}[0-9X]))")


def plain(text: str) -> str:
    """A number as it is compared: narrow signs, upper case, nothing but letters and digits."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text)).upper()


def plain_sql(column: str) -> str:
    """SQL of the same for a column of text, but for signs a number does not have."""
    narrow = f"translate(CAST({column} AS VARCHAR), '{_WIDE}', '{_NARROW}')"
    return f"upper(regexp_replace({narrow}, '[^0-9A-Za-z]', '', 'g'))"


def letters_sql(column: str) -> str:
    """SQL of `texts.name_letters` for a column of text, but for forms of letters a name or an address does not have."""
    return f"lower(regexp_replace({_narrowed(column)}, '[{_BETWEEN}]', '', 'g'))"


def key_sql(column: str) -> str:
    """SQL of `texts.plain` for a column of keys, but for blanks inside."""
    return f"regexp_replace({_narrowed(column)}, '^[{_BLANK}]+|[{_BLANK}]+$', '', 'g')"


def _narrowed(column: str) -> str:
    narrow = [chr(code) for code in range(0x21, 0x7F) if chr(code) not in "'\\"]
    wide = [chr(ord(sign) + 0xFEE0) for sign in narrow]
    return f"translate(CAST({column} AS VARCHAR), '{''.join(wide)}', '{''.join(narrow)}')"


_BLANK: Final = r"\s\p{Z}\p{Cc}\p{Cf}"
_BETWEEN: Final = (
    _BLANK + r"·.•‧∙⋅・･．●▪\x{0387}\x{A78F}\x{2024}\x{115F}\x{1160}\x{3164}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}"
)


def forms(number: str) -> frozenset[str]:
    """The number, and of one of GB 11643 born in 19.. the 15 digits it was before."""
    text = plain(number)
    old = {text[:6] + text[8:17]} if len(text) == 18 and text[6:8] == "19" and text[:17].isdigit() else set()
    return frozenset({text} | old) - {""}


def inside(text: str) -> frozenset[str]:
    """Every form of the number that `text` is, and the numbers of 18 signs it holds: a licence's is made of one."""
    return forms(text) | frozenset(_INSIDE.findall(plain(text)))


def of_number(secret: str, number: str) -> str:
    """The mark of a number of a person."""
    return hashlib.sha256(f"{secret}|erased number|{plain(number)}".encode()).hexdigest()


def of_name(secret: str, number: str, name: str) -> str:
    """The mark of a name under that number: by it alone nobody is known, it tells whose number it was."""
    known = texts.name_letters(name)
    return hashlib.sha256(f"{secret}|erased name|{plain(number)}|{known}".encode()).hexdigest()


def of_contact(secret: str, name: str, contact: str) -> frozenset[str]:
    """The marks of a name beside a telephone or an address: who is named without a number is known by both alone."""
    known = {plain(contact), texts.name_letters(contact)} - {""}
    said = f"{secret}|erased contact|{texts.name_letters(name)}|"
    return frozenset(hashlib.sha256(f"{said}{one}".encode()).hexdigest() for one in known)


def of_key(secret: str, dataset: str, key: str) -> str:
    """The mark of a department's row, by its key."""
    return hashlib.sha256(f"{secret}|erased key|{dataset}|{texts.plain(key)}".encode()).hexdigest()
