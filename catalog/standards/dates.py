"""Days and periods out of the ways departments write them (GB/T 7408 is one of them). Pure; None for what is no day.

A text without a day (yyyymm) is no date: nobody knows which day was meant.
"""

import re
from datetime import date, timedelta

_FORMS = {
    "iso": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?"),
    "compact": re.compile(r"[0-9]{8}([0-9]{6})?"),
    "dash": re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( .*)?"),
    "slash": re.compile(r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}( .*)?"),
    "dot": re.compile(r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}( .*)?"),
    "chinese": re.compile(r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日?( .*)?"),
    "serial": re.compile(r"[0-9]{5}(\.[0-9]+)?"),
}
_PARTS = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})")
_PLACEHOLDER = re.compile(r"(0000[-/.年]?00?[-/.月]?00?|1900[-/.年]?0?1[-/.月]?0?1)日?([ T].*)?")
_MONTH = re.compile(r"([0-9]{4})[-/.年](0?[1-9]|1[0-2])([-/.月][0-9]{0,2}日?)?( .*)?")
_EXCEL_DAY_ZERO = date(1899, 12, 30)


def form(text: str) -> str:
    """In which way a day is written: iso, compact, dash, slash, dot, chinese, serial (Excel's number), else other."""
    return next((name for name, pattern in _FORMS.items() if pattern.fullmatch(text)), "other")


def day(text: str) -> date | None:
    """The day a text that texts.plain gave stands for, whatever its form."""
    match form(text):
        case "other":
            return None
        case "serial":
            return _EXCEL_DAY_ZERO + timedelta(days=int(text[:5]))
        case "compact":
            return _date(text[:4], text[4:6], text[6:8])
        case _:
            parts = _PARTS.match(text)
            assert parts is not None
            return _date(*parts.groups())


def is_placeholder(text: str) -> bool:
    """Whether the text is what old systems write where there is no date: 1900-01-01 or zeros."""
    return _PLACEHOLDER.fullmatch(text) is not None


def period(text: str) -> str | None:
    """yyyymm of a month or of a day, yyyy of a year; None for anything else."""
    if re.fullmatch(r"[0-9]{4}(0[1-9]|1[0-2])", text):
        return text
    if month := _MONTH.fullmatch(text):
        return month[1] + month[2].zfill(2)
    if re.fullmatch(r"[0-9]{4}年?", text):
        return text[:4]
    return text[:6] if form(text) == "compact" and day(text) is not None else None


def _date(year: str, month: str, day_of_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(day_of_month))
    except ValueError:
        return None
