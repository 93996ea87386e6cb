"""What texts become before they are compared: names folded and sounded out, addresses and organisations in plain form.

Pure functions text -> text; None and what says nothing become None. Nothing here looks at two records at once (see
similarity.py), and identifiers are judged in catalog/standards.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

from pypinyin import Style, lazy_pinyin

from catalog.standards.divisions import division, divisions, successors
from lake.matching.dates import eight_digits

FOLDER = Path(__file__).parent
LOST: Final = "?"
"""Stands for a character somebody's system could not keep: a box, a question mark, a private-use code point."""

_DOTS = re.compile(r"[·•‧∙⋅・･．.\u00b7\u16eb\u2027\u2219\u22c5\u30fb\uff65\u0387]")
_BLANK = re.compile(r"\s+")
_LOST = re.compile(r"[?？□■�\ue000-\uf8ff\U000f0000-\U0010fffd]")
_PLAIN_HAN = re.compile("[\u4e00-\u9fff]+")  # NFKC leaves each of these as it is
_NOT_WORD = re.compile(r"[^\w?]+|_")
_LATIN_END = re.compile(r"[^a-z0-9 ]+")
_NOTHING: Final = frozenset({"", "-", "无", "不详", "未知", "null", "none", "nan", "na", "n/a", "unknown", "暂无"})


@lru_cache(maxsize=1)
def _variants() -> dict[int, str]:
    with (FOLDER / "variants.csv").open(encoding="utf-8") as lines:
        return {ord(other): row["canonical"] for row in csv.DictReader(lines) for other in row["variants"]}


@lru_cache(maxsize=1)
def _surnames() -> dict[str, list[str]]:
    with (FOLDER / "surnames.csv").open(encoding="utf-8") as lines:
        return {row["surname"]: row["pinyin"].split() for row in csv.DictReader(lines)}


def is_wide(text: str) -> bool:
    """Whether the text is written in Chinese characters (or others that are no letters of an alphabet)."""
    # Nearly every name begins with one: most questions end there.
    return text[:1] >= "\u2e80" or (not text.isascii() and any(character >= "\u2e80" for character in text))


def plain(text: str | None) -> str | None:
    """NFKC, small letters, single blanks; None for empty texts and for words that mean 'nothing known'."""
    if text is None:
        return None
    folded = " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split()).lower()
    return None if folded in _NOTHING else folded


def name(text: str | None) -> str | None:
    """A person's name without dots and marks, variant characters folded, lost characters as '?'.

    Chinese names lose their blanks; names in an alphabet keep single blanks and lose accents.
    """
    if text and _PLAIN_HAN.fullmatch(text):  # most names of a county: nothing but variants to fold
        return None if text in _NOTHING else text.translate(_variants())
    folded = plain(text)
    if folded is None:
        return None
    if is_wide(folded):
        kept = _NOT_WORD.sub("", _DOTS.sub("", _LOST.sub(LOST, text or ""))) if _LOST.search(text or "") else folded
        kept = unicodedata.normalize("NFKC", kept).lower()
        return _NOT_WORD.sub("", _DOTS.sub("", kept)).translate(_variants()) or None
    bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return _BLANK.sub(" ", _LATIN_END.sub(" ", bare.replace("'", ""))).strip() or None


@lru_cache(maxsize=1 << 19)  # asked again of every pair of names that is graded: a million people have 260,000 names
def sound(folded: str | None) -> str | None:
    """How a folded name sounds: pinyin without tones (zh=z, ng=n ...), or the consonants of a name in letters."""
    if folded is None:
        return None
    return " ".join(_near(syllable) for syllable in _syllables(folded)) if is_wide(folded) else skeleton(folded)


def _syllables(folded: str) -> list[str]:
    for length in (2, 1):
        known = _surnames().get(folded[:length]) if len(folded) > length else None
        if known:
            return [*known, *map(_syllable, folded[length:])]
    return list(map(_syllable, folded))


@lru_cache(maxsize=1 << 15)
def _syllable(character: str) -> str:
    """The commonest reading: names are no phrases, so what stands beside a character does not change its reading."""
    return str(lazy_pinyin(character, style=Style.NORMAL)[0])


_NEAR: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


def _near(syllable: str) -> str:
    """Sounds that dictation and dialect do not keep apart; the first letter decides most, so n and l stay two."""
    for wide, near in _NEAR:
        syllable = syllable.replace(wide, near)
    return syllable


_ALIKE: Final = str.maketrans("bfpvcgjkqsxzdtlmnr", "ffffkkkkkssstdlmnr".replace("td", "tt"))


def skeleton(folded: str) -> str:
    """Consonants of a Latin name in order, alike ones as one, doubled ones once, first letter kept.

    Of several words the order says nothing: surnames stand first in one list and last in another.
    """
    return "".join(sorted(map(_skeleton, folded.split())))


def _skeleton(folded: str) -> str:
    letters = folded.replace("ph", "f").replace("ck", "k").replace("wr", "r").replace("kn", "n")
    if not letters:
        return folded
    kept = [letters[0].translate(_ALIKE)]
    for letter in letters[1:].translate(_ALIKE):
        if letter not in "aeiouyhw" and letter != kept[-1]:
            kept.append(letter)
    return "".join(kept)


_UNITS = re.compile(r"(号楼|号院|单元|号|栋|幢|座|室|户|#|弄|[-—－_/、，,;；()（）\[\]. ])+")
_HEAD = re.compile(r"^(中国)?(?:[^市县区\d]{2,8}?(?:省|自治区))?(?:[^市县区\d]{2,8}?(?:市|州|盟|地区))?")


def address(text: str | None) -> str | None:
    """An address in plain form: units of Chinese door numbers as '-', province and city left out; letters: words."""
    folded = plain(text)
    if folded is None:
        return None
    if is_wide(folded):
        body = _UNITS.sub("-", folded).strip("-")
        tail = _HEAD.sub("", body)
        return (tail if len(tail) >= 3 else body) or None
    return _BLANK.sub(" ", _LATIN_END.sub(" ", folded)).strip() or None


_LEGAL_FORMS = re.compile(
    r"(有限责任公司|股份有限公司|集团有限公司|有限公司|集团|股份|公司|个体工商户|普通合伙|特殊普通合伙|有限合伙|"
    r"\b(?:incorporated|corporation|company|limited|inc|ltd|llc|plc|corp|co|gmbh|ag|sa|the|and)\b)"
)
_BRANCH = re.compile(
    r"(分公司|支公司|分所|分店|分行|分部|分校|分院|支行|营业部|办事处|分社|分局|第[一二三四五六七八九十\d]+分部)"
)


def organisation(text: str | None) -> str | None:
    """An organisation's name without blanks (Chinese), brackets and marks, variant characters folded.

    A county that was renamed goes by its name of today: an old seal or form still says what an office was founded as.
    """
    folded = plain(text)
    if folded is None:
        return None
    if is_wide(folded):
        bare = _NOT_WORD.sub("", folded).translate(_variants())
        return _former_county().sub(lambda found: _renamed()[found[0]], bare) or None
    return _BLANK.sub(" ", _NOT_WORD.sub(" ", folded)).strip() or None


@lru_cache(maxsize=1)
def _renamed() -> dict[str, str]:
    """Name of a county that is no more -> name of the one in its place; none that another bears today."""
    today = {one.name for one in divisions() if one.valid_to is None}
    return {
        one.name: now.name
        for one in divisions()
        if one.level == "county" and one.name not in today
        for now in [division(successors().get(one.code, ""))]
        if now is not None
    }


@lru_cache(maxsize=1)
def _former_county() -> re.Pattern[str]:
    return re.compile(f"(?:^|(?<=省)|(?<=市))(?:{'|'.join(map(re.escape, _renamed()))})")


def organisation_core(folded: str | None) -> str | None:
    """The distinguishing part of an organisation's folded name: without legal form; None when nothing is left."""
    return None if folded is None else _BLANK.sub(" ", _LEGAL_FORMS.sub("", folded)).strip() or None


def branch(folded: str | None) -> str | None:
    """'1' for the name of a branch, '0' for any other name: a branch must not be taken for its parent."""
    return None if folded is None else str(int(bool(_BRANCH.search(folded))))


def digits(text: str | None) -> str | None:
    """The ASCII letters and digits of a code or number in order, large."""
    if text and text.isascii() and text.isalnum():
        return text.upper() if text.lower() not in _NOTHING else None
    folded = plain(text)
    kept = re.sub(r"[^0-9a-z]", "", folded).upper() if folded else ""
    return kept or None


def phone(text: str | None) -> str | None:
    """The digits of a phone number without the country code of China; None for shorter ones than 5 and for one digit
    repeated. A digit too many stays: it is a slip, and one edit away from the number.
    """
    number = text if text and text.isascii() and text.isdigit() else re.sub(r"\D", "", plain(text) or "")
    number = _CHINA.sub("", number) if len(number) > 11 else number
    return number if len(number) >= 5 and len(set(number)) > 2 else None


_CHINA = re.compile(r"^(?:00)?86(?=\d{10,11}$)")


@lru_cache(maxsize=1 << 16)  # a century has fewer days
def day(text: str | None) -> str | None:
    """A date as eight digits, however it is written (dates.py); None for placeholders."""
    return eight_digits((text.lower() if text and text.isascii() else plain(text)) or "")


def email(text: str | None) -> str | None:
    """An e-mail address in small letters without blanks."""
    return (plain(text) or "").replace(" ", "") or None


_SEXES: Final = {
    **dict.fromkeys(("1", "男", "男性", "m", "male"), "1"),
    **dict.fromkeys(("2", "女", "女性", "f", "female"), "2"),
}


def sex(text: str | None) -> str | None:
    """Code of GB/T 2261.1 for a sex in words or letters: '1', '2'; None for anything else."""
    return _SEXES.get(plain(text) or "")


@lru_cache(maxsize=1)
def places() -> tuple[str, ...]:
    """Names of divisions, today's and former ones, as they stand in names of firms: with and without 省, 市, 县, 区."""
    names = {one.name for one in divisions()}
    return tuple(sorted(names | {name[:-1] for name in names if len(name) > 2 and name[-1] in "省市县区"}))
