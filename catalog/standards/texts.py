"""Spelling of texts: full-width forms, blanks, dots and brackets. lake/engines/functions.sql says the same in SQL.

Identifiers, dates and numbers become plain ASCII; names and addresses keep their punctuation and every rare character.
"""

import re
import unicodedata

_FULLWIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)}
_KEPT_SIGNS = set("-/.#&@+%_*=")
_TEXT_FULLWIDTH = {
    wide: narrow for wide, narrow in _FULLWIDTH.items() if chr(narrow).isalnum() or chr(narrow) in _KEPT_SIGNS
}
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u200b-\u200d\u2060\ufeff]")
_BLANKS = re.compile("[\t-\r \x85\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_DOTS = re.compile("[•‧∙⋅・･．●▪\u0387\ua78f\u2024]")
_DOTS_AND_STOP = re.compile("[•‧∙⋅・･．●▪\u0387\ua78f\u2024.]")
_BETWEEN = re.compile("[\\s·.\u115f\u1160\u3164\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_UNSEEN = ("Cc", "Cf")


def plain(text: str) -> str | None:
    """An identifier, date or number without full-width forms, odd blanks and ends; None when nothing is left."""
    return _folded(text.translate(_FULLWIDTH))


def plain_text(text: str) -> str | None:
    """A text people read: full-width letters, digits and signs of numbers become ASCII, punctuation stays."""
    return _folded(text.translate(_TEXT_FULLWIDTH))


def person_name(text: str) -> str | None:
    """A person's name: every middle dot as U+00B7, no blanks between Chinese characters."""
    name = plain_text(text)
    if name is None or not _HAN.search(name):
        return name if name is None or not _DOTS.search(name) else _DOTS_AND_STOP.sub("·", name)
    return _DOTS_AND_STOP.sub("·", name).replace(" ", "")


def organisation_name(text: str) -> str | None:
    """An organisation's name, or an address: full-width brackets and no blanks where there is Chinese in it."""
    name = plain_text(text)
    if name is None or not _HAN.search(name):
        return name
    return name.replace(" ", "").replace("(", "（").replace(")", "）")


def name_letters(text: str) -> str:
    """A name, or words that may hold one, by its letters alone: whatever dot, blank or unseen sign stands between them.

    For comparing, never for keeping. A blank where the dot belongs is one of the ways it is written.
    """
    name = person_name(unicodedata.normalize("NFKC", text)) or ""
    return _BETWEEN.sub("", "".join(sign for sign in name.casefold() if unicodedata.category(sign) not in _UNSEEN))


def _folded(text: str) -> str | None:
    return _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip(" ") or None
