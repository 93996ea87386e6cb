"""What encoding a text file is probably in, and how sure that is. Only ever said to a person, never acted upon.

A byte order mark or well-formed UTF-8 beyond ASCII settles it; GB18030 and Big5 are told apart by how common the
characters are that the bytes would be.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from catalog.contracts import Contract
from catalog.errors import HubError
from catalog.i18n import decoded
from catalog.systems import SystemSpec
from lake.sources.files import inside

LOOKED_AT = 1 << 20
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SURE = {"certain": ("确定", "certain"), "likely": ("较有把握", "likely"), "unsure": ("没有把握", "not sure")}


@dataclass(frozen=True)
class Guess:
    """`encoding` as a contract would name it; sure: 'certain', 'likely', 'unsure'."""

    encoding: str
    sure: str

    @property
    def said(self) -> tuple[str, str]:
        """For people: (Chinese, English)."""
        zh, en = SURE[self.sure]
        return (f"内容看起来是 {self.encoding} 编码（{zh}）。", f"It looks like {self.encoding} ({en}).")


def advice(spec: SystemSpec, contract: Contract, error: HubError) -> tuple[str, str]:
    """What to tell a person whose file could not be read as declared; two empty texts where there is nothing to say."""
    found = suspected(spec, contract, error)
    return found.said if found else ("", "")


def suspected(spec: SystemSpec, contract: Contract, error: HubError) -> Guess | None:
    """The encoding of the file that `error` is about; None where it is about something else or lies elsewhere."""
    if spec.kind != "files" or error.code != "file_unreadable":
        return None
    there = inside(Path(spec.location), contract.locator)
    named = [path for path in there if decoded(path.name) == error.parts.get("file")]
    texts = [path for path in named if path.suffix.lower() in (".csv", ".tsv", ".txt", ".xml")]
    return guess(texts[0]) if texts else None


def guess(path: Path) -> Guess:
    """Judge by the first megabyte of `path`."""
    with path.open("rb") as stream:
        head = stream.read(LOOKED_AT)
    return judge(head)


def judge(head: bytes) -> Guess:
    """Judge by the first bytes of a text."""
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return Guess(name, "certain")
    if head.isascii() and b"\0" not in head:
        return Guess("utf-8", "certain")
    if head.count(b"\0") > len(head) // 10:
        odd = head[1::2].count(b"\0") >= head[0::2].count(b"\0")
        return Guess("utf-16-le" if odd else "utf-16-be", "likely")
    if _decoded(head, "utf-8") is not None:
        return Guess("utf-8", "certain")
    return _chinese(head)


def _chinese(head: bytes) -> Guess:
    common = {name: _common(head, name, rows) for name, rows in COMMON.items()}
    best = max(common, key=lambda name: common[name])
    others = max((share for name, share in common.items() if name != best), default=0.0)
    if common[best] >= 0.6 and common[best] > others + 0.2:
        return Guess(best, "likely")
    return Guess(best if common[best] else "gb18030", "unsure")


# First bytes of the rows of frequent characters: GB 2312 level 1, Big5 level 1.
COMMON: dict[str, Callable[[int], bool]] = {
    "gb18030": lambda byte: 0xB0 <= byte <= 0xD7,
    "big5": lambda byte: 0xA4 <= byte <= 0xC6,
}


def _common(head: bytes, encoding: str, frequent: Callable[[int], bool]) -> float:
    """The share of frequent characters among those beyond ASCII; 0 where the bytes are no such text."""
    text = _decoded(head, encoding)
    if text is None:
        return 0.0
    # Signs of punctuation lie in rows of their own and say nothing about how common the characters are.
    first = [
        character.encode(encoding)[0] for character in text if ord(character) >= 0x3400 and ord(character) < 0xE000
    ]
    return sum(map(frequent, first)) / len(first) if first else 0.0


def _decoded(head: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(head, final=len(head) < LOOKED_AT)
    except UnicodeDecodeError:
        return None
