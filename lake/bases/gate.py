"""A gate over the syntax tree of the bases' SQL: refuses what DuckDB and Spark read differently, mostly without a word.

Each trap below was seen to give other rows, or none at all. What lake/engines/spark/dialect.py puts right is none: the
places of NULL in concat, arg_min and arg_max, division, numbers and moments as text. A model that passes is not proven
alike by that; tests/spark builds every base on both engines and compares the cells.
"""

import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp

from lake.engines.expressions import LONGEST_PADDED
from lake.engines.hub_functions import hub_functions

_WHOLE_NUMBERS = (exp.DataType.Type.INT, exp.DataType.Type.BIGINT, exp.DataType.Type.SMALLINT)


def traps(sql: str) -> list[str]:
    """What in `sql` the two engines would read differently, one sentence each, sorted; empty when nothing is known."""
    return sorted(trapped(sqlglot.parse_one(sql, read="duckdb")))


def trapped(tree: exp.Expr) -> dict[str, exp.Expr]:
    """The same of a parsed text, with the first part of it that each sentence is about."""
    told: dict[str, exp.Expr] = {}
    for node in tree.walk():
        for name in (name for name, found in TRAPS.items() if found(node)):
            told.setdefault(name, node)
    return dict(sorted(told.items()))


def _is_unfiltered_arg(node: exp.Expr) -> bool:
    return isinstance(node, exp.ArgMax | exp.ArgMin) and not isinstance(node.parent, exp.Filter)


def _is_other_division(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Div | exp.IntDiv | exp.Mod):
        return False
    bottom = node.expression
    return not isinstance(bottom, exp.Nullif) and not (isinstance(bottom, exp.Literal) and bottom.name != "0")


def _is_bad_substring(node: exp.Expr) -> bool:
    start = node.args.get("start") if isinstance(node, exp.Substring) else None
    return isinstance(start, exp.Literal) and start.name == "0"


def _is_left_from_the_end(node: exp.Expr) -> bool:
    return isinstance(node, exp.Left | exp.Right) and not isinstance(node.expression, exp.Literal)


def _is_flagged_regexp(node: exp.Expr) -> bool:
    if isinstance(node, exp.RegexpLike):
        return node.args.get("flag") is not None
    return isinstance(node, exp.RegexpExtract | exp.RegexpExtractAll) and node.args.get("parameters") is not None


_REGEXPS = (exp.RegexpLike, exp.RegexpExtract, exp.RegexpExtractAll, exp.RegexpReplace, exp.RegexpSplit)
_TWO_READINGS = re.compile(
    r"\[:\w+:\]|\\[bB]|\(\?[a-z]*[ms]|\[[^\]]*\\S|\\p\{\w{2,}\}|\\[QEzZACG]|&&|\[\^?\]|\[[^\]]*(?<!\\)\["
)
"""POSIX classes, scripts, ends of words and lines, and what Java reads as a sign of its own, in a class or without."""


def _is_other_pattern(node: exp.Expr) -> bool:
    if not isinstance(node, _REGEXPS):
        return False
    pattern = node.expression
    return not isinstance(pattern, exp.Literal) or _TWO_READINGS.search(pattern.name) is not None


def _is_padded_far(node: exp.Expr) -> bool:
    """A text padded to any length is made of one row in one go: no limit of time or memory holds for it."""
    if not isinstance(node, exp.Pad):
        return False
    length = node.args.get("expression")
    return not (isinstance(length, exp.Literal) and not length.is_string and int(length.name) <= LONGEST_PADDED)


def _is_unknown_replacement(node: exp.Expr) -> bool:
    return isinstance(node, exp.RegexpReplace) and not isinstance(node.args.get("replacement"), exp.Literal)


def _is_lettered_format(node: exp.Expr) -> bool:
    if not isinstance(node, exp.TimeToStr):
        return False
    pattern = node.args.get("format")
    return (
        not isinstance(pattern, exp.Literal)
        or re.search(r"[A-Za-z]", re.sub(r"%-?[A-Za-z]", "", pattern.name)) is not None
    )


_MOMENTS = frozenset({"batch_moment", "hub_timestamp", "hub_date"})
"""Functions of the hub that answer no text."""


def _is_text_read_as_day(node: exp.Expr) -> bool:
    """CAST or TRY_CAST to DATE of anything but NULL, a literal in ISO form, a day with an interval, a hub's moment."""
    if not isinstance(node, exp.Cast) or node.to.this != exp.DataType.Type.DATE:
        return False
    given = node.this.unnest()
    if isinstance(given, exp.Literal):
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", given.name) is None
    return not (isinstance(given, exp.Null) or _is_with_interval(given) or given.name.lower() in _MOMENTS)


def _is_with_interval(node: exp.Expr) -> bool:
    return isinstance(node, exp.Add | exp.Sub) and isinstance(node.expression, exp.Interval)


def _is_bare_interval(node: exp.Expr) -> bool:
    return _is_with_interval(node) and not isinstance(node.parent, exp.Cast)


def _is_distinct_beside_another(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Select):
        return False
    asked = [each for one in node.expressions for each in one.find_all(exp.Distinct)]
    return (
        len(asked) > 1
        and any(each.find_ancestor(exp.GroupConcat) for each in asked)
        and len({each.sql() for each in asked}) > 1
    )


def _is_by_all(node: exp.Expr) -> bool:
    if isinstance(node, exp.Group):
        return bool(node.args.get("all"))
    return isinstance(node, exp.Ordered) and node.this.name.upper() == "ALL"


def _is_part_of_week(node: exp.Expr) -> bool:
    if isinstance(node, exp.Extract):
        return node.name.upper() not in {"YEAR", "MONTH", "DAY"}
    return isinstance(node, exp.DayOfWeek | exp.DayOfWeekIso | exp.Week | exp.WeekOfYear | exp.DayOfYear)


# Functions that were run on both engines over the same rows with the same answer (tests/spark/test_functions_alike.py),
# and what sqlglot counts among functions besides. Any other is refused until it stands there.
ALIKE = (
    *(exp.Abs, exp.And, exp.ArgMax, exp.ArgMin, exp.Avg, exp.Case, exp.Cast, exp.Coalesce, exp.Concat, exp.ConcatWs),
    *(exp.Contains, exp.Count, exp.DateDiff, exp.DenseRank, exp.EndsWith, exp.Exists, exp.FirstValue, exp.Floor),
    *(exp.Greatest, exp.GroupConcat, exp.If, exp.Lag, exp.LastValue, exp.Lead, exp.Least, exp.Left, exp.Length),
    *(exp.LogicalAnd, exp.LogicalOr, exp.MD5, exp.Max, exp.Min, exp.Nullif, exp.Or, exp.Pad, exp.Rank),
    exp.RegexpExtract,
    *(exp.RegexpLike, exp.RegexpReplace, exp.Replace, exp.RowNumber, exp.SHA2, exp.SplitPart),
    *(exp.StartsWith, exp.StrPosition, exp.Substring, exp.Sum, exp.TimeToStr, exp.Translate, exp.TryCast, exp.Year),
    *(exp.Month, exp.Day),
)

TRAPS: dict[str, Callable[[exp.Expr], bool]] = {
    "list(... ORDER BY): the order is dropped": lambda n: isinstance(n, exp.ArrayAgg) and isinstance(n.this, exp.Order),
    "list(): NULLs and empty groups differ": lambda n: isinstance(n, exp.ArrayAgg),
    "arg_min/arg_max without FILTER (... IS NOT NULL)": _is_unfiltered_arg,
    "any_value, first, mode: another winner": lambda n: isinstance(n, exp.AnyValue | exp.First | exp.Mode),
    "list index or slice": lambda n: isinstance(n, exp.Bracket),
    "CAST to a whole number: rounds or truncates": lambda n: isinstance(n, exp.Cast) and n.to.this in _WHOLE_NUMBERS,
    "round(): a double that lies half way goes up or down": lambda n: isinstance(n, exp.Round),
    "CAST to a date: other texts are taken, use hub_date": _is_text_read_as_day,
    "a moment read from text: use hub functions": lambda n: isinstance(
        n, exp.StrToTime | exp.StrToDate | exp.StrToUnix
    ),
    "date + INTERVAL is a moment or a day: CAST it AS DATE": _is_bare_interval,
    "strftime with letters of its own": _is_lettered_format,
    "division without NULLIF": _is_other_division,
    "string distance: bytes or characters": lambda n: isinstance(n, exp.Levenshtein | exp.JarowinklerSimilarity),
    "regexp_replace without 'g'": lambda n: (
        isinstance(n, exp.RegexpReplace) and "g" not in str(n.args.get("modifiers") or "")
    ),
    "flags of a regexp are dropped: write (?i) into the pattern": _is_flagged_regexp,
    "a pattern RE2 and Java read differently": _is_other_pattern,
    "a replacement that is no literal": _is_unknown_replacement,
    f"lpad or rpad to more than {LONGEST_PADDED} characters, or a computed number": _is_padded_far,
    "substr from 0": _is_bad_substring,
    "left or right of a computed length": _is_left_from_the_end,
    "date_diff in another unit than day": lambda n: (
        isinstance(n, exp.DateDiff) and str(n.args.get("unit")).strip("'").upper() != "DAY"
    ),
    "day of the week, week, part of a moment": _is_part_of_week,
    "date - date": lambda n: isinstance(n, exp.Sub) and _is_date(n.this) and _is_date(n.expression),
    "percentile": lambda n: isinstance(n, exp.PercentileCont | exp.Quantile),
    "ASOF JOIN": lambda n: isinstance(n, exp.Join) and str(n.args.get("method") or "").upper() == "ASOF",
    "* in a model": lambda n: isinstance(n, exp.Star) and not isinstance(n.parent, exp.Count),
    "trim and case of letters: use hub functions": lambda n: isinstance(
        n, exp.Trim | exp.Lower | exp.Upper | exp.ILike | exp.Initcap
    ),
    "now, random": lambda n: isinstance(n, exp.CurrentTimestamp | exp.CurrentDate | exp.Rand | exp.Uuid),
    "row_number without ORDER BY": lambda n: isinstance(n, exp.Window) and n.args.get("order") is None,
    "a function not known to be alike on both engines": lambda n: (
        isinstance(n, exp.Func) and not isinstance(n, (*ALIKE, exp.Anonymous)) and not isinstance(n.parent, exp.Table)
    ),
    "string_agg(DISTINCT) beside another DISTINCT: Spark 4.3 fails": _is_distinct_beside_another,
    "GROUP BY ALL, ORDER BY ALL: name the columns": _is_by_all,
    "a function that is none of the hub's": lambda n: (
        isinstance(n, exp.Anonymous) and n.name.lower() not in hub_functions()
    ),
}


def _is_date(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.DATE
