"""Rules that look at several items of a row, or at one row among the others. Pure: makes SQL text, runs none.

Derived: key unique, birth date and sex as the identity number says. Given: the contract's own rules.
"""

from collections.abc import Iterator

from catalog.contracts import Contract, Item, RowRule
from quality.rules.identifier import fault_fact
from quality.rules.rule import GBT_36344, Fact, Rule, Severity, item_rule, quoted

INDICATOR_BY_WORD = {
    "accuracy": "0301",
    "completeness": "0201",
    "conformity": "0101",
    "consistency": "0402",
    "coverage": "0202",
    "timeliness": "0502",
    "uniqueness": "0304",
}
"""ODCS names dimensions by word; the nearest indicator of GB/T 36344-2018."""


def row_rules(contract: Contract) -> Iterator[Rule]:
    """Every rule of `contract` on whole rows: key, identity number against birth date and sex, its own."""
    yield from _key(contract)
    person = _person_id(contract)
    if person:
        yield from _person_twice(contract, person)
        yield from _birth(contract, person)
        yield from _sex(contract, person)
    for rule in contract.row_rules:
        yield _own(contract, rule)


def _key(contract: Contract) -> Iterator[Rule]:
    """All rows of a key but one are bad: the first stays, of an incremental delivery the one that is newest."""
    keys = contract.keys
    if not keys:
        return
    listed = ", ".join(quoted(key) for key in keys)
    same = " AND ".join(f"r.{quoted(key)} = d.{quoted(key)}" for key in keys)
    yield Rule(
        rule_id="key.duplicate",
        dataset=contract.dataset,
        items=keys,
        sql=(
            "_row IN (SELECT r._row FROM {rows} AS r JOIN ("
            f"SELECT {listed}, {_kept(contract)} AS kept FROM {{rows}} GROUP BY {listed} HAVING count(*) > 1"
            f") AS d ON {same} WHERE r._row <> d.kept)"
        ),
        severity="block",
        dimension="0304",
        clause=GBT_36344,
        title_zh="主键重复",
        title_en="the key stands on more than one row",
        owner=contract.agency,
        scope="row",
        applies_sql=" AND ".join(f"{quoted(key)} IS NOT NULL" for key in keys),
    )


def _kept(contract: Contract) -> str:
    names = {item.name for item in contract.items}
    if contract.mode != "incremental":
        return "min(_row)"
    if contract.watermark in names and contract.watermark:
        return f"arg_max(_row, ({quoted(contract.watermark)}, _row))"
    return "max(_row)"


def _person_twice(contract: Contract, person: Item) -> Iterator[Rule]:
    """Every row of a number that stands on several: which of them is too many only the department can say."""
    if contract.mode != "snapshot" or person.key:
        return
    number = quoted(person.name)
    yield item_rule(
        contract,
        person,
        "duplicate",
        f"{number} IN (SELECT {number} FROM {{rows}} GROUP BY {number} HAVING count(*) > 1)",
        severity="warn",
        dimension="0303",
        clause=GBT_36344,
        zh="同一号码出现多行",
        en="stands on more than one row",
        applies=f"{number} <> ''",
    )


def _birth(contract: Contract, person: Item) -> Iterator[Rule]:
    born = _by_element(contract, "birth_date")
    if born is None or born.kind != "date":
        return
    number, date = quoted(person.name), quoted(born.name)
    yield _against_id(
        contract,
        person,
        born,
        "row.birth_matches_id",
        f"strftime({date}, '%Y%m%d') <> substr({number}, 7, 8)",
        f"{date} IS NOT NULL",
        ("出生日期与公民身份号码不一致", "the date of birth differs from the one in the identity number"),
    )


def _sex(contract: Contract, person: Item) -> Iterator[Rule]:
    sex = _by_element(contract, "sex")
    if sex is None:
        return
    number, code = quoted(person.name), quoted(sex.name)
    # Position 17: odd is male (GB/T 2261.1 code 1), even is female (2). ASCII digits keep the parity of their value.
    yield _against_id(
        contract,
        person,
        sex,
        "row.sex_matches_id",
        f"(ascii(substr({number}, 17, 1)) % 2 = 1) <> ({code} = '1')",
        f"{code} IN ('1', '2')",
        ("性别与公民身份号码不一致", "the sex differs from the one in the identity number"),
    )


def _against_id(
    contract: Contract, person: Item, other: Item, rule_id: str, sql: str, applies: str, title: tuple[str, str]
) -> Rule:
    fact = fault_fact(person)
    facts: tuple[Fact, ...] = (fact,) if fact else ()
    right = f"{facts[0].name} IS NULL AND " if facts else ""
    return Rule(
        rule_id=rule_id,
        dataset=contract.dataset,
        items=(other.name, person.name),
        sql=sql,
        severity="warn",
        dimension="0402",
        clause="GB 11643-1999",
        title_zh=title[0],
        title_en=title[1],
        owner=contract.agency,
        scope="row",
        # Only a number that is right in itself can tell against the other value; the 15-digit form was upgraded before.
        applies_sql=f"{right}length({quoted(person.name)}) = 18 AND {applies}",
        facts=facts,
    )


def _person_id(contract: Contract) -> Item | None:
    """The number of the person the row is about: the item resident_id, else the first item that holds such numbers."""
    candidates = [item for item in contract.items if item.element == "resident_id"]
    return next((item for item in candidates if item.name == "resident_id"), candidates[0] if candidates else None)


def _by_element(contract: Contract, element: str) -> Item | None:
    return next((item for item in contract.items if item.element == element), None)


def _own(contract: Contract, rule: RowRule) -> Rule:
    severity: Severity = "block" if rule.severity == "block" else "warn"
    # SQL's third truth value says which rows are assessed: where the rule cannot be decided it is NULL.
    answer = Fact(quoted(f"_own_{rule.rule_id}"), f"({rule.sql})::BOOLEAN")
    return Rule(
        rule_id=rule.rule_id if rule.rule_id.startswith("row.") else f"row.{rule.rule_id}",
        dataset=contract.dataset,
        items=rule.items,
        sql=answer.name,
        severity=severity,
        dimension=INDICATOR_BY_WORD.get(rule.dimension, rule.dimension),
        clause=f"{GBT_36344} 0104",
        title_zh=rule.title_zh,
        title_en=rule.title_en,
        owner=contract.agency,
        scope="row",
        applies_sql=f"{answer.name} IS NOT NULL",
        facts=(answer,),
        written=True,
    )
