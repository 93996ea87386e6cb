"""Rules between datasets, read from a contract: who must, or must not, stand in another dataset, and what must agree.

Pure: makes rules, runs none. In ODCS they are `quality` entries of `type: custom, engine: shuniu`; what to check stands
under `implementation`:

    check: present | absent | same | sql | division
    with: <dataset>              the other side (for sql: a list of them; division: none)
    key, match                   the item here, the item there
    when, where                  optional SQL: which rows here are asked, which rows there count
    items: {here: there}         for same: one rule per item (共享信息差异比)
    day                          for division: the date on which the division `key` must have been there
    sql                          for sql: TRUE for a bad row; {<dataset>} stands for the other table
    through: population          for absent: rows the keys do not bring together, but the base database does
                                 (or legal_person): both are rows of the same person by its links

A foreign key may also stand as an ODCS relationship of an item: `type: foreignKey, to: <dataset>.<item>`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from catalog.contracts import Contract
from catalog.errors import ContractBroken, HubError
from catalog.identifiers import check_dataset_code
from catalog.standards.divisions import current, divisions
from quality.rules.rule import GBT_36344, Rule, Severity, literal, quoted

ENGINE = "shuniu"
SAME_DATA, RELATED_DATA = "0401", "0402"
"""Indicators of GB/T 36344-2018: consistency of the same data told twice, and of data that belong together."""
THROUGH = {"population": ("population_links", "person_id"), "legal_person": ("legal_person_links", "legal_id")}
"""Base database -> the table that says whom a department's row is about, and the item that names the entity."""
LINKS = frozenset(table for table, _ in THROUGH.values())
"""The other sides of a rule that are built tables, not a department's."""


@dataclass(frozen=True)
class AcrossRule:
    """A rule and the other datasets it reads: it can be asked once all of them have a standard table."""

    rule: Rule
    others: tuple[str, ...]


def view_of(dataset: str) -> str:
    """The view under which a rule finds the newest standard table of another dataset."""
    return quoted(f"settled_{check_dataset_code(dataset)}")


def across_rules(contract: Contract) -> tuple[AcrossRule, ...]:
    """Every rule of `contract` that looks into another dataset; none for a contract without a document.

    Raises ContractBroken, naming the rule, when one is not whole or names an item the contract does not have.
    """
    if not contract.document:
        return ()
    table = (yaml.safe_load(contract.document).get("schema") or [{}])[0]
    found: list[AcrossRule] = []
    for spec in table.get("quality") or []:
        if spec.get("type") == "custom" and spec.get("engine") == ENGINE:
            found += _checked(contract, spec)
    for item in table.get("properties") or []:
        found += (_foreign_key(contract, item, relation) for relation in item.get("relationships") or [])
    return tuple(found)


def _checked(contract: Contract, spec: Mapping[str, Any]) -> list[AcrossRule]:
    name = str(spec.get("id") or spec.get("name") or "")
    told: Any = spec.get("implementation")
    if unknown := _unknown_word(told):
        raise _broken(contract.dataset, name, unknown)
    try:
        made = list(_MAKE[told["check"]](contract, check_dataset_code(name), spec, told))
        for one in made:
            for item in one.rule.items:
                contract.item(item)
        return made
    except HubError as error:
        raise _broken(contract.dataset, name, _first_of(error)) from None
    except KeyError as error:
        raise _broken(contract.dataset, name, (f"缺少 {error.args[0]}", f"{error.args[0]} is missing")) from None
    except (TypeError, ValueError, AttributeError):
        where = "键的值不是应有的种类", "a value of another kind than its key takes"
        raise _broken(contract.dataset, name, where) from None


def _unknown_word(told: Any) -> tuple[str, str] | None:
    """The key under `implementation` that takes one of a few words and has another; None where there is none."""
    given = told if isinstance(told, Mapping) else {}
    words = {"check": tuple(_MAKE)} | ({"through": tuple(THROUGH)} if given.get("through") else {})
    wrong = next((key for key, known in words.items() if str(given.get(key)) not in known), None)
    if wrong is None:
        return None
    known = ", ".join(words[wrong])
    return f"implementation.{wrong}，须为 {known} 之一", f"implementation.{wrong}, which is one of {known}"


def _present(contract: Contract, name: str, spec: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[AcrossRule]:
    keys = _keys_there(told)
    yield _rule(contract, name, spec, told, f"{quoted(told['key'])} NOT IN ({keys})", RELATED_DATA)


def _absent(contract: Contract, name: str, spec: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[AcrossRule]:
    if told.get("through"):
        yield _absent_by_identity(contract, name, spec, told)
        return
    yield _rule(contract, name, spec, told, f"{quoted(told['key'])} IN ({_keys_there(told)})", RELATED_DATA)


def _absent_by_identity(contract: Contract, name: str, spec: Mapping[str, Any], told: Mapping[str, Any]) -> AcrossRule:
    """Asked of rows whose key says nothing, once the base has read both tables as they stand now.

    While it has not, the rule assesses nothing: half-read links would take an open fault for mended.
    """
    table, entity = THROUGH[told["through"]]
    links, key = f"{view_of(table)} AS links", quoted(told["key"])
    place = "links.batch || ':' || links.\"row\""
    there = f"(SELECT _row FROM {view_of(told['with'])} WHERE {told.get('where') or 'TRUE'}) AS there"
    ours = f"FROM {links} WHERE links.dataset = {literal(contract.dataset)} AND links.{entity} IS NOT NULL"
    read = f"SELECT {place} FROM {links} WHERE links.dataset = {literal(told['with'])}"
    theirs = f"SELECT links.{entity} FROM {links} JOIN {there} ON {place} = there._row"
    bad = f"_row IN (SELECT {place} {ours} AND links.{entity} IN ({theirs}))"
    asked = (
        f"({key} IS NULL OR {key} NOT IN ({_keys_there(told)})) AND _row IN (SELECT {place} {ours})"
        f" AND (SELECT count(*) FROM {there} WHERE there._row NOT IN ({read})) = 0"
    )
    both = {**told, "with": [told["with"], table]}
    return _rule(contract, name, spec, both, bad, RELATED_DATA, applies=asked)


def _same(contract: Contract, name: str, spec: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[AcrossRule]:
    """One rule per item: B are the rows both sides tell it of, A those where they tell the same."""
    key = quoted(told["key"])
    for here, there in dict(told["items"]).items():
        value = quoted(there)
        keys = _keys_there(told, also=f"{value} IS NOT NULL")
        pairs = f"SELECT {quoted(told['match'])}::VARCHAR, {value}::VARCHAR {_from(told)} AND {value} IS NOT NULL"
        item = contract.item(here)
        zh, en = _titles(spec)
        yield _rule(
            contract,
            f"{name}_{here}",
            {**spec, "description": f"{zh}：{item.title_zh} / {en}: {item.title_en}"},
            told,
            f"({key}::VARCHAR, {quoted(here)}::VARCHAR) NOT IN ({pairs})",
            SAME_DATA,
            applies=f"{quoted(here)} IS NOT NULL AND {key} IN ({keys})",
            items=(here, told["key"]),
        )


def _own(contract: Contract, name: str, spec: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[AcrossRule]:
    others = [told["with"]] if isinstance(told["with"], str) else list(told["with"])
    sql = str(told["sql"])
    for other in others:
        sql = sql.replace("{" + other + "}", view_of(other))
    items = tuple(told.get("items") or ())
    yield _rule(contract, name, spec, {**told, "with": others}, f"({sql})", RELATED_DATA, applies="TRUE", items=items)


def _division(contract: Contract, name: str, spec: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[AcrossRule]:
    """The division, under the code it has today or one it had before, was in force on the day (GB/T 2260)."""
    code, day = f"substr({quoted(told['key'])}, 1, 6)", quoted(told["day"])
    times = ", ".join(
        f"({literal(current(row.code))}, DATE '{row.valid_from or date.min}', DATE '{row.valid_to or date.max}')"
        for row in divisions()
    )
    known = f"(VALUES {times}) AS d(code, since, until)"
    yield _rule(
        contract,
        name,
        spec,
        {**told, "with": []},
        f"NOT (SELECT bool_or({day} >= d.since AND {day} < d.until) FROM {known} WHERE d.code = {code})",
        RELATED_DATA,
        applies=f"{day} IS NOT NULL AND {code} IN (SELECT d.code FROM {known})",
        items=(told["key"], told["day"]),
    )


_MAKE = {"present": _present, "absent": _absent, "same": _same, "sql": _own, "division": _division}


def _foreign_key(contract: Contract, item: Mapping[str, Any], relation: Mapping[str, Any]) -> AcrossRule:
    here, (other, _, there) = str(item["name"]), str(relation.get("to") or "").partition(".")
    name = f"{here}_in_{other}"
    try:
        title = contract.item(here)
        text = f"{title.title_zh}在 {other} 中不存在 / {title.title_en} does not stand in {other}"
        told = {"with": check_dataset_code(other), "key": here, "match": check_dataset_code(there)}
        (made,) = _present(contract, name, {"description": text}, told)
    except HubError as error:
        raise _broken(contract.dataset, name, _first_of(error)) from None
    return made


def _from(told: Mapping[str, Any]) -> str:
    where = f" AND ({told['where']})" if told.get("where") else ""
    return f"FROM {view_of(told['with'])} WHERE {quoted(told['match'])} IS NOT NULL{where}"


def _keys_there(told: Mapping[str, Any], *, also: str = "TRUE") -> str:
    return f"SELECT {quoted(told['match'])} {_from(told)} AND {also}"


def _rule(
    contract: Contract,
    name: str,
    spec: Mapping[str, Any],
    told: Mapping[str, Any],
    sql: str,
    indicator: str,
    *,
    applies: str = "",
    items: tuple[str, ...] = (),
) -> AcrossRule:
    zh, en = _titles(spec)
    severity: Severity = "block" if spec.get("severity") in ("error", "block") else "warn"
    asked = applies or f"{quoted(told['key'])}::VARCHAR <> ''"
    if told.get("when"):
        asked = f"({asked}) AND ({told['when']})"
    others = told["with"] if isinstance(told["with"], list) else [told["with"]]
    rule = Rule(
        rule_id=f"across.{name}",
        dataset=contract.dataset,
        items=items or ((told["key"],) if told.get("key") else ()),
        sql=sql,
        severity=severity,
        dimension=indicator,
        clause=f"{GBT_36344} {indicator}",
        title_zh=zh,
        title_en=en,
        owner=contract.agency,
        scope="across",
        applies_sql=asked,
        written=any(told.get(part) for part in ("sql", "when", "where")),
    )
    return AcrossRule(rule, tuple(others))


def _titles(spec: Mapping[str, Any]) -> tuple[str, str]:
    zh, _, en = str(spec.get("description") or spec.get("name") or "").partition(" / ")
    return zh.strip(), (en or zh).strip()


def _first_of(error: HubError) -> tuple[str, str]:
    """What happened; what to do about it is said of the whole rule."""
    return error.zh.partition("。")[0], error.en.partition(". ")[0]


def _broken(dataset: str, name: str, where: tuple[str, str]) -> ContractBroken:
    return ContractBroken(
        f"数据集 {dataset} 的跨数据集规则 {name} 写得不完整，问题在：{where[0]}。请按文档改正契约。",
        f"Rule {name} of {dataset}, between datasets, is not whole; look at: {where[1]}. Correct the contract.",
        code="across_rule_invalid",
        dataset=dataset,
        rule=name,
        where=where[1],
    )
