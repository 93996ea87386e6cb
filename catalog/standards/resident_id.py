"""Citizen identity numbers 公民身份号码 (GB 11643-1999): check, 15 to 18 digits, birth date, sex.

The form judged is the stored one: 18 characters, X in upper case. Numbers of residence permits of Hong Kong (81), Macau
(82) and Taiwan (83) residents follow the same rule. The division inside is kept for life, so only the province counts.
"""

from datetime import date

from catalog.standards import check_digits

PROVINCES = frozenset(
    f"{region}{place}"
    for region, last in {1: 5, 2: 3, 3: 7, 4: 6, 5: 4, 6: 5, 7: 1, 8: 3}.items()
    for place in range(0 if region == 5 else 1, last + 1)
)
FIRST_YEAR, LAST_YEAR = 1850, 2099
_CENTENARIANS = frozenset({"996", "997", "998", "999"})
_DIGITS = frozenset("0123456789")


def fault(text: str, *, today: date | None = None) -> str | None:
    """Why `text` is no identity number: 'length', 'alphabet', 'prefix', 'date' or 'check_digit'; None when it is one.

    The first fault in that order is given. With `today`, a birth date after it is a fault of the date.
    """
    if len(text) != 18:
        return "length"
    if not (_DIGITS.issuperset(text[:17]) and (text[17] in _DIGITS or text[17] == "X")):
        return "alphabet"
    if text[:2] not in PROVINCES:
        return "prefix"
    born = _date(text[6:14])
    if born is None or (today is not None and born > today):
        return "date"
    return None if check_digits.mod_11_2(text[:17]) == text[17] else "check_digit"


def is_valid(text: str, *, today: date | None = None) -> bool:
    """Whether `fault` finds nothing."""
    return fault(text, today=today) is None


def upgrade(text: str) -> str | None:
    """The 18-character form of a 15-digit number (sequences 996 to 999 mean born in 18xx), or None.

    A match made through an upgraded number is probable, not certain: keep the number as delivered beside it.
    """
    if len(text) != 15 or not _DIGITS.issuperset(text):
        return None
    century = "18" if text[12:] in _CENTENARIANS else "19"
    body = text[:6] + century + text[6:]
    number = body + check_digits.mod_11_2(body)
    return number if fault(number) is None else None


def birth(text: str) -> date | None:
    """The birth date inside an 18-character number; None when there is no such day."""
    return _date(text[6:14]) if len(text) == 18 and _DIGITS.issuperset(text[6:14]) else None


def sex(text: str) -> str | None:
    """The sex the 17th digit stands for, as a code of GB/T 2261.1: '1' (odd, male), '2' (even, female)."""
    if len(text) != 18 or text[16] not in _DIGITS:
        return None
    return "1" if int(text[16]) % 2 else "2"


def _date(digits: str) -> date | None:
    """The day yyyymmdd between 1850 and 2099; None when the calendar has none."""
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
