"""What people said of a pair, as it is called at the terminal."""

from collections.abc import Mapping
from typing import Final

from exchange_api.cli.speaking.speech import say

VERDICTS: Final[Mapping[str, str]] = {"same": "同一", "different": "不同", "unsure": "不确定"}


def verdict(code: str) -> str:
    """What people said of a pair, in the language spoken."""
    return say(VERDICTS.get(code, code), code)
