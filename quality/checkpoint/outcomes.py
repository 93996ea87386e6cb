"""One result per rule, as the Great Expectations checkpoint saw it. What becomes of them is the gate's concern."""

from typing import Any

from catalog.errors import Unavailable
from quality.checkpoint.engine import checkpoint
from quality.checkpoint.suites import suite_for
from quality.marking.scan import Scan
from quality.rules.rule import Outcome, Rule, RuleResult


def outcomes(scan: Scan, dataset: str) -> tuple[RuleResult, ...]:
    """Run the rules of `scan`; their results in order. Raises Unavailable when the scan itself could not be done."""
    if not scan.rules:
        scan.run()
        return ()
    outcome = checkpoint(scan, suite_for(dataset, scan.rules))
    if not scan.done:
        raise Unavailable(
            f"数据集 {dataset} 的质量检查未能执行，可能是内存或磁盘不足。原有数据保持不变，请稍后重试。",
            f"The rules of {dataset} could not be run; memory or disk may be short. What was there stays. Try again.",
            code="judgement_failed",
            dataset=dataset,
        )
    (validation,) = outcome.run_results.values()
    found = {each.expectation_config.meta["rule"]: each for each in validation.results}
    return tuple(_result(rule, found[rule.rule_id]) for rule in scan.rules)


def unasked(rule: Rule) -> RuleResult:
    """The result of a rule that could not be asked yet: nothing assessed, so not applicable."""
    return _with_counts(rule, 0, 0, "not_applicable")


def _result(rule: Rule, seen: Any) -> RuleResult:
    raised = bool(seen.exception_info and seen.exception_info.get("raised_exception"))
    assessed = 0 if raised else int(seen.result["element_count"])
    conforming = assessed - (0 if raised else int(seen.result["unexpected_count"]))
    return _with_counts(rule, conforming, assessed, _outcome(raised, assessed, bool(seen.success)))


def _with_counts(rule: Rule, conforming: int, assessed: int, outcome: Outcome) -> RuleResult:
    return RuleResult(
        rule_id=rule.rule_id,
        item=rule.item,
        scope=rule.scope,
        severity=rule.severity,
        dimension=rule.dimension,
        title_zh=rule.title_zh,
        title_en=rule.title_en,
        a=conforming,
        b=assessed,
        outcome=outcome,
    )


def _outcome(raised: bool, assessed: int, success: bool) -> Outcome:
    """Three states and none: a rule that raised is no fault of the data, and nothing assessed is no 100 %."""
    if raised:
        return "error"
    if assessed == 0:
        return "not_applicable"
    return "passed" if success else "failed"
