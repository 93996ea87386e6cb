"""Rules on one item, derived from its contract entry and its data element. Pure: makes SQL text, runs none.

The SQL calls the hub's functions (lake/engines/functions.sql): resident_id_fault and its kin answer with the kind of
fault, NULL when the value is right. Such an answer is a Fact, computed once per row however many rules ask for it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from catalog.contracts import Contract, Item
from catalog.standards.code_lists import code_list
from catalog.standards.elements import Element, element
from quality.rules import GBT_36344, Fact, Rule, Severity, item_rule, literal, quoted

PLACEHOLDER_DATES = ("0001-01-01", "1900-01-01")
"""Dates systems write for 'unknown'. 1970-01-01 is not among them: people were born that day."""

_PAST_ELEMENTS = frozenset({"birth_date", "death_date", "established_on", "decided_on", "observed_at", "updated_at"})
_TEXT_SUFFIXES = ("_on", "_at")
_CLOCK_TOLERANCE = "INTERVAL 5 MINUTE"


@dataclass(frozen=True)
class Identifier:
    """How the values of one data element are checked: a call of the hub's SQL function, and what a fault is called."""

    call: str
    rule: str
    severity: Severity
    dimension: str
    clause: str
    zh: str
    en: str


IDENTIFIERS: dict[str, Identifier] = {
    "resident_id": Identifier(
        "resident_id_fault({0}, today := {{now}}::DATE)",
        "check_digit",
        "block",
        "0301",
        "GB 11643-1999",
        "公民身份号码有误",
        "is not a valid identity number",
    ),
    "uscc": Identifier(
        "uscc_fault({0})",
        "check_digit",
        "block",
        "0301",
        "GB 32100-2015",
        "统一社会信用代码有误",
        "is not a valid credit code",
    ),
    "org_code": Identifier(
        "org_code_fault({0})",
        "check_digit",
        "block",
        "0301",
        "GB 11714-1997",
        "组织机构代码有误",
        "is not a valid organisation code",
    ),
    "reg_no": Identifier(
        "reg_no_fault({0})",
        "check_digit",
        "warn",
        "0301",
        "GS 15-2006",
        "营业执照注册号有误",
        "is not a valid registration number",
    ),
    "phone": Identifier(
        "phone_fault({0})",
        "format",
        "warn",
        "0302",
        GBT_36344,
        "电话号码格式不符",
        "is not a telephone number",
    ),
}
"""By data element. The embedded-code faults of old USCCs are known to be legitimate now and then: see suites.py."""


def field_rules(contract: Contract) -> Iterator[Rule]:
    """Every rule on single items of `contract`, in the order of its items."""
    for item in contract.items:
        for make in _BY_ITEM:
            yield from make(contract, item, element(item.element))


def fault_fact(item: Item) -> Fact | None:
    """The Fact holding the fault of an identifier item (NULL: right), or None when the element has no check."""
    known = IDENTIFIERS.get(item.element)
    return Fact(f"_fault_{item.name}", known.call.format(quoted(item.name))) if known else None


def _required(contract: Contract, item: Item, _: Element) -> Iterator[Rule]:
    if not (item.required or item.key):
        return
    empty = f"{quoted(item.name)} IS NULL"
    if item.kind == "string":
        empty = f"({empty} OR trim({quoted(item.name)}) = '')"
    # A value that came but could not be read is the fault of '.unreadable', not a missing one.
    yield item_rule(
        contract,
        item,
        "required",
        f"{empty} AND NOT list_contains(_bad, {literal(item.name)})",
        severity="block" if item.key else "warn",
        dimension="0201",
        clause=GBT_36344,
        zh="缺少必填值",
        en="has no value though one is required",
        applies="TRUE",
    )


def _unreadable(contract: Contract, item: Item, standard: Element) -> Iterator[Rule]:
    if item.kind == "string" and not _list_name(item, standard):
        return
    bad = f"list_contains(_bad, {literal(item.name)})"
    yield item_rule(
        contract,
        item,
        "unreadable",
        bad,
        severity="block" if item.key else "warn",
        dimension="0302",
        clause=standard.clause or GBT_36344,
        zh="值无法按类型读取",
        en="has text that cannot be read as its kind",
        applies=f"{quoted(item.name)} IS NOT NULL OR {bad}",
    )


def _identifier(contract: Contract, item: Item, standard: Element) -> Iterator[Rule]:
    known, fact = IDENTIFIERS.get(item.element), fault_fact(item)
    if known is None or fact is None:
        return
    yield item_rule(
        contract,
        item,
        known.rule,
        f"{fact.name} IS NOT NULL",
        severity=known.severity,
        dimension=known.dimension,
        clause=standard.clause or known.clause,
        zh=known.zh,
        en=known.en,
        applies=f"{quoted(item.name)} <> ''",
        facts=(fact,),
    )


def _code_list(contract: Contract, item: Item, standard: Element) -> Iterator[Rule]:
    name = _list_name(item, standard)
    if not name:
        return
    codes = ", ".join(literal(code) for code in code_list(name))
    division = name.startswith("division")
    yield item_rule(
        contract,
        item,
        "known" if division else "code_list",
        f"{quoted(item.name)}::VARCHAR NOT IN ({codes})",
        severity="warn",
        dimension="0105",
        clause=standard.clause or GBT_36344,
        zh="行政区划代码不存在" if division else "不在代码表中",
        en="is no division known to the hub" if division else "is not in its code list",
        applies=f"{quoted(item.name)}::VARCHAR <> ''",
    )


def _dates(contract: Contract, item: Item, standard: Element) -> Iterator[Rule]:
    if item.kind not in ("date", "timestamp"):
        return
    column, clause = quoted(item.name), standard.clause or "GB/T 7408"
    if item.element in _PAST_ELEMENTS or item.name.endswith(_TEXT_SUFFIXES):
        limit = "{now}::DATE" if item.kind == "date" else "{now} + " + _CLOCK_TOLERANCE
        yield item_rule(
            contract,
            item,
            "future",
            f"{column} > {limit}",
            severity="warn",
            dimension="0501",
            clause=clause,
            zh="时间在未来",
            en="lies in the future",
            applies=f"{column} IS NOT NULL",
        )
    if item.kind == "date":
        noted = f"list_contains(_notes, {literal(item.name + ':placeholder')})"
        dates = ", ".join(f"DATE {literal(date)}" for date in PLACEHOLDER_DATES)
        yield item_rule(
            contract,
            item,
            "placeholder",
            f"{column} IN ({dates}) OR {noted}",
            severity="warn",
            dimension="0305",
            clause=clause,
            zh="日期为占位值",
            en="is a placeholder date",
            applies=f"{column} IS NOT NULL OR {noted}",
        )


def _list_name(item: Item, standard: Element) -> str:
    return item.code_list or standard.code_list


_BY_ITEM: tuple[Callable[[Contract, Item, Element], Iterator[Rule]], ...] = (
    _required,
    _unreadable,
    _identifier,
    _code_list,
    _dates,
)
