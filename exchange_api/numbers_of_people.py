"""Numbers that are somebody's: identity, telephone, card, passport; as they stand in values, and as people write them.

In words a number may be spelled with blanks, hyphens, brackets and other marks between its digits, in full-width digits
or Chinese numerals, or with signs nobody sees. Dates and amounts are spelled so too: they are taken out before their
digits are joined.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from catalog.standards import check_digits

IDENTITY: Final = r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
PRIVATE: Final = re.compile(
    IDENTITY + r"|(?<![0-9])[1-9][0-9]{7}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9])"  # of 15 digits
    r"|(?<![0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])"  # mobile telephone
    r"|(?<![0-9])0[0-9]{2,3}-[0-9]{7,8}(?![0-9])"  # landline
    r"|(?<![0-9])[1-9][0-9]{16,18}(?![0-9])"  # a number of 17 to 19 digits: mistyped identity, bank card
)
_DOCUMENT: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[EGeg][0-9]{8}|[Ee][A-HJ-NP-Za-hj-np-z][0-9]{7}|[DSPKdspk]Ee?[0-9]{7}"
    r"|[CHMDSPKchmdspk](?!(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2]))[0-9]{8}|[HMhm][0-9]{10})(?![0-9A-Za-z])"
)
"""Passports and permits for Hong Kong, Macau and Taiwan; a letter and a day is the number of a paper."""
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me"})
"""Categories of signs that take no room: zero-width ones, joiners, marks upon others."""
_GAP: Final = r"[\s\-_.,:/()+*|~·•・。、\u00AD\u2010-\u2015\u2212]{1,3}"
_RUN: Final = re.compile(
    rf"(?:(?<![0-9A-Za-z])[A-Za-z](?:(?:{_GAP})?[A-Za-z])?(?:{_GAP})?)?[0-9](?:(?:{_GAP})?[0-9])*(?:(?:{_GAP})?[Xx])?"
)
_DATE: Final = (
    r"(?<![0-9])(?:19|20)[0-9]{2}(?P<mark>[-./])(?:0?[1-9]|1[0-2])(?P=mark)(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
)
_AMOUNT: Final = r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?(?![0-9.,])"
_USUAL: Final = re.compile(rf"(?:{_DATE}|{_AMOUNT}|(?<![0-9.])[0-9]+\.[0-9]{{1,2}}(?![0-9.]))")
_NUMERALS: Final = str.maketrans("〇零一幺二三四五六七八九", "001123456789")
_CUT: Final = "\n\0\n"
"""Stands where a date was taken out."""
_LONGEST: Final = 19
"""Digits of the longest number looked for: a bank card."""


def is_document(text: str) -> bool:
    """Whether a text is, as a whole, in the form of a passport's or permit's number."""
    return _DOCUMENT.fullmatch(text.strip()) is not None


def gives_away(text: str) -> bool:
    """Whether words hold a number of somebody, in whatever ordinary spelling."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) not in _UNSEEN)
    return _given_away(plain) or _given_away(plain.translate(_NUMERALS))


def _given_away(plain: str) -> bool:
    if PRIVATE.search(plain) or _DOCUMENT.search(plain):
        return True
    return any(map(_spelled, (found.group() for found in _RUN.finditer(plain))))


def _spelled(run: str) -> bool:
    """Whether digits with gaps between them are a number of somebody."""
    letters = "".join(filter(str.isalpha, re.split("[0-9]", run, maxsplit=1)[0]))
    if letters and _holds(run, lambda joined: _DOCUMENT.fullmatch(letters + joined) is not None):
        return True
    if _holds(run, lambda joined: re.fullmatch(IDENTITY, joined) is not None):
        return True
    left = re.sub(_DATE, _CUT, run)
    if len(set(re.findall(_GAP, run))) == 1 and re.search("[0-9]", left):
        left = run  # one mark all through: a number that looks as if a date stood in it
    if not re.search("[0-9]", _USUAL.sub("", run)):
        left = ""
    return any(_holds(part, _somebodys) for part in left.split(_CUT))


def _somebodys(joined: str) -> bool:
    card = len(joined) == 16 and joined[0] in "3456" and check_digits.luhn(joined[:-1]) == joined[-1]
    return card or PRIVATE.fullmatch(joined) is not None


def _holds(run: str, is_one: Callable[[str], bool]) -> bool:
    """Whether some groups of digits that follow each other, joined, are one."""
    groups = re.findall("[0-9]+[Xx]?|[Xx]", run)
    for first in range(len(groups)):
        joined = ""
        for group in groups[first:]:
            joined += group
            if len(joined) > _LONGEST:
                break
            if is_one(joined):
                return True
    return False
