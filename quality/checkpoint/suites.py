"""From rules to a Great Expectations suite: one expectation per rule, with what a report must cite."""

from collections.abc import Iterable
from typing import Any

from quality.rules.rule import Rule

_GX_SEVERITY = {"block": "critical", "warn": "warning"}


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
