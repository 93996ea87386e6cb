"""The hub's SQL, written for DuckDB, as Spark reads it. Pure: parses and writes text, runs nothing.

sqlglot translates the words; what it leaves meaning something else is put right here. What cannot be put right is
refused beforehand by lake/bases/gate.py.
"""

import re
from functools import cache

import sqlglot
from sqlglot import exp

from lake.engines.hub_functions import hub_functions

_TEXTS = (exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT)
_NUMBERING = (exp.RowNumber, exp.Rank, exp.DenseRank)


@cache
def to_spark(sql: str) -> str:
    """One SELECT or condition of the hub as Spark SQL with the same meaning, for a session in ANSI mode and UTC."""
    return _alike(sql).sql(dialect="spark", comments=False)


@cache
def functions_in(sql: str) -> frozenset[str]:
    """The functions of the hub that Spark needs for `sql`."""
    named = {node.name.lower() for node in _alike(sql).find_all(exp.Anonymous)}
    return frozenset(named & set(hub_functions()))


@cache
def tables_in(sql: str) -> tuple[str, ...]:
    """The relations `sql` reads, as often as it names them."""
    return tuple(table.name for table in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table))


def _alike(sql: str) -> exp.Expr:
    tree = sqlglot.parse_one(sql, read="duckdb")
    # From the leaves up: what is put around a node must find what is in it done already.
    for node in reversed(list(tree.walk())):
        changed = _changed(node)
        if changed is not node:
            node.replace(changed)
    return tree


def _changed(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.Cast() if node.to.this in _TEXTS:
            return _text(node)
        case exp.Concat():
            return _joined(node)
        case exp.ArgMin() | exp.ArgMax():
            return _filled(node)
        case exp.RegexpLike():
            # A call on DuckDB, an operator on Spark: beside another operator it needs its brackets.
            return exp.Paren(this=_patterned(node).copy())
        case exp.RegexpReplace() | exp.RegexpExtract():
            return _patterned(node)
        case exp.Div():
            return exp.Div(this=_as(node.this, "DOUBLE"), expression=node.expression.copy())
        case exp.DateDiff():
            return _as(node, "BIGINT")  # BIGINT on DuckDB, INT on Spark: sums with it would overflow there
        case exp.Window() if isinstance(node.this, _NUMBERING):
            return _as(node, "BIGINT")
    return node


def _text(cast: exp.Cast) -> exp.Expr:
    """CAST(x AS VARCHAR): Spark writes 1.0E7 and a moment without its zone, so the hub's own function does it."""
    if isinstance(cast.this, exp.Null | exp.Literal) or isinstance(cast, exp.TryCast):
        return cast
    return exp.Anonymous(this="hub_text", expressions=[cast.this.copy()])


def _joined(concat: exp.Concat) -> exp.Expr:
    """concat() of numbers and texts: Spark would make numbers of the texts."""
    joined = concat.copy()
    parts = [part if isinstance(part, exp.Literal) else _as(part, "TEXT") for part in joined.expressions]
    joined.set("expressions", parts)
    return joined


def _filled(best: exp.ArgMin | exp.ArgMax) -> exp.Expr:
    """arg_min(x, y): DuckDB passes over rows without x or y, Spark takes a NULL x. Then x must not count there."""
    value, order = best.this.copy(), best.expression.copy()
    both = exp.and_(value.copy().is_(exp.null()).not_(), order.copy().is_(exp.null()).not_())
    known = exp.Case(ifs=[exp.If(this=both, true=order)])
    return type(best)(this=value, expression=known)


def _patterned(node: exp.Expr) -> exp.Expr:
    r"""Pattern and replacement as Java reads them. In a replacement RE2 writes a group \1, Java $1."""
    if isinstance(node.expression, exp.Literal):
        node.set("expression", exp.Literal.string(java_pattern(node.expression.name)))
    written = node.args.get("replacement")
    if isinstance(written, exp.Literal):
        plain = written.name.replace("$", r"\$")
        node.set("replacement", exp.Literal.string(re.sub(r"\\(\d)", r"$\1", plain)))
    return node


def java_pattern(pattern: str) -> str:
    r"""A pattern of RE2 as Java must write it to mean the same.

    Java's $ is also before a last line feed, its dot ends at more signs than a line feed, its \s takes the vertical
    tab, its (?i) folds only ASCII.
    """
    written, within = "", False
    for part in re.findall(r"\\.|\(\?i\)|.", pattern, re.DOTALL):
        if part == "[" and not within:
            within = True
        elif part == "]" and within and not written.endswith(("[", "[^")):
            within = False
        meant = (_IN_CLASS if within else _OUTSIDE).get(part, part)
        written += meant
    return written


_IN_CLASS = {r"\s": r"\t\n\f\r "}
_OUTSIDE = {"$": r"\z", ".": r"[^\n]", r"\s": r"[\t\n\f\r ]", r"\S": r"[^\t\n\f\r ]", "(?i)": "(?iu)"}


def _as(node: exp.Expr, kind: str) -> exp.Expr:
    return exp.Cast(this=node.copy(), to=exp.DataType.build(kind))
