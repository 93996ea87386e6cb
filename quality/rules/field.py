"""Rules on one item, derived from its contract entry and its data element. Pure: makes SQL text, runs none.

Required, readable, in its code list, a date that can be; and the rules a county has given a data element itself.
Identifiers: identifier.py; places: place.py.
"""

from collections.abc import Callable, Iterator

from catalog.contracts import Contract, Item
from catalog.errors import ConfigurationError
from catalog.standards.code_lists import code_days, code_list
from catalog.standards.elements import Element, element
from catalog.standards.own import in_force
from quality.rules.identifier import identifier_rules
from quality.rules.rule import GBT_36344, Rule, item_rule, literal, quoted

PLACEHOLDER_DATES = ("0001-01-01", "1900-01-01")
"""Dates systems write for 'unknown'. 1970-01-01 is not among them: people were born that day."""

_PAST_ELEMENTS = frozenset({"birth_date", "death_date", "established_on", "decided_on", "observed_at", "updated_at"})
_TEXT_SUFFIXES = ("_on", "_at")
_LONG_LIST = 16
_CLOCK_TOLERANCE = "INTERVAL 5 MINUTE"


def field_rules(contract: Contract) -> Iterator[Rule]:
    """Every rule on single items of `contract`, in the order of its items."""
    for item in contract.items:
        for make in _BY_ITEM:
            yield from make(contract, item, element(item.element))


def _required(contract: Contract, item: Item, _: Element) -> Iterator[Rule]:
    if not (item.required or item.key):
        return
    empty = f"{quoted(item.name)} IS NULL"
    if item.kind == "string":
        empty = f"({empty} OR trim({quoted(item.name)}) = '')"
    # A value that came but could not be read is the fault of '.unreadable', a placeholder date that of '.placeholder':
    # one fault of one row is one ticket.
    came = f" AND NOT coalesce({_noted_placeholder(item)}, false)" if item.kind == "date" else ""
    yield item_rule(
        contract,
        item,
        "required",
        f"{empty} AND NOT list_contains(_bad, {literal(item.name)}){came}",
        severity="block" if item.key else "warn",
        dimension="0201",
        clause=GBT_36344,
        zh="缺少必填值",
        en="has no value though one is required",
        applies="TRUE",
    )


def _unreadable(contract: Contract, item: Item, standard: Element) -> Iterator[Rule]:
    if item.kind == "string" and standard.family != "date":
        return  # any text can be read as text, but for periods and days kept as text
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


def _code_list(contract: Contract, item: Item, standard: Element) -> Iterator[Rule]:
    name = _list_name(item, standard)
    if not name or item.kind == "boolean":  # a truth value that could be read is none of '1' and '0' any more
        return
    division = name.startswith("division")
    yield item_rule(
        contract,
        item,
        "known" if division else "code_list",
        f"{quoted(item.name)}::VARCHAR NOT IN ({_codes(name)}){_out_of_days(item, name)}",
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
        noted = _noted_placeholder(item)
        dates = ", ".join(f"DATE {literal(date)}" for date in PLACEHOLDER_DATES)
        yield item_rule(
            contract,
            item,
            "placeholder",
            f"{column} IN ({dates}) OR {noted}",
            severity="block" if item.key else "warn",
            dimension="0305",
            clause=clause,
            zh="日期为占位值",
            en="is a placeholder date",
            applies=f"{column} IS NOT NULL OR {noted}",
        )


def _noted_placeholder(item: Item) -> str:
    """Whether standardising found a placeholder and took it as not given (lake/standardise/dates.py)."""
    return f"list_contains(_notes, {literal(item.name + ':placeholder')})"


def _codes(name: str) -> str:
    """What stands between the brackets of IN: a long list as a subquery, which is hashed, not compared one by one."""
    try:
        codes = [literal(code) for code in code_list(name)]
    except ConfigurationError as error:  # a list that is not right breaks its own rule, and no other
        return f"error({literal(error.code)})"
    listed = ", ".join(codes)
    return f"SELECT unnest([{listed}])" if len(codes) > _LONG_LIST else listed


def _out_of_days(item: Item, name: str) -> str:
    """`OR` the codes of the list that are not in force today: ended, or yet to come; '' when all hold for ever."""
    today, tests = "{now}::DATE", []
    for code, (first, last) in code_days(name).items():
        sides = [f"{today} < DATE '{first}'" if first else "", f"{today} > DATE '{last}'" if last else ""]
        tests.append(f"{quoted(item.name)}::VARCHAR = {literal(code)} AND ({' OR '.join(filter(None, sides))})")
    return "".join(f" OR ({test})" for test in tests)


def _own(contract: Contract, item: Item, standard: Element) -> Iterator[Rule]:
    """What the county demands of every item of the data element: its whole text has a form."""
    if item.kind != "string":
        return
    for rule in in_force.current().rules:
        if rule.element == standard.code:
            yield item_rule(
                contract,
                item,
                f"own_{rule.code}",
                f"NOT regexp_full_match({quoted(item.name)}, {literal(rule.pattern)})",
                severity="block" if rule.severity == "block" else "warn",
                dimension="0302",
                clause=rule.clause,
                zh=rule.title_zh,
                en=rule.title_en,
                applies=f"{quoted(item.name)} <> ''",
            )


def _list_name(item: Item, standard: Element) -> str:
    return item.code_list or standard.code_list


_BY_ITEM: tuple[Callable[[Contract, Item, Element], Iterator[Rule]], ...] = (
    _required,
    _unreadable,
    identifier_rules,
    _code_list,
    _dates,
    _own,
)
