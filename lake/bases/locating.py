"""Where in the SQL of a topic something stands, and which name was meant: for whoever looks for a slip of the pen.

Names and signs are repeated, literals are not: a number somebody wrote into a condition is a data value.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from lake.bases.gate import ALIKE
from lake.engines.hub_functions import hub_functions

Pair = tuple[str, str]
NOWHERE: Final[Pair] = ("", "")
_SHOWN: Final = re.compile(r"(?:[a-z_][a-z0-9_]{0,62}|[ -/:-@\[-^`{-~]{1,3}){1,5}", re.IGNORECASE | re.ASCII)
_QUOTES: Final = re.compile(r"['\"]")
_DIGITS: Final = re.compile(r"\d{6}")
_OPEN: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|(?P<left>'|\"|/\*)", re.DOTALL)
_NO_NAMES: Final = frozenset({TokenType.STRING, TokenType.NUMBER})


def of_offset(text: str, start: int, piece: str = "") -> Pair:
    """The line and column of the sign at `start`, and the piece that stands there where it is a name or a sign."""
    line, column = text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1
    shown = piece if _showable(piece) else ""
    zh, en = (f"“{shown}”", f" at `{shown}`") if shown else NOWHERE
    return f"（第 {line} 行第 {column} 列{zh}）", f" (line {line}, column {column}{en})"


def of_syntax(text: str, error: Exception) -> Pair:
    """Where the SQL cannot be read on, with the word before it, which is often the one mistyped; else nothing."""
    if isinstance(error, sqlglot.errors.TokenError):
        left = next((one for one in _OPEN.finditer(text) if one["left"]), None)
        return of_offset(text, left.start(), "") if left else NOWHERE
    told = error.errors[0] if isinstance(error, sqlglot.errors.ParseError) and error.errors else {}
    tokens = list(_tokens(text))
    for number, token in enumerate(tokens):
        if (token.line, token.col) == (told.get("line"), told.get("col")):
            first = tokens[number - 1] if number and tokens[number - 1].line == token.line else token
            return of_offset(text, token.start, text[first.start : token.end + 1])
    return NOWHERE


def of_node(text: str, node: exp.Expr) -> Pair:
    """Where a part of the query begins, as far as its names tell; nothing for a part without any."""
    named = [one.meta for one in node.walk() if "start" in one.meta]
    if not named:
        return NOWHERE
    first = min(named, key=lambda meta: int(meta["start"]))
    return of_offset(text, first["start"], text[first["start"] : first["end"] + 1])


def of_refused(text: str, node: exp.Expr) -> Pair:
    """Where a part that is refused begins; of a function nobody knows also which was meant."""
    zh, en = of_node(text, node)
    if not isinstance(node, exp.Anonymous):
        return zh, en
    known = {*hub_functions(), *(name.lower() for each in ALIKE for name in each.sql_names())}
    near = meant(node.name, known)
    return f"{zh}{near[0]}", f"{en}{near[1]}"


def of_tables(text: str, names: Collection[str], known: Collection[str]) -> Pair:
    """Tables that may not be read, each with its place and the known one that was meant."""
    told = [(name, of_name(text, name), meant(name, known)) for name in sorted(names)]
    return (
        "、".join(f"{name}{place[0]}{near[0]}" for name, place, near in told),
        ", ".join(f"{name}{place[1]}{near[1]}" for name, place, near in told),
    )


def of_name(text: str, name: str) -> Pair:
    """Where `name`, or `alias.name`, is first written; nothing where it is not."""
    steps, tokens = name.lower().split("."), list(_tokens(text))
    words = [token.text.lower() if token.token_type not in _NO_NAMES else "" for token in tokens]
    wanted = [sign for step in steps for sign in (step, ".")][:-1]
    for at in range(len(words)):
        if words[at : at + len(wanted)] == wanted:
            return of_offset(text, tokens[at].start)
    return NOWHERE


def meant(name: str, known: Collection[str]) -> Pair:
    """The known name most like `name`, as a question; nothing where none is, or it is known itself."""
    if name in known or not (near := get_close_matches(name.lower(), sorted(known), n=1)):
        return NOWHERE
    return f"（是否为 {near[0]}？）", f" (did you mean {near[0]}?)"


def column_meant(query: exp.Expr, name: str, known: Mapping[str, Collection[str]]) -> Pair:
    """What `column` or `alias.column` was meant to be; `known`: the columns of each table that may be read."""
    alias, _, column = name.rpartition(".")
    relations = {one.alias_or_name: one.name for one in query.find_all(exp.Table)}
    parts = {one.alias: one.this.named_selects for one in query.find_all(exp.CTE, exp.Subquery)}
    if alias and alias not in relations and alias not in parts:
        return meant(alias, [*relations, *filter(None, parts)])
    tables = [alias] if alias else [*relations, *parts]
    sources = [relations.get(one, one) for one in tables]
    return meant(column, {each for one in sources for each in parts.get(one) or known.get(one, ())})


def _tokens(text: str) -> Iterator[Token]:
    try:
        yield from sqlglot.tokenize(text, read="duckdb")
    except sqlglot.errors.TokenError:
        return


def _showable(piece: str) -> bool:
    return bool(_SHOWN.fullmatch(piece)) and not _QUOTES.search(piece) and not _DIGITS.search(piece)
