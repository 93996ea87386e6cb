"""Why a table was not published, said for the record of the step and for whoever ran it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.errors import BatchHeld
from catalog.models import RuleResult, Verdict
from quality.rules.rule import scope_of


def not_published(session: Session, dataset: str, verdict_id: str | None) -> BatchHeld:
    """The sentence for `dataset`, whose verdict (None: never judged) is not fit: the rules, and what version stands."""
    last = queries.published(session, dataset)
    why_zh, why_en = _reason(session, verdict_id)
    stands_zh = f"沿用第 {last.version} 版" if last else "此前没有发布过"
    stands_en = f"version {last.version} stands" if last else "nothing was published before"
    return BatchHeld(
        f"未发布：{why_zh}，{stands_zh}。",
        f"Not published: {why_en}; {stands_en}.",
        code="not_published",
        dataset=dataset,
    )


def contract_is_draft(dataset: str) -> BatchHeld:
    """The sentence for `dataset`, whose contract nobody has reviewed."""
    return BatchHeld(
        f"未发布：数据集 {dataset} 的契约仍是草稿。请审核契约，将 status 改为 active 后重新登记。",
        f"Not published: the contract of {dataset} is still a draft. Review it, make its status active, register it"
        " again.",
        code="contract_draft",
        dataset=dataset,
    )


def _reason(session: Session, verdict_id: str | None) -> tuple[str, str]:
    verdict = session.get(Verdict, verdict_id) if verdict_id else None
    if verdict is None:
        return "还没有质量判定", "it has not been judged yet"
    results = session.scalars(
        select(RuleResult).where(RuleResult.verdict_id == verdict_id).order_by(RuleResult.rule_id)
    )
    broken = [one for one in results if _keeps_back(one, verdict.outcome)]
    if broken:
        zh = "、".join(f"{one.rule_id}（{one.title_zh}）" for one in broken)
        en = ", ".join(f"{one.rule_id} ({one.title_en})" for one in broken)
        return (f"{zh}未通过", f"{en} failed") if verdict.outcome == "blocked" else (f"{zh}无法执行", f"{en} raised")
    if verdict.rows and not verdict.accepted:
        return "没有一行通过阻断规则", "no row passed the blocking rules"
    return "质量判定不合格", "its verdict is not fit"


def _keeps_back(one: RuleResult, outcome: str) -> bool:
    """Did this rule alone keep the whole from going on? As quality.gate decides."""
    if outcome == "error":
        return one.outcome == "error"
    return one.outcome == "failed" and one.severity == "block" and scope_of(one.rule_id) in ("dataset", "across")
