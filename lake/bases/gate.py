"""A gate over the syntax tree of the bases' SQL: refuses what DuckDB and Spark read differently, mostly without a word.

Each trap below was seen to give other rows, or none at all. A model that passes is not proven alike by that.
"""

from collections.abc import Callable

import sqlglot
from sqlglot import exp

# Functions of the hub: macros on DuckDB (lake/engines/functions.sql), registered under the same names elsewhere.
HUB_FUNCTIONS = frozenset(
    {
        "resident_id_fault", "resident_id_sex", "resident_id_birth", "uscc_fault", "org_code_fault", "org_compact",
        "reg_no_fault", "batch_moment", "wkb_longitude", "wkb_latitude", "hub_date", "plain",
        "address_folded", "address_marked", "address_names", "address_door", "address_middle", "address_building",
        "address_unit", "address_floor", "address_room", "address_rest", "household_code", "wkb_holds",
    }
)  # fmt: skip
_WHOLE_NUMBERS = (exp.DataType.Type.INT, exp.DataType.Type.BIGINT, exp.DataType.Type.SMALLINT)


def traps(sql: str) -> list[str]:
    """What in `sql` the two engines would read differently, one sentence each, sorted; empty when nothing is known."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    return sorted({name for node in tree.walk() for name, found in TRAPS.items() if found(node)})


def _is_unfiltered_arg(node: exp.Expr) -> bool:
    return isinstance(node, exp.ArgMax | exp.ArgMin) and not isinstance(node.parent, exp.Filter)


def _is_other_division(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Div):
        return False
    bottom = node.expression
    return not isinstance(bottom, exp.Nullif) and not (isinstance(bottom, exp.Literal) and bottom.name != "0")


def _is_bad_substring(node: exp.Expr) -> bool:
    start = node.args.get("start") if isinstance(node, exp.Substring) else None
    return isinstance(start, exp.Literal) and start.name == "0"


def _is_regexp(node: exp.Expr, *, flag: bool) -> bool:
    return flag and isinstance(node, exp.RegexpLike) and node.args.get("flag") is not None


TRAPS: dict[str, Callable[[exp.Expr], bool]] = {
    "list(... ORDER BY): the order is dropped": lambda n: isinstance(n, exp.ArrayAgg) and isinstance(n.this, exp.Order),
    "list(): NULLs and empty groups differ": lambda n: isinstance(n, exp.ArrayAgg),
    "arg_min/arg_max without FILTER (... IS NOT NULL)": _is_unfiltered_arg,
    "any_value, first, mode: another winner": lambda n: isinstance(n, exp.AnyValue | exp.First | exp.Mode),
    "list index or slice": lambda n: isinstance(n, exp.Bracket),
    "CAST to a whole number: rounds or truncates": lambda n: isinstance(n, exp.Cast) and n.to.this in _WHOLE_NUMBERS,
    "TRY_CAST to a date: other texts are taken": lambda n: (
        isinstance(n, exp.TryCast) and n.to.this == exp.DataType.Type.DATE
    ),
    "division without NULLIF": _is_other_division,
    "string distance: bytes or characters": lambda n: isinstance(n, exp.Levenshtein | exp.JarowinklerSimilarity),
    "regexp_replace without 'g'": lambda n: (
        isinstance(n, exp.RegexpReplace) and "g" not in str(n.args.get("modifiers") or "")
    ),
    "flags of regexp_matches are dropped": lambda n: _is_regexp(n, flag=True),
    "substr from 0": _is_bad_substring,
    "date_diff in another unit than day": lambda n: (
        isinstance(n, exp.DateDiff) and str(n.args.get("unit")).strip("'").upper() != "DAY"
    ),
    "day of the week": lambda n: isinstance(n, exp.DayOfWeek | exp.DayOfWeekIso),
    "date - date": lambda n: isinstance(n, exp.Sub) and _is_date(n.this) and _is_date(n.expression),
    "percentile": lambda n: isinstance(n, exp.PercentileCont | exp.Quantile),
    "ASOF JOIN": lambda n: isinstance(n, exp.Join) and str(n.args.get("method") or "").upper() == "ASOF",
    "* in a model": lambda n: isinstance(n, exp.Star) and not isinstance(n.parent, exp.Count),
    "trim and case of letters: use hub functions": lambda n: isinstance(n, exp.Trim | exp.Lower | exp.Upper),
    "now, random": lambda n: isinstance(n, exp.CurrentTimestamp | exp.CurrentDate | exp.Rand | exp.Uuid),
    "row_number without ORDER BY": lambda n: isinstance(n, exp.Window) and n.args.get("order") is None,
    "a function that is none of the hub's": lambda n: (
        isinstance(n, exp.Anonymous) and n.name.lower() not in HUB_FUNCTIONS
    ),
}


def _is_date(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.DATE
