"""What the matcher's terms are called at the terminal: how far two values agree, what people said of a pair."""

from collections.abc import Mapping
from typing import Final

from exchange_api.cli.speaking.speech import say

VERDICTS: Final[Mapping[str, str]] = {"same": "同一", "different": "不同", "unsure": "不确定"}


def level(label: str) -> str:
    """A level of agreement in the language spoken."""
    from exchange_api.views import matching_words

    return say(*matching_words.level(label))


def verdict(code: str) -> str:
    """What people said of a pair, in the language spoken."""
    return say(VERDICTS.get(code, code), code)
