"""Documents of people without a citizen's number: foreigners, residents of Hong Kong, Macau and Taiwan, passports.

Numbers of residence permits (港澳台居民居住证) follow GB 11643 and are judged in resident_id.
"""

import re
from datetime import date

from catalog.standards import check_digits, resident_id

_OLD_CARD = re.compile(r"[A-Z]{3}[0-9]{12}")
_HK_MACAU = re.compile(r"[HM]([0-9]{8}|[0-9]{10})")
_TAIWAN = re.compile(r"[0-9]{8}|[0-9]{10}(\([A-Z]\)|[A-Z])?")
_PASSPORT = re.compile(r"[EG][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|(SE|DE|PE)[0-9]{7}")


def card_fault(text: str, *, today: date | None = None) -> str | None:
    """Why `text` is no number of a foreign permanent resident card (外国人永久居留身份证); None when it is one.

    18 characters since 2023-12-01: '9', province, nationality, birth date, sequence, MOD 11-2 check. The older form
    of 15 characters (three letters, twelve digits) are judged by their form only.
    """
    if len(text) == 15:
        return None if _OLD_CARD.fullmatch(text) else "alphabet"
    if len(text) != 18:
        return "length"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        return "alphabet"
    if text[0] != "9" or text[1:3] not in resident_id.PROVINCES:
        return "prefix"
    born = resident_id.birth(text)
    if born is None or (today is not None and born > today):
        return "date"
    return None if check_digits.mod_11_2(text[:17]) == text[17] else "check_digit"


def nationality(text: str) -> str | None:
    """The ISO 3166-1 numeric code inside an 18-character card number; None for the older form."""
    return text[3:6] if len(text) == 18 and text[0] == "9" else None


def hk_macau_permit_fault(text: str) -> str | None:
    """'form' unless `text` is a number of 港澳居民来往内地通行证 (H or M and 8, or 10 digits)."""
    return None if _HK_MACAU.fullmatch(text) else "form"


def taiwan_permit_fault(text: str) -> str | None:
    """'form' unless `text` is a number of 台湾居民来往大陆通行证 (8 digits, or 10 and perhaps a letter)."""
    return None if _TAIWAN.fullmatch(text) else "form"


def passport_fault(text: str) -> str | None:
    """'form' unless `text` is a number of a Chinese passport."""
    return None if _PASSPORT.fullmatch(text) else "form"
