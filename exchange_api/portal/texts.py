"""The portal's two languages: gettext catalogues read from .po when first needed.

Nothing is compiled or committed as binary. Source messages are English; locale/zh is complete (a test says so),
locale/en is empty but for plurals and what differs.
"""

from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
HTML_LANG = {"zh": "zh-Hans", "en": "en"}


@cache
def translations(language: str) -> GNUTranslations:
    """The catalogue of `language` ('zh' or 'en'), compiled in memory."""
    with (LOCALE / language / "LC_MESSAGES" / "portal.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
