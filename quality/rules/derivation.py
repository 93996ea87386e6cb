"""From a contract and the data elements to the rules of a dataset: where rules of all scopes come together, in order.

What each rule is lies in the modules beside this one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from catalog.contracts import Contract, Item
from quality.rules.county import county_extent
from quality.rules.dataset import History, dataset_rules
from quality.rules.field import field_rules
from quality.rules.place import place_rules
from quality.rules.row import row_rules
from quality.rules.rule import Rule, Severity

NO_HISTORY = History()
_SEVERITIES: Mapping[str, Severity] = {"block": "block", "warn": "warn"}


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


def _with_severity(rule: Rule, wanted: str | None) -> Rule:
    severity = _SEVERITIES.get(wanted or "")
    return replace(rule, severity=severity) if severity else rule
