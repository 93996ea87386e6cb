"""What is wrong with the SQL of a topic, said in both languages and in the hub's words.

The gate (gate.py) and the shape (shape.py) name what they refuse in English; the engine speaks of binders and
catalogs. Told is where it stands, too, and which name was meant. Names and signs are repeated, literals never: a number
in a condition is data.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from lake.bases.gate import ALIKE
from lake.engines import slips
from lake.engines.expressions import LONGEST_PADDED
from lake.engines.hub_functions import hub_functions

Pair = tuple[str, str]

CHINESE: Final[Mapping[str, str]] = {
    "list(... ORDER BY): the order is dropped": "list(... ORDER BY)：次序会丢失",
    "list(): NULLs and empty groups differ": "list()：空值和空组在两种引擎上结果不同",
    "arg_min/arg_max without FILTER (... IS NOT NULL)": "arg_min、arg_max 未写 FILTER (... IS NOT NULL)",
    "any_value, first, mode: another winner": "any_value、first、mode：取到的值不确定",
    "list index or slice": "按下标取列表元素",
    "CAST to a whole number: rounds or truncates": "CAST 为整数：四舍五入与截断不一",
    "round(): a double that lies half way goes up or down": "round()：恰在中间的值进舍不一",
    "CAST to a date: other texts are taken, use hub_date": "CAST 为日期：请用 hub_date",
    "a moment read from text: use hub functions": "由文本读取时刻：请用系统函数",
    "date + INTERVAL is a moment or a day: CAST it AS DATE": "日期加 INTERVAL：请 CAST AS DATE",
    "strftime with letters of its own": "strftime 的格式中夹有其他字母",
    "division without NULLIF": "除法未用 NULLIF 防止除以零",
    "string distance: bytes or characters": "字符串距离：按字节或按字符不一",
    "regexp_replace without 'g'": "regexp_replace 未写 'g'",
    "flags of a regexp are dropped: write (?i) into the pattern": "正则选项会丢失：请把 (?i) 写进正则式",
    "a pattern RE2 and Java read differently": "两种引擎理解不同的正则式",
    "a replacement that is no literal": "替换内容不是常量",
    f"lpad or rpad to more than {LONGEST_PADDED} characters, or a computed number": (
        f"lpad、rpad 补齐的长度须写明，且不超过 {LONGEST_PADDED}"
    ),
    "substr from 0": "substr 从 0 开始",
    "left or right of a computed length": "left、right 的长度不是常量",
    "date_diff in another unit than day": "date_diff 的单位不是日",
    "day of the week, week, part of a moment": "取星期、周次或时刻的一部分",
    "date - date": "日期相减：请用 date_diff",
    "percentile": "百分位数",
    "ASOF JOIN": "ASOF JOIN",
    "* in a model": "SELECT *：请逐列写明",
    "trim and case of letters: use hub functions": "去空格与大小写转换：请用系统函数",
    "now, random": "当前时刻或随机数",
    "row_number without ORDER BY": "窗口函数未写 ORDER BY",
    "a function not known to be alike on both engines": "尚未证明在两种引擎上结果一致的函数",
    "string_agg(DISTINCT) beside another DISTINCT: Spark 4.3 fails": "string_agg(DISTINCT) 与另一 DISTINCT 并用",
    "GROUP BY ALL, ORDER BY ALL: name the columns": "GROUP BY ALL、ORDER BY ALL：请写明列名",
    "a function that is none of the hub's": "不是系统提供的函数",
    "a list of columns behind a name: AS inside the query instead": "在名称后列出列名：请在查询内用 AS",
    "WITH RECURSIVE": "WITH RECURSIVE",
    "UNION BY NAME": "UNION BY NAME",
    "PIVOT or UNPIVOT": "PIVOT 或 UNPIVOT",
    "a name of three parts": "三段式名称",
    "a join that is neither INNER, LEFT, RIGHT, FULL nor CROSS": "INNER、LEFT、RIGHT、FULL、CROSS 之外的连接",
    "a function behind a dot, a.b.f(): write f(a.b)": "用点号调用函数（a.b.f()）：请写 f(a.b)",
    "LIMIT or OFFSET with anything but a whole number": "LIMIT、OFFSET 之后不是整数",
    "a name that is neither of a column nor of a table": "既非列也非表的名称",
    "several columns in brackets in GROUP BY: leave the brackets out": "GROUP BY 中用括号括起的几列：请去掉括号",
    "a column without its table in ON, which sees only the tables before it: write alias.column": (
        "ON 中未写表别名的列（ON 只看得到前面的表）：请写“表别名.列名”"
    ),
    "a computed column without a name: AS gives it one": "计算得出的列没有名称：请用 AS 起名",
    "a table called alias: alias.x is what AS has named x": "名为 alias 的表：alias.x 会被读作 AS 所取的名称 x",
    "a column named like a table or its alias, without its table: it may be the whole row": (
        "未写表别名且与某表或其别名同名的列：可能被读作整行"
    ),
    "a column without its table in a query inside a condition: write alias.column": (
        "条件内的查询中未写表别名的列：请写“表别名.列名”"
    ),
    "a column by its place (#2): name it": "按位置引用列（#2）：请写列名",
    "a name with other signs than a-z, 0-9 and _": "名称中有 a-z、0-9、_ 以外的字符",
    "a function in FROM: no base or topic": "FROM 中的函数：不是基础库或主题库",
    "brackets around a join": "连接外加了括号",
    "the name of a table or of WITH with other signs than a-z, 0-9 and _: no base or topic": (
        "表名或 WITH 的名称中有小写字母、数字、_ 以外的字符：不是基础库或主题库"
    ),
    "WITH inside a query: only in front of the whole": "WITH 只能写在最前面",
    "a name given twice by WITH": "WITH 中名称重复",
    "a name of WITH read before it is given": "WITH 的名称先用后写",
    "a sub-query among the columns: join it": "列中的子查询：请改为连接",
}
"""What the gate and the shape refuse -> the same in Chinese."""
_FORMS: Final = (
    (re.compile(r"(\w+), which the lineage does not follow"), "{}：血缘无法追溯"),
    (re.compile(r"(\w+) in FROM: a table or a query only"), "FROM 中的 {}：只能是表或查询"),
    (re.compile(r"(\w+) in (\w+)"), "{1} 中的 {0}"),
)
# A name as the engine repeats it, alone or with its alias; what is longer is no name of this hub.
_NAME: Final = r'"?([\w.]{1,80})"?'
_TABLES: Final = (rf"Referenced table {_NAME} not found", rf"Table with name {_NAME} does not exist")
_UNKNOWN: Final = (
    (rf"Referenced column {_NAME} (?:was )?not found", "找不到列 {}", "there is no column {}"),
    (rf"Table {_NAME} does not have a column named {_NAME}", "{} 没有列 {}", "{} has no column {}"),
    (rf"Values list {_NAME} does not have a column named {_NAME}", "{} 没有列 {}", "{} has no column {}"),
    (_TABLES[0], "找不到表或别名 {}", "there is no table or name {}"),
    (_TABLES[1], "找不到表 {}", "there is no table {}"),
    (r"(?:Scalar|Table|Aggregate)?\s*Function with name (\w{1,60}) does not exist", "没有函数 {}",
     "there is no function {}"),
)  # fmt: skip
"""What the engine says of a name that is not there, the name last."""
_ENGINE: Final = (
    *_UNKNOWN,
    (rf"Ambiguous reference to (?:column name|table) {_NAME}", "{} 有多个来源，请写明是哪张表的",
     "{} is in several tables: name the one meant"),
    (rf"column {_NAME} must appear in the GROUP BY clause", "列 {} 须写入 GROUP BY，或用汇总函数",
     "column {} must stand in GROUP BY or in an aggregate"),
    (r"(?:No function matches .*? '|Macro )([^\s(']{1,60})\(", "函数 {} 的参数个数或类型不对",
     "function {} takes other arguments in number or kind"),
    (r"Cannot compare values of type (\w+) and (?:values of )?type (\w+)", "{} 与 {} 类型不同，不能比较",
     "{} and {} are different kinds and cannot be compared"),
    (r"Cannot mix values of type (\w+) and (\w+)", "{} 与 {} 类型不同，不能混用",
     "{} and {} are different kinds and cannot be mixed"),
    (r"aggregates? .*WHERE|WHERE clause cannot contain aggregates", "WHERE 中不能用汇总函数，请用 HAVING",
     "WHERE cannot hold an aggregate: use HAVING"),
)  # fmt: skip


def refused(found: Mapping[str, Pair]) -> Pair:
    """What the gate and the shape found, each with the phrase of its place, joined, in both languages."""
    chinese_ones = (f"{chinese(one)}{zh}" for one, (zh, _) in found.items())
    return "；".join(chinese_ones), "; ".join(f"{one}{en}" for one, (_, en) in found.items())


def chinese(found: str) -> str:
    """One thing the gate or the shape refuses, in Chinese."""
    if known := CHINESE.get(found):
        return known
    for form, words in _FORMS:
        if match := form.fullmatch(found):
            return words.format(*match.groups())
    return found


def unknown_name(message: str) -> tuple[str, bool]:
    """The column, table, alias or function that the engine did not find, and whether it is a table or an alias.

    ('', False) when it complains of something else.
    """
    line = " ".join(message.split())[:400]
    found = ((re.search(pattern, line, re.IGNORECASE), pattern in _TABLES) for pattern, *_ in _UNKNOWN)
    return next(((match.groups()[-1], table) for match, table in found if match), ("", False))


def engine_said(message: str) -> Pair:
    """The engine's complaint about names and kinds in the hub's words; no value can be in it, for it saw no row."""
    line = " ".join(message.split())[:400]
    for pattern, zh, en in _ENGINE:
        if match := re.search(pattern, line, re.IGNORECASE):
            names = match.groups()
            return zh.format(*names), en.format(*names)
    return "列名、类型或函数与所读的表不符", "its columns, kinds or functions do not fit the tables it reads"


NOWHERE: Final[Pair] = ("", "")
_LONGEST_SHOWN: Final = 80
# Names and signs alone: the piece of SQL at fault, never a number or a text somebody wrote.
# Possessive: a name is taken whole or not at all, so that no piece can be cut into names in many ways.
_SHOWN: Final = re.compile(r"(?:[a-z_][a-z0-9_]*+|[ -/:-@\[-^`{-~])++", re.IGNORECASE | re.ASCII)
# What stands in quotes may be a value.
_QUOTES: Final = re.compile(r"['\"]")
# Six digits in a row may be the region of an identity number, so part of one.
_DIGITS: Final = re.compile(r"\d{6}")
_MOST_WIDE: Final = 3
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
        left = next((one for one in slips.QUOTED.finditer(text) if one["left"]), None)
        return of_offset(text, left.start(), "") if left else NOWHERE
    told = error.errors[0] if isinstance(error, sqlglot.errors.ParseError) and error.errors else {}
    tokens = list(_tokens(text))
    for number, token in enumerate(tokens):
        if (token.line, token.col) == (told.get("line"), told.get("col")):
            first = tokens[number - 1] if number and tokens[number - 1].line == token.line else token
            zh, en = of_offset(text, token.start, text[first.start : token.end + 1])
            slip = _slip(tokens, number)
            return f"{zh}{slip[0]}", f"{en}{slip[1]}"
    return NOWHERE


def _slip(tokens: Sequence[Token], at: int) -> Pair:
    """What is probably wrong where the SQL cannot be read on at token `at`; nothing where that cannot be told."""
    if clause := slips.clause_meant(tokens, at):
        return f"（是否为 {clause.upper()}？）", f" (did you mean {clause.upper()}?)"
    parts = slips.comma_before(tokens, at)
    if not parts:
        return NOWHERE
    names = [part.text for part in parts if slips.is_word(part) and _showable(part.text)]
    zh, en = "或".join(f"“{name}”" for name in names), " or ".join(f"`{name}`" for name in names)
    return f"，{zh or '此处'}之前可能缺少逗号", f": a comma is probably missing before {en or 'it'}"


def of_wide_signs(text: str) -> Pair | None:
    """The full-width signs in the SQL, each with its place and the sign meant; None for none.

    Of digits only that they are such: a number in a condition is data.
    """
    found = list(slips.wide_signs(text))
    if not found:
        return None
    told = [(*_wide_sign(sign, plain), of_offset(text, at)) for at, sign, plain in found[:_MOST_WIDE]]
    zh = "、".join(f"{said}{place[0]}" for said, _, place in told)
    en = ", ".join(f"{said}{place[1]}" for _, said, place in told)
    more = len(found) - len(told)
    return (f"{zh} 等 {len(found)} 处", f"{en} and {more} more") if more else (zh, en)


def _wide_sign(sign: str, plain: str) -> Pair:
    if not _showable(plain) and plain != "'":
        return "全角数字或字母，应为半角", "full-width digits or letters where plain ones are meant"
    return f"全角「{sign}」应为「{plain}」", f"full-width `{sign}` where `{plain}` is meant"


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
    relations, parts = _named(query)
    if alias and alias not in relations and alias not in parts:
        return table_meant(query, alias)
    tables = [alias] if alias else [*relations, *parts]
    sources = [relations.get(one, one) for one in tables]
    return meant(column, {each for one in sources for each in parts.get(one) or known.get(one, ())})


def table_meant(query: exp.Expr, name: str) -> Pair:
    """What a table or alias was meant to be; no column can be, however alike: `facilty` is no `facility_id`."""
    relations, parts = _named(query)
    return meant(name, [*relations, *filter(None, parts)])


def _named(query: exp.Expr) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The tables a query reads by the name it gives them, and the columns of the queries inside it by theirs."""
    relations = {one.alias_or_name: one.name for one in query.find_all(exp.Table)}
    return relations, {one.alias: one.this.named_selects for one in query.find_all(exp.CTE, exp.Subquery)}


def _tokens(text: str) -> Iterator[Token]:
    try:
        yield from sqlglot.tokenize(text, read="duckdb")
    except sqlglot.errors.TokenError:
        return


def _showable(piece: str) -> bool:
    if len(piece) > _LONGEST_SHOWN or _QUOTES.search(piece) or _DIGITS.search(piece):
        return False
    return _SHOWN.fullmatch(piece) is not None
