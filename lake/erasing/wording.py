"""What people wrote must not tell who was erased: whether words hold something of a person, and striking it out."""

import re

from catalog.errors import InvalidInput
from catalog.settings import Settings
from catalog.standards.texts import name_letters
from lake.erasing import marks
from lake.erasing.subject import Subject, subject_of

STRUCK = "■■"
"""What stands in the place of a text that was struck out; no longer than the shortest there is."""
_RECORD = re.compile(r"\[([^\]]+)\] ")
"""How a correction (校核) names its record before its words."""
_SHORTEST_TEXT, _SHORTEST_KEY = 2, 8
"""Signs from which on a name, and a department's key, in words is that person's: shorter ones stand in any words."""


def holds(subject: Subject, text: str) -> bool:
    """Whether `text` holds a name, number, telephone, address or long key of the person, however it is spaced."""
    joined, plain = name_letters(text), marks.plain(text)
    return any(one in plain for one in _plain(subject)) or any(name_letters(one) in joined for one in _texts(subject))


def struck(subject: Subject, text: str, about: tuple[str, ...]) -> str:
    """`text` without what it holds of the person. about: ids it is about, or the dataset of the ticket it stands on.

    In what is about them a name others bear too is theirs. Spelled with spaces between, what was found has no place to
    strike: then nothing of the text stays.
    """
    named = _RECORD.match(text)
    keys = frozenset(key for dataset in about for key in subject.keys.get(dataset, ()))
    record = named.group(1) if named else ""
    own = bool(subject.ids & {*about, record}) or record in keys
    if record in keys:
        text = f"[{STRUCK}] {text.removeprefix(named.group()) if named else text}"
    texts = _texts(subject, own=own)
    found = sorted({*texts, *_plain(subject)}, key=len, reverse=True)
    left = re.sub("|".join(map(re.escape, found)), STRUCK, text, flags=re.IGNORECASE) if found else text
    joined, plain = name_letters(left), marks.plain(left)
    still = any(one in plain for one in _plain(subject)) or any(name_letters(one) in joined for one in texts)
    return STRUCK if still else left


def check_words(settings: Settings, entity: str, *texts: str) -> None:
    """Raise InvalidInput where words that are to be kept of an erasure hold something of the person it is about."""
    subject = subject_of(settings, entity)
    if any(holds(subject, text) for text in texts):
        raise InvalidInput(
            "文号和理由会长期留存，其中不得出现该人员的姓名、证件号、电话、住址等信息。请改写后重试。",
            "The paper's number and the reasons are kept for good, so neither may hold a name, number, telephone or"
            " address of the person. Word it without.",
            code="erasure_text_tells",
        )


def _texts(subject: Subject, *, own: bool = True) -> frozenset[str]:
    known = subject.texts if own else subject.distinct
    keys = {key for keys in subject.keys.values() for key in keys if len(key) >= _SHORTEST_KEY}
    return frozenset(keys | {one for one in known if len(name_letters(one)) >= _SHORTEST_TEXT})


def _plain(subject: Subject) -> frozenset[str]:
    """Their numbers and telephones, as letters and digits."""
    spelled = {marks.plain(one) for one in subject.texts if one.isascii()}
    return frozenset(one for one in {*subject.numbers, *spelled} if len(one) >= _SHORTEST_KEY)
