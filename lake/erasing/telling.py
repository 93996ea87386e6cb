"""Tell the departments in whose rows an erased person stood: one ticket for each erasure and dataset, theirs to answer.

Nothing the hub sees says that a department's own system is clean, so no run and no verdict closes such a ticket: the
department answers it, and a steward closes it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from catalog.actions import tickets
from catalog.actions.erasures import rule_of
from catalog.database import open_session
from catalog.models import Dataset
from catalog.settings import Settings

WORKING_DAYS = 10


def tell(
    settings: Settings,
    dataset: str,
    *,
    erasure: int,
    reference: str,
    alike: Mapping[str, Sequence[tuple[str, str]]],
    by: str,
    now: datetime,
) -> None:
    """Open the ticket of that erasure for `dataset`, once; whom it concerns the paper says, not the ticket.

    alike: dataset -> titles of items in which somebody of the same name stands without a number, for the department to
    compare with the paper: a name alone proves nobody.
    """
    zh, en = ("、".join(one[0] for one in alike.get(dataset, ())), ", ".join(one[1] for one in alike.get(dataset, ())))
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
                f"依法删除个人信息（文号 {reference}），请在源系统处理"
                + (f"；{zh}中有同名而无证件号的，请按文书核对" if zh else ""),
                f"Personal information erased by law ({reference}): act on your own system"
                + (f"; {en}: somebody of the same name without a number, compare with the paper" if en else ""),
            ),
            failing=1,
            verdict_id="",
            working_days=WORKING_DAYS,
            by=by,
            now=now,
        )
