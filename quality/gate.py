"""The gate: from what the rules found to whether a delivery may go on. Pure: no database, no clock, no framework.

Which rows go to quarantine is settled row by row in rowmask.py; here the delivery as a whole is decided, with reasons.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from quality.rules.rule import FIT, Rule, RuleResult, VerdictOutcome


@dataclass(frozen=True)
class Waiver:
    """A steward's decision to let a rule pass until a moment, with the reason that is shown to everybody."""

    rule_id: str
    reason: str
    by: str
    until: datetime

    def holds(self, now: datetime) -> bool:
        """Is the waiver still in force at `now`?"""
        return now < self.until


@dataclass(frozen=True)
class Reason:
    """Why the gate decided so, in both languages. `code` is stable; never holds a data value."""

    code: str
    rule_id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Decision:
    """The outcome, and every reason for it (not only the first)."""

    outcome: VerdictOutcome
    reasons: tuple[Reason, ...]

    @property
    def goes_on(self) -> bool:
        """May the accepted rows replace, or join, what stands in the standard zone?"""
        return self.outcome in FIT


def with_waivers(rules: Iterable[Rule], waivers: Iterable[Waiver], now: datetime) -> tuple[Rule, ...]:
    """The same rules; one that is waived at `now` still counts and reports, but only warns."""
    waived = _waived(waivers, now)
    return tuple(replace(rule, severity="warn") if rule.rule_id in waived else rule for rule in rules)


def decide(
    results: Sequence[RuleResult], waivers: Iterable[Waiver] = (), *, now: datetime, rows: int, accepted: int
) -> Decision:
    """Passed, warned, blocked or error for a delivery of `rows` rows of which `accepted` broke no blocking rule.

    A rule that raised is never a pass: the outcome is 'error' unless that rule is waived. A broken blocking rule on the
    dataset, or a delivery of which no row is left, is 'blocked'. Any other broken rule is 'warned'. A rule between
    datasets is asked of rows that were accepted before: broken and blocking it is 'blocked' (nothing new is published),
    and one that raised takes nothing back, it only warns.
    """
    waived = _waived(waivers, now)
    reasons: list[Reason] = []
    for result in results:
        reasons.extend(_reasons(result, waived=result.rule_id in waived))
    if rows > 0 and accepted == 0:
        reasons.append(
            Reason("nothing_left", "", "没有一行通过阻断规则", "no row of the delivery passed the blocking rules")
        )
    return Decision(_outcome(reasons), tuple(reasons))


_OUTCOME_BY_REASON: dict[str, VerdictOutcome] = {
    "rule_raised": "error",
    "across_raised": "warned",
    "dataset_blocked": "blocked",
    "nothing_left": "blocked",
    "rows_quarantined": "warned",
    "warning": "warned",
    "waived": "warned",
}
_WORST_FIRST: tuple[VerdictOutcome, ...] = ("error", "blocked", "warned")


def _outcome(reasons: Iterable[Reason]) -> VerdictOutcome:
    seen = {_OUTCOME_BY_REASON[reason.code] for reason in reasons}
    return next((outcome for outcome in _WORST_FIRST if outcome in seen), "passed")


def _reasons(result: RuleResult, *, waived: bool) -> list[Reason]:
    if result.outcome not in ("failed", "error"):
        return []
    zh, en = result.title_zh, result.title_en
    if waived:
        return [Reason("waived", result.rule_id, f"已豁免：{zh}", f"waived: {en}")]
    if result.outcome == "error":
        code = "across_raised" if result.scope == "across" else "rule_raised"
        return [Reason(code, result.rule_id, f"规则无法执行：{zh}", f"the rule could not be run: {en}")]
    if result.severity == "warn":
        return [Reason("warning", result.rule_id, zh, en)]
    code = "dataset_blocked" if result.scope in ("dataset", "across") else "rows_quarantined"
    return [Reason(code, result.rule_id, zh, en)]


def _waived(waivers: Iterable[Waiver], now: datetime) -> frozenset[str]:
    return frozenset(waiver.rule_id for waiver in waivers if waiver.holds(now))
