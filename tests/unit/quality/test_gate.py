"""The gate: what may go on, and every reason why."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from quality.gate import Waiver, decide, with_waivers
from quality.rules.rule import Outcome, Rule, RuleResult, Scope, Severity

RULE = Rule(
    "name.required",
    "police_person",
    ("name",),
    "name IS NULL",
    "block",
    "0201",
    "GB/T 36344-2018",
    "缺姓名",
    "no name",
    "police",
)


def result(outcome: Outcome, *, severity: Severity = "block", scope: Scope = "field") -> RuleResult:
    """A rule's result with that outcome."""
    return RuleResult("name.required", "name", scope, severity, "0201", "缺姓名", "no name", 9, 10, outcome)


@pytest.mark.parametrize(
    ("outcome", "severity", "scope", "expected"),
    [
        ("passed", "block", "field", "passed"),
        ("not_applicable", "block", "dataset", "passed"),
        ("failed", "warn", "field", "warned"),
        ("failed", "warn", "dataset", "warned"),
        ("failed", "block", "field", "warned"),
        ("failed", "block", "dataset", "blocked"),
        ("error", "warn", "field", "error"),
        ("error", "block", "dataset", "error"),
    ],
)
def test_the_outcome_follows_from_what_the_rule_found_its_severity_and_scope(
    now: datetime, outcome: Outcome, severity: Severity, scope: Scope, expected: str
) -> None:
    decision = decide([result(outcome, severity=severity, scope=scope)], now=now, rows=10, accepted=9)
    assert decision.outcome == expected
    assert decision.goes_on == (expected in ("passed", "warned"))
    assert bool(decision.reasons) == (expected != "passed")


def test_the_worst_outcome_wins_and_every_reason_is_kept(now: datetime) -> None:
    found = [result("failed", severity="warn"), result("failed", scope="dataset"), result("error")]
    decision = decide(found, now=now, rows=10, accepted=9)
    assert decision.outcome == "error"
    assert [reason.code for reason in decision.reasons] == ["warning", "dataset_blocked", "rule_raised"]


def test_a_delivery_of_which_no_row_is_left_is_blocked(now: datetime) -> None:
    assert decide([result("failed")], now=now, rows=10, accepted=0).outcome == "blocked"
    assert decide([], now=now, rows=0, accepted=0).outcome == "passed"


@pytest.mark.parametrize("outcome", ["failed", "error"])
def test_a_waiver_turns_a_stop_into_a_warning_until_it_ends(now: datetime, outcome: Outcome) -> None:
    waiver = Waiver("name.required", "系统迁移", "steward", now + timedelta(minutes=1))
    found = [result(outcome, scope="dataset")]
    before = decide(found, [waiver], now=now, rows=10, accepted=9)
    after = decide(found, [waiver], now=waiver.until, rows=10, accepted=9)
    assert (before.outcome, [reason.code for reason in before.reasons]) == ("warned", ["waived"])
    assert not after.goes_on


def test_a_waived_rule_only_warns_and_others_keep_their_severity(now: datetime) -> None:
    waiver = Waiver("name.required", "系统迁移", "steward", now + timedelta(minutes=1))
    other = replace(RULE, rule_id="sex.required")
    assert [rule.severity for rule in with_waivers([RULE, other], [waiver], now)] == ["warn", "block"]
    assert with_waivers([RULE], [waiver], waiver.until) == (RULE,)
