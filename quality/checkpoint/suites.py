"""From a contract and the data elements to the rules of a dataset, and from rules to a Great Expectations suite.

The one place where rules of all scopes come together, in a fixed order. What each rule is lies in the *_rules modules.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from catalog.contracts import Contract, Item
from quality.rules.county import county_extent
from quality.rules.dataset import History, dataset_rules
from quality.rules.field import field_rules
from quality.rules.place import place_rules
from quality.rules.row import row_rules
from quality.rules.rule import Rule, Severity

NO_HISTORY = History()
_SEVERITIES: Mapping[str, Severity] = {"block": "block", "warn": "warn"}
_GX_SEVERITY = {"block": "critical", "warn": "warning"}


def rules_for(contract: Contract, *, hub_id: str = "", history: History = NO_HISTORY) -> tuple[Rule, ...]:
    """Every rule of the dataset, field rules first, then rows, then the whole delivery; ids are unique.

    `hub_id` adds the rules that places lie inside that county; `history` lets deliveries be compared with the last one.
    A contract may set the severity of a rule: options `severity: {<rule id>: block|warn}`; one that is not about the
    county alone says so: options `coverage: province|country` (then nothing need lie inside the county).
    Raises NotFound when an item names a data element or code list the standards do not have.
    """
    rules = [
        *field_rules(contract),
        *place_rules(contract, county_extent(hub_id) if _of_county(contract) else None),
        *row_rules(contract),
        *dataset_rules(contract, history),
    ]
    chosen: Mapping[str, str] = contract.options.get("severity") or {}
    unique = {rule.rule_id: _with_severity(rule, chosen.get(rule.rule_id)) for rule in rules}
    return tuple(unique.values())


def _of_county(contract: Contract) -> bool:
    return bool(contract.options.get("coverage", "county") == "county")


def rules_for_items(
    dataset: str, items: Iterable[Item], *, hub_id: str = "", owner: str = "bureau"
) -> tuple[Rule, ...]:
    """The rules of a built table (base or topic), whose items are described like those of a contract."""
    return rules_for(built_contract(dataset, items, owner=owner), hub_id=hub_id)


def built_contract(dataset: str, items: Iterable[Item], *, owner: str = "bureau") -> Contract:
    """What a built table promises: its items, whole every time, in the name of `owner`."""
    return Contract(
        dataset=dataset,
        version="",
        title_zh=dataset,
        title_en=dataset,
        agency=owner,
        system="",
        mode="snapshot",
        locator="",
        watermark=None,
        items=tuple(items),
    )


def suite_for(dataset: str, rules: Iterable[Rule]) -> Any:
    """A gx.ExpectationSuite with one expectation per rule; its meta carries what a report must cite."""
    from quality.checkpoint.engine import load

    hub = load()
    expectations = [
        hub.rule(rule_id=rule.rule_id, severity=_GX_SEVERITY[rule.severity], meta=meta(rule)) for rule in rules
    ]
    return hub.gx.ExpectationSuite(name=dataset, expectations=expectations)


def meta(rule: Rule) -> dict[str, Any]:
    """Rule id, clause, GB/T 36344 indicator, severity, scope, owner and titles, as a suite carries them."""
    return {
        "rule": rule.rule_id,
        "items": list(rule.items),
        "scope": rule.scope,
        "severity": rule.severity,
        "indicator": rule.dimension,
        "clause": rule.clause,
        "owner": rule.owner,
        "title_zh": rule.title_zh,
        "title_en": rule.title_en,
        "sql": rule.sql,
    }


def _with_severity(rule: Rule, wanted: str | None) -> Rule:
    severity = _SEVERITIES.get(wanted or "")
    return replace(rule, severity=severity) if severity else rule
