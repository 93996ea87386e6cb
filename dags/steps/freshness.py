"""Datasets whose delivery is overdue by their contract: a ticket for the department, closed by the next delivery.

The limit is the contract's option `fresh_within` ('36 hours', '9 days'), else what its update cycle allows. What counts
is that the system answered: rows that have not changed are fresh.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.actions import tickets
from catalog.contracts import Contract, load_contract
from catalog.database import open_session
from catalog.errors import ContractBroken, HubError
from catalog.models import RunStep
from catalog.read_options import seconds_of
from catalog.settings import Settings

RULE = "freshness"
CYCLES = {
    "realtime": timedelta(hours=2),
    "hourly": timedelta(hours=4),
    "daily": timedelta(hours=36),
    "weekly": timedelta(days=9),
    "monthly": timedelta(days=35),
    "quarterly": timedelta(days=100),
    "yearly": timedelta(days=380),
}
"""A cycle and the time to deliver in it: a day and a half for daily data, and so on."""


def check(settings: Settings, *, now: datetime, by: str = "clock") -> dict[str, str]:
    """Open a ticket for every dataset that is overdue, close it for those that are not. Returns dataset → sentence.

    A dataset the hub has never asked for is not overdue; a contract that cannot be read is told as it is.
    """
    late: dict[str, str] = {}
    for path in sorted(settings.contracts_dir.glob("*.odcs.yaml")):
        try:
            contract = load_contract(path)
            with open_session(settings) as session:
                told = _follow(session, settings, contract, now=now, by=by)
        except HubError as error:
            told = error
        if told is not None:
            late[path.name.removesuffix(".odcs.yaml")] = told.sentence(settings.language)
    return late


def allowed(contract: Contract) -> timedelta | None:
    """How long the dataset may go without a delivery; None where its contract promises nothing."""
    given = contract.options.get("fresh_within")
    if not given:
        return CYCLES.get(contract.update_cycle)
    try:
        return seconds_of(str(given))
    except ValueError:
        raise ContractBroken(
            f"数据集 {contract.dataset} 的选项 fresh_within 无法识别。请写成 36 hours 或 9 days。",
            f"Option fresh_within of {contract.dataset} cannot be read. Write 36 hours or 9 days.",
            code="fresh_within_invalid",
            dataset=contract.dataset,
        ) from None


def _follow(session: Session, settings: Settings, contract: Contract, *, now: datetime, by: str) -> HubError | None:
    limit, since = allowed(contract), _answered(session, contract.dataset)
    if limit is None or since is None or now - since <= limit:
        text = "已重新按时交付，自动关闭 / delivered again in time"
        tickets.settle(session, dataset=contract.dataset, rule_id=RULE, text=text, by=by, now=now)
        return None
    error = _overdue(contract, limit)
    tickets.bring_up(
        session,
        dataset=contract.dataset,
        agency=contract.agency,
        rule_id=RULE,
        severity="warn",
        error=error,
        working_days=settings.ticket_working_days,
        by=by,
        now=now,
    )
    return error


def _answered(session: Session, dataset: str) -> datetime | None:
    """When the system last answered; where it never did, when it was first asked."""
    asked = select(func.max(RunStep.started_at)).where(RunStep.dataset == dataset, RunStep.stage == "collect")
    last = session.scalar(asked.where(RunStep.ok))
    first = select(func.min(RunStep.started_at)).where(RunStep.dataset == dataset, RunStep.stage == "collect")
    return last or session.scalar(first)


def _overdue(contract: Contract, limit: timedelta) -> HubError:
    hours = int(limit.total_seconds() // 3600)
    return HubError(
        f"数据集 {contract.dataset} 已超过 {hours} 小时没有成功归集。"
        f"请检查系统 {contract.system} 和部门流水线的最近运行。",
        f"Dataset {contract.dataset} has not been collected for more than {hours} hours. Look at system"
        f" {contract.system} and the last runs of the department's pipeline.",
        code="delivery_overdue",
        dataset=contract.dataset,
    )
