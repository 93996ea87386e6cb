"""Characters that got a code point of their own since Python's codec for GB 18030 was made (as of the year 2000).

It gives 25 two-byte codes for private use, where no font has them and no rule finds them; GB 18030-2022 gives them
characters, among them 龴 to 龻 of names. What is written in four bytes comes as it is meant from the codec already.
"""

_LEFT_PRIVATE = {
    0xE78D: "︐︒︑︓︔︕︖",  # A6D9 to A6DF
    0xE794: "︗︘︙",  # A6EC, A6ED, A6F3
    0xE7C7: "ḿ",  # A8BC
    0xE816: "𠂇𠂉𠃌",  # FE51 to FE53
    0xE81E: "龴",  # FE59
    0xE826: "龵",  # FE61
    0xE82B: "龶龷",  # FE66, FE67
    0xE831: "𡗗龸",  # FE6C, FE6D
    0xE83B: "𢦏",  # FE76
    0xE843: "龹",  # FE7E
    0xE854: "龺𤇾",  # FE90, FE91
    0xE864: "龻",  # FEA0
}
CHARACTERS = {first + place: one for first, given in _LEFT_PRIVATE.items() for place, one in enumerate(given)}


def renewed(text: str) -> str:
    """`text`, as Python decoded it from GB 18030, with the characters the standard has today."""
    return text.translate(CHARACTERS)


def decoded(raw: bytes, encoding: str, errors: str = "strict") -> str:
    """`raw` in any encoding as text; raises UnicodeDecodeError as bytes.decode does."""
    text = raw.decode(encoding, errors)
    return renewed(text) if encoding == "gb18030" and not text.isascii() else text
