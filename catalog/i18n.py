"""Two languages, Chinese first: choosing a sentence, and knowing which language a person asked for.

Texts of the portal are gettext catalogues (exchange_api/portal/locale); this is for sentences kept as pairs
in code or registry.
"""

from collections.abc import Mapping

LANGUAGES = ("zh", "en")


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
