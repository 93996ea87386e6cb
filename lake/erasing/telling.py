"""Tell the departments in whose rows an erased person stood: one ticket for each erasure and dataset, theirs to answer.

Nothing the hub sees says that a department's own system is clean, so no run and no verdict closes such a ticket: the
department answers it, and a steward closes it.
"""

from datetime import datetime

from catalog.actions import tickets
from catalog.actions.erasures import rule_of
from catalog.database import open_session
from catalog.models import Dataset
from catalog.settings import Settings

WORKING_DAYS = 10


def tell(settings: Settings, dataset: str, *, erasure: int, reference: str, by: str, now: datetime) -> None:
    """Open the ticket of that erasure for `dataset`, once; whom it concerns the paper says, not the ticket."""
    with open_session(settings) as session:
        entry = session.get(Dataset, dataset)
        if entry is None or tickets.finding(session, dataset, rule_of(erasure)) is not None:
            return
        tickets.open_finding(
            session,
            dataset=dataset,
            rule_id=rule_of(erasure),
            agency=entry.agency,
            severity="warn",
            title=(
                f"依法删除个人信息（文号 {reference}），请在源系统处理",
                f"Personal information erased by law ({reference}): act on your own system",
            ),
            failing=1,
            verdict_id="",
            working_days=WORKING_DAYS,
            by=by,
            now=now,
        )
