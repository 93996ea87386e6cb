"""Which rules of a dataset a steward can waive: those it is judged by, of which a waiver would change something."""

from sqlalchemy.orm import Session

from catalog import queries
from catalog.contracts import load_contract
from catalog.errors import InvalidInput
from catalog.models import RuleResult
from catalog.settings import Settings
from lake.bases import known
from lake.bases.guards import GUARDS
from quality.rules.across import across_rules
from quality.rules.derivation import rules_for


def check(session: Session, settings: Settings, dataset: str, rule_id: str) -> None:
    """Raise InvalidInput when `dataset` is not judged by that rule, or the rule holds nothing back anyway.

    Known are the rules of the contract as it stands and those of the newest verdict; of a built table its guards alone,
    because none of its rows is ever held back. A rule that only warns may be waived while it cannot be run at all.
    """
    queries.dataset(session, dataset)
    if dataset in known(settings):
        if rule_id not in GUARDS:
            raise rule_unknown(rule_id)
        return
    severities, raised = _judged(session, dataset)
    severities |= _promised(settings, dataset)
    if rule_id not in severities:
        raise rule_unknown(rule_id)
    if severities[rule_id] == "warn" and rule_id not in raised:
        raise InvalidInput(
            f"规则 {rule_id} 只提示、不拦截，无需豁免。",
            f"Rule {rule_id} only warns and holds nothing back: it needs no waiver.",
            code="waiver_needless",
            dataset=dataset,
            rule=rule_id,
        )


def rule_unknown(rule: str) -> InvalidInput:
    """The error for a rule the dataset does not have."""
    return InvalidInput(
        f"没有规则 {rule}。请用 shuniu quality show 查看这个数据集的规则。",
        f"There is no rule {rule}. Look the dataset's rules up with: shuniu quality show.",
        code="rule_unknown",
        rule=rule,
    )


def _judged(session: Session, dataset: str) -> tuple[dict[str, str], frozenset[str]]:
    """Rule -> severity by the newest verdict, and the rules that could not be run in it."""
    last = queries.last_verdict(session, dataset)
    if last is None:
        return {}, frozenset()
    results = session.query(RuleResult).filter(RuleResult.verdict_id == last.verdict_id).all()
    raised = frozenset(one.rule_id for one in results if one.outcome == "error")
    return {one.rule_id: one.severity for one in results}, raised


def _promised(settings: Settings, dataset: str) -> dict[str, str]:
    """Rule -> severity by the contract; a rule under waiver still has its own severity here. Empty without one."""
    path = settings.contracts_dir / f"{dataset}.odcs.yaml"
    if not path.is_file():
        return {}
    contract = load_contract(path)
    rules = (*rules_for(contract, hub_id=settings.hub_id), *(one.rule for one in across_rules(contract)))
    return {rule.rule_id: rule.severity for rule in rules}
