"""Slips of the pen in SQL, by their places: signs of a Chinese input method, a comma left out, a clause mistyped.

Pure: what is said of them is for others (lake/bases/wording.py).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

# Texts, names and comments that end come first, so that a quote inside one is not taken for the one left open.
QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|(?P<left>'|\"|/\*)", re.DOTALL)
"""A text, a quoted name or a comment; `left` where one is not ended."""
# Names need no quotes in the hub's SQL, so quotes are meant for texts.
_SIGNS: Final = {"、": ",", "。": "."} | dict.fromkeys("‘’“”", "'")
_WIDE: Final = re.compile("[０-９]+|[Ａ-Ｚａ-ｚ＿]+|[！-／：-＠［-＾｀｛-～、。‘’“”]")
_LISTS: Final = frozenset({TokenType.SELECT, TokenType.GROUP_BY, TokenType.ORDER_BY})
_CLAUSES: Final = frozenset(
    {TokenType.FROM, TokenType.WHERE, TokenType.HAVING, TokenType.QUALIFY, TokenType.JOIN, TokenType.ON}
    | {TokenType.USING, TokenType.LIMIT, TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.WITH}
)
_WORDS: Final = ("from", "where", "group", "having", "qualify", "order", "limit", "join", "union")
_OPENING: Final = frozenset({TokenType.L_PAREN, TokenType.CASE})
_CLOSING: Final = frozenset({TokenType.R_PAREN, TokenType.END})
_LITERALS: Final = frozenset({TokenType.STRING, TokenType.NUMBER})


def wide_signs(text: str) -> Iterator[tuple[int, str, str]]:
    """Full-width signs outside of texts, quoted names and comments: offset, sign (letters and digits that stand
    together are one), and what was meant."""
    begin = 0
    for quoted in (*QUOTED.finditer(text), None):
        end = quoted.start() if quoted else len(text)
        for found in _WIDE.finditer(text, begin, end):
            yield found.start(), found[0], _SIGNS.get(found[0]) or unicodedata.normalize("NFKC", found[0])
        if quoted is None or quoted["left"]:
            return
        begin = quoted.end()


def clause_meant(tokens: Sequence[Token], at: int) -> str:
    """The word of a clause that was probably mistyped where the SQL cannot be read on at token `at`; else ''."""
    opened = _list_around(tokens, at)
    if opened is None or (opened == TokenType.SELECT and _from_follows(tokens, at)):
        return ""
    words = [tokens[one].text.lower() for one in (at, *_alias_before(tokens, at)) if is_word(tokens[one])]
    return next((near[0] for word in words if (near := get_close_matches(word, _WORDS, n=1))), "")


def comma_before(tokens: Sequence[Token], at: int) -> list[Token]:
    """The parts of a list before one of which a comma was probably left out, where the SQL cannot be read on at token
    `at`; none where that is not likely."""
    opened = _list_around(tokens, at)
    if opened is None or (opened == TokenType.SELECT and not _from_follows(tokens, at)):
        return []
    # A name before a dot or a bracket was taken for an alias, and begins the part that lacks its comma.
    begun = tokens[at].token_type in (TokenType.DOT, TokenType.L_PAREN)
    return [tokens[one] for one in (*_alias_before(tokens, at), *(() if begun else (at,)))]


def is_word(token: Token) -> bool:
    """Whether it is a name: no text, number, sign or word of a clause."""
    return token.token_type not in _LITERALS | _CLAUSES | _LISTS and token.text.replace("_", "a").isalnum()


def _alias_before(tokens: Sequence[Token], at: int) -> tuple[int, ...]:
    """The place of the name right before `at` where it was taken for the alias of a value, without AS."""
    if at < 2 or not is_word(tokens[at - 1]):
        return ()
    value = tokens[at - 2]
    named = value.token_type in (TokenType.ALIAS, TokenType.DISTINCT)
    ends = value.token_type in _LITERALS | _CLOSING or is_word(value)
    return (at - 1,) if ends and not named else ()


def _list_around(tokens: Sequence[Token], at: int) -> TokenType | None:
    """What opens the list that token `at` stands in, outside of brackets and CASE in it; None where it is in none."""
    depth = 0
    for token in reversed(tokens[:at]):
        depth += (token.token_type in _CLOSING) - (token.token_type in _OPENING)
        if depth < 0 or (not depth and token.token_type in _CLAUSES):
            return None
        if not depth and token.token_type in _LISTS:
            return token.token_type
    return None


def _from_follows(tokens: Sequence[Token], at: int) -> bool:
    depth = 0
    for token in tokens[at:]:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if depth < 0 or (not depth and token.token_type in _CLAUSES | _LISTS):
            return token.token_type == TokenType.FROM
    return False
