"""The forms of an identity number, and the keyed hashes by which an erased person is known again. Pure."""

import hashlib
import re
import unicodedata
from typing import Final

from catalog.standards import check_digits, texts

IDENTITY: Final = frozenset({"resident_id", "foreign_resident_id", "travel_permit_no", "passport_no"})
"""Data elements whose values are numbers of persons."""
HELD: Final = frozenset({"licence_holder_code", "licence_id", "licence_no"})
"""Data elements that may be the number of the person a row is about, or made of it: a licence is its holder's."""
BEARING: Final = IDENTITY | HELD | {"taxpayer_no"}
"""Data elements in whose values a person's number is looked for: of a sole trader the tax number is it, too."""
_SIGNS: Final = re.compile(r"[^0-9A-Za-z]")
_SCRIPTS: Final = "０٠۰༠᠐"
"""The zeros of digits that are written here: wide, Arabic of two kinds, Tibetan, Mongolian."""
_WIDE: Final = "".join(chr(ord(zero) + at) for zero in _SCRIPTS for at in range(10)) + "Ｘｘ"
_NARROW: Final = "0123456789" * len(_SCRIPTS) + "Xx"
CONTAINED: Final = 17
"""Characters from which on a number inside a longer text is still that number."""
_INSIDE: Final = re.compile(r"(?=([0-9]{17}[0-9X]))")


def plain(text: str) -> str:
    """A number as it is compared: narrow signs, upper case, nothing but letters and digits of whatever script."""
    return _SIGNS.sub("", _digits(text)).upper()


def plain_sql(column: str) -> str:
    """SQL of the same for a column of text, but for signs a number does not have and scripts nobody writes here."""
    return f"upper(regexp_replace({_digits_sql(column)}, '[^0-9A-Za-z]', '', 'g'))"


def phone(text: str) -> str:
    """The digits of a telephone without the country's 86 and the 0 before an area; '' for what is none.

    Words around a mobile number do not matter. The digits of an address are no telephone: many houses have number 77.
    """
    told = _digits(text)
    number = _COUNTRY.sub(r"\1", re.sub("[^0-9]", "", told)).removeprefix("0")
    return number if _MOBILE.fullmatch(number) or (len(number) >= 5 and not _NO_PHONE.search(told)) else ""


def phone_sql(column: str) -> str:
    """SQL of the same for a column of text; NULL for what is none."""
    told = _digits_sql(column)
    joined = f"regexp_replace({told}, '[^0-9]', '', 'g')"
    number = f"regexp_replace(regexp_replace({joined}, '{_COUNTRY.pattern}', '\\1'), '^0', '')"
    only = f"length({number}) >= 5 AND NOT regexp_matches({told}, '{_NO_PHONE.pattern}')"
    return f"CASE WHEN regexp_full_match({number}, '{_MOBILE.pattern}') OR ({only}) THEN {number} END"


_COUNTRY: Final = re.compile("^(?:00)?86([0-9]{10,11})$")
_MOBILE: Final = re.compile("1[3-9][0-9]{9}")
_NO_PHONE: Final = re.compile("[^-+0-9()./ ]")


def is_number(text: str) -> bool:
    """Whether `text` can be the number of a person: by its form, of 18 signs by the last of them too."""
    number = plain(text)
    form = _NUMBER.fullmatch(number)
    return form is not None and (len(number) != 18 or check_digits.mod_11_2(number[:17]) == number[17])


def is_number_sql(column: str) -> str:
    """SQL of the same for a column of text."""
    number = plain_sql(column)
    sums = " + ".join(f"{2 ** (17 - at) % 11} * TRY_CAST(substr({number}, {at + 1}, 1) AS INT)" for at in range(17))
    last = f"CASE substr({number}, 18, 1) WHEN 'X' THEN 10 ELSE TRY_CAST(substr({number}, 18, 1) AS INT) END"
    checked = f"(length({number}) <> 18 OR ({sums} + {last}) % 11 = 1)"
    return f"coalesce(regexp_full_match({number}, '{_NUMBER.pattern}') AND {checked}, false)"


_NUMBER: Final = re.compile("[0-9]{15}|[0-9]{17}[0-9X]|[A-Z]{1,3}[0-9]{6,12}")
"""Of a resident, today's and the old one; a permit or passport."""


def _digits(text: str) -> str:
    """`text` with narrow signs and the digits of other scripts as 0 to 9."""
    folded = unicodedata.normalize("NFKC", text)
    return folded if folded.isascii() else "".join(str(unicodedata.decimal(sign, sign)) for sign in folded)


def _digits_sql(column: str) -> str:
    return f"translate(CAST({column} AS VARCHAR), '{_WIDE}＋－（）　', '{_NARROW}+-() ')"


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


def of_contact(secret: str, name: str, contact: str) -> str | None:
    """The mark of a name beside a telephone or an address: who is named without a number is known by both alone."""
    known = phone(contact) or texts.name_letters(contact)
    if not known:
        return None
    return hashlib.sha256(f"{secret}|erased contact|{texts.name_letters(name)}|{known}".encode()).hexdigest()


def of_keyed(secret: str, dataset: str, key: str, name: str) -> str:
    """The mark of a name under a department's key: it tells whose key it was."""
    said = f"{secret}|erased keyed name|{dataset}|{texts.plain(key)}|{texts.name_letters(name)}"
    return hashlib.sha256(said.encode()).hexdigest()


def of_key(secret: str, dataset: str, key: str) -> str:
    """The mark of a department's row, by its key."""
    return hashlib.sha256(f"{secret}|erased key|{dataset}|{texts.plain(key)}".encode()).hexdigest()
