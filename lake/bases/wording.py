"""What is wrong with the SQL of a topic, said in both languages and in the hub's words.

The gate (gate.py) and the shape (shape.py) name what they refuse in English; the engine speaks of binders and catalogs.
"""

import re
from collections.abc import Mapping
from typing import Final

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
_NAME: Final = r'"?([\w.]{1,80})"?'
_UNKNOWN: Final = (
    (rf"Referenced column {_NAME} (?:was )?not found", "找不到列 {}", "there is no column {}"),
    (rf"Table {_NAME} does not have a column named {_NAME}", "{} 没有列 {}", "{} has no column {}"),
    (rf"Values list {_NAME} does not have a column named {_NAME}", "{} 没有列 {}", "{} has no column {}"),
    (rf"Referenced table {_NAME} not found", "找不到表或别名 {}", "there is no table or name {}"),
    (rf"Table with name {_NAME} does not exist", "找不到表 {}", "there is no table {}"),
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


def unknown_name(message: str) -> str:
    """The column, table, alias or function that the engine did not find; '' when it complains of something else."""
    line = " ".join(message.split())[:400]
    found = (re.search(pattern, line, re.IGNORECASE) for pattern, *_ in _UNKNOWN)
    return next((match.groups()[-1] for match in found if match), "")


def engine_said(message: str) -> Pair:
    """The engine's complaint about names and kinds in the hub's words; no value can be in it, for it saw no row."""
    line = " ".join(message.split())[:400]
    for pattern, zh, en in _ENGINE:
        if match := re.search(pattern, line, re.IGNORECASE):
            names = match.groups()
            return zh.format(*names), en.format(*names)
    return "列名、类型或函数与所读的表不符", "its columns, kinds or functions do not fit the tables it reads"
