"""Two languages, Chinese first: choosing a sentence, knowing which language a person asked for, and what others wrote
put so that it can stand in a sentence.

Texts of the portal are gettext catalogues (exchange_api/portal/locale); this is for sentences kept as pairs
in code or registry.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

LANGUAGES = ("zh", "en")
LONGEST_NAME: Final = 60
_SUSPECT: Final = re.compile(r"[^\n\t -~\u4e00-\u9fff]")
"""Signs that are looked up: nearly none of a text in the two languages."""
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Signs that steer a terminal, turn the direction of a line, or are half a sign. Not Co and Cn: rare characters of
names stand there."""


def text(zh: str, en: str, language: str) -> str:
    """The sentence for `language`; the other one where this one is empty, so that nobody is shown a blank."""
    return (zh or en) if language == "zh" else (en or zh)


def preferred(asked: str | None, *, default: str = "zh") -> str:
    """'zh' or 'en' for a locale name (LANG, 'en_US.UTF-8', 'zh-CN') or an Accept-Language header; else `default`.

    The first language named wins: browsers list them by weight (RFC 9110 section 12.5.4).
    """
    for part in (asked or "").replace("_", "-").split(","):
        name = part.split(";")[0].strip().lower()
        for language in LANGUAGES:
            if name == language or name.startswith(f"{language}-"):
                return language
    return default


def from_environ(environ: Mapping[str, str], *, default: str = "zh") -> str:
    """The language a person's terminal asks for: SHUNIU_LANGUAGE first, then LC_ALL, LC_MESSAGES, LANG."""
    for name in ("SHUNIU_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return preferred(environ[name], default=default)
    return default


def legible(text: str, instead: Callable[[str], str] = lambda sign: "�") -> str:
    """`text` for eyes, with each sign that would steer what shows it replaced; ends of lines and tabs stay."""
    return _SUSPECT.sub(
        lambda found: instead(found[0]) if unicodedata.category(found[0]) in _UNSEEN else found[0], text
    )


def decoded(name: str) -> str:
    """A file's name as text. One that is no UTF-8, half signs to Python, is GB18030 or else told by its bytes."""
    raw = os.fsencode(name)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")


def file_name(name: str) -> str:
    """A file's name for a sentence: as text, on one line, without what would steer a terminal, and of some length."""
    shown = legible(decoded(name)).replace("\n", "�").replace("\t", "�")
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"
