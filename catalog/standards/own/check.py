"""Whether what a proposal adds can stand beside the packaged standards and what is in force: one sentence if not. Pure.

Nothing may mean two things, nothing may be there twice, and nothing personal may be graded too low.
"""

import re
from collections.abc import Callable
from dataclasses import asdict

from catalog.classification import too_low
from catalog.errors import InvalidInput
from catalog.standards import code_lists, elements
from catalog.standards.own.additions import Additions, Entry, ValueRule, merged

Compiles = Callable[[str], bool]

_NAME = re.compile(r"[a-z][a-z0-9_]{1,47}")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
_PLACEHOLDERS = ("{rows}", "{now}")
_SEVERITIES = ("warn", "block")


def check(added: Additions, known: Additions, *, compiles: Compiles) -> None:
    """Raise InvalidInput for the first thing that cannot come into force beside the packaged standards and `known`.

    compiles: whether the engine that will run a pattern (RE2) takes it.
    """
    if not added.count:
        raise _wrong("没有内容", "holds nothing", code="proposal_empty")
    both = merged((known, added))
    _once([row["code"] for row in added.elements], "数据元", "data element")
    _once([f"{entry.code_list} {entry.code}" for entry in added.entries], "代码", "code")
    _once([rule.code for rule in added.rules], "规则", "rule")
    for entry in added.entries:
        _check_entry(entry, known)
    for row in added.elements:
        _check_element(row["code"], dict(row), known, both)
    for rule in added.rules:
        _check_rule(rule, known, both, compiles)


def _once(codes: list[str], zh: str, en: str) -> None:
    if double := sorted({code for code in codes if codes.count(code) > 1}):
        listed = ", ".join(double)
        raise _wrong(f"的{zh} {listed} 写了两次", f"gives the {en} {listed} twice", code="proposal_double")


def _check_entry(entry: Entry, known: Additions) -> None:
    name, code = entry.code_list, entry.code
    if name.startswith("division"):
        raise _wrong(
            "不能改行政区划：区划沿革由系统随国家标准更新",
            "changes the divisions; they come with the national standard",
            code="entry_of_divisions",
        )
    if not _NAME.fullmatch(name) or not _CODE.fullmatch(code):
        raise _wrong(
            f"的代码表名 {name} 或其代码写法不符：表名用小写字母、数字和下划线，代码用字母、数字和 . _ -",
            f"names the list {name} or a code of it in a way it cannot be named: lists with a-z, 0-9 and _, codes with"
            " letters, digits and . _ -",
            code="entry_misnamed",
        )
    if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
        raise _wrong(
            f"的代码 {name} {code} 止于生效之前", f"ends {name} {code} before it begins", code="entry_days_reversed"
        )
    before = _entry_before(entry, known)
    if before is None:
        return
    if (before.name_zh, before.name_en) != (entry.name_zh, entry.name_en):
        raise _wrong(
            f"的代码 {name} {code} 已有别的含义，不能改义，请另用代码",
            f"gives {name} {code} a meaning it does not have; choose another code",
            code="entry_taken",
        )
    if before.valid_to is not None or entry.valid_to is None or entry.valid_from != before.valid_from:
        raise _wrong(
            f"的代码 {name} {code} 已在代码表中；已有代码只能写明止日（valid_to），且只能一次",
            f"gives {name} {code}, which stands in the list; such a code may only be ended (valid_to), and once",
            code="entry_double",
        )


def _entry_before(entry: Entry, known: Additions) -> Entry | None:
    """What the list says of the code so far; None for a new one."""
    for one in known.entries:
        if (one.code_list, one.code) == (entry.code_list, entry.code):
            return one
    if entry.code_list in code_lists.packaged_names():
        for code, zh, en in code_lists.packaged_rows(entry.code_list):
            if code == entry.code:
                return Entry(entry.code_list, code, zh, en)
    return None


def _check_element(code: str, row: dict[str, str], known: Additions, both: Additions) -> None:
    standing = {name: asdict(one) | {"length": str(one.length)} for name, one in elements.packaged().items()}
    standing |= {one["code"]: dict(one) for one in known.elements}
    if code in standing:
        same = standing[code] == row
        raise _wrong(
            f"的数据元 {code} {'已有，不必再提' if same else '在标准中另有含义，请另用名称'}",
            f"gives the data element {code}, which {'is there already' if same else 'means something else'}; "
            + ("leave it out" if same else "choose another name"),
            code="element_double" if same else "element_taken",
        )
    if not _NAME.fullmatch(code):
        raise _wrong(
            f"的数据元名 {code} 写法不符：用小写字母、数字和下划线",
            f"names the data element {code} with more than a-z, 0-9 and _",
            code="element_misnamed",
        )
    _check_kind(code, row)
    if too_low(row["grade"], row["personal"]):
        raise _wrong(
            f"的数据元 {code} 分级低于其个人信息类别的下限（general 至少 L2，sensitive 至少 L4）",
            f"grades the data element {code} below what its kind of personal information demands (general at least L2,"
            " sensitive at least L4)",
            code="element_grade_too_low",
        )
    named = row["code_list"]
    if named and named not in code_lists.packaged_names() and all(one.code_list != named for one in both.entries):
        raise _wrong(
            f"的数据元 {code} 所用代码表 {named} 不存在",
            f"gives the data element {code} the code list {named}, which nobody has",
            code="element_list_unknown",
        )


def _check_kind(code: str, row: dict[str, str]) -> None:
    """Families and kinds go together as they do in the packaged standards; places need more than a line of a table."""
    pairs = {(one.family, one.kind) for one in elements.packaged().values() if one.family != "geometry"}
    listed = row["family"] == "code" or not row["code_list"]
    if (row["family"], row["kind"]) not in pairs or not listed:
        choices = ", ".join(sorted(f"{family}/{kind}" for family, kind in pairs))
        raise _wrong(
            f"的数据元 {code} 的 family 与 kind 须为其中之一：{choices}；代码表只用于 code",
            f"gives the data element {code} a family and kind that are none of {choices}, or a code list to one that is"
            " no code",
            code="element_kind_unknown",
        )


def _check_rule(rule: ValueRule, known: Additions, both: Additions, compiles: Compiles) -> None:
    if not _NAME.fullmatch(rule.code) or any(one.code == rule.code for one in known.rules):
        raise _wrong(
            f"的规则名 {rule.code} 已有，或写法不符（小写字母、数字和下划线）",
            f"names a rule {rule.code}, which there is already, or with more than a-z, 0-9 and _",
            code="rule_misnamed",
        )
    kinds = {code: one.kind for code, one in elements.packaged().items()}
    kinds |= {row["code"]: row["kind"] for row in both.elements}
    if kinds.get(rule.element) != "string" or rule.severity not in _SEVERITIES:
        raise _wrong(
            f"的规则 {rule.code} 须针对文本类数据元（kind 为 string），severity 须为 warn 或 block",
            f"holds a rule {rule.code} that is not on a data element of texts (kind string), or whose severity is"
            " neither warn nor block",
            code="rule_unusable",
        )
    if any(one in rule.pattern for one in _PLACEHOLDERS) or not compiles(rule.pattern):
        raise _wrong(
            f"的规则 {rule.code} 的正则表达式不能编译（RE2 写法，不支持前后环视）",
            f"holds a rule {rule.code} whose regular expression does not compile (RE2, which looks neither ahead nor"
            " back)",
            code="rule_pattern_invalid",
        )


def _wrong(zh: str, en: str, *, code: str) -> InvalidInput:
    return InvalidInput(f"提案{zh}。", f"The proposal {en}.", code=code)
