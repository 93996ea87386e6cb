"""The life of a correction order (整改工单): opened, measured, discussed, answered, closed, opened again, passed up.

When which of these happens to a finding is decided in quality.tickets; the history is in the notes, one per write.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.actions.events import EventTag, record
from catalog.errors import Conflict, HubError, InvalidInput
from catalog.models import Dataset, Ticket, TicketNote
from catalog.ticket_limits import check_corrections, check_new_words, check_unanswered, unknown_ticket
from catalog.time_limits import due, overdue

CORRECTION_WORKING_DAYS = 10
"""Time a provider has for a 校核 request, from receipt (Order 809, Art. 26)."""
LONGEST_TEXT = 2000
"""Characters of one remark, answer or reason."""


def open_finding(
    session: Session,
    *,
    dataset: str,
    rule_id: str,
    agency: str,
    severity: str,
    title: tuple[str, str],
    failing: int,
    verdict_id: str,
    working_days: int,
    by: str,
    now: datetime,
) -> Ticket:
    """A ticket for the rows of `dataset` that broke `rule_id`; raises Conflict when that rule has one already."""
    if finding(session, dataset, rule_id) is not None:
        raise Conflict(
            f"数据集 {dataset} 的规则 {rule_id} 已有工单。请在该工单上继续处理。",
            f"There is a ticket for rule {rule_id} of {dataset} already. Go on with that one.",
            code="ticket_exists",
            dataset=dataset,
        )
    ticket = _new(session, "finding", dataset, agency, title, working_days, now)
    ticket.rule_id, ticket.severity, ticket.verdict_id = rule_id, severity, verdict_id
    ticket.failing_before = ticket.failing_now = failing
    details = {"rule": rule_id, "failing": failing, "agency": agency, "due": ticket.due_on.isoformat()}
    _noted(session, ticket, EventTag.TICKET_OPENED, "opened", by=by, now=now, details=details)
    return ticket


def open_correction(
    session: Session,
    *,
    dataset: str,
    agency: str,
    raised_by: str,
    text: str,
    by: str,
    now: datetime,
    item: tuple[str, str] | None = None,
) -> Ticket:
    """A 校核 request of `raised_by` to the provider `agency`, about `item` (its titles); 10 working days (809, 26).

    Raises Conflict for the same one again, QuotaExceeded for too many.
    """
    title = correction_title(item)
    said: dict[str, Any] = {"raised_by": raised_by, "title": title, "text": _said(text), "by": by, "now": now}
    _hold(session, dataset)
    check_corrections(session, dataset=dataset, **said)
    ticket = _new(session, "correction", dataset, agency, title, CORRECTION_WORKING_DAYS, now)
    ticket.raised_by, ticket.severity = raised_by, "warn"
    details = {"raised_by": raised_by, "agency": agency, "due": ticket.due_on.isoformat()}
    _noted(session, ticket, EventTag.TICKET_OPENED, "opened", by=by, now=now, text=_said(text), details=details)
    return ticket


def correction_title(item: tuple[str, str] | None) -> tuple[str, str]:
    """What a correction of the item with these titles is called; None: of the record as such."""
    return (
        (f"数据校核：{item[0]}", f"Correction: {item[1]}") if item else ("数据校核", "Correction raised by a consumer")
    )


def measure(session: Session, *, ticket_id: str, failing: int, verdict_id: str, by: str, now: datetime) -> Ticket:
    """Note how many rows of an open ticket still fail by a newer verdict."""
    ticket = _open(session, ticket_id)
    ticket.failing_now, ticket.verdict_id = failing, verdict_id
    _noted(session, ticket, EventTag.TICKET_MEASURED, "measured", by=by, now=now, details={"failing": failing})
    return ticket


def comment(session: Session, *, ticket_id: str, text: str, by: str, now: datetime) -> Ticket:
    """Add a comment to a ticket in any state; raises Conflict for the same words again."""
    ticket = get(session, ticket_id)
    check_new_words(session, ticket, text=_said(text), by=by)
    _noted(session, ticket, EventTag.TICKET_COMMENTED, "commented", by=by, now=now, text=_said(text))
    return ticket


def bring_up(
    session: Session,
    *,
    dataset: str,
    agency: str,
    rule_id: str,
    severity: str,
    error: HubError,
    working_days: int,
    by: str,
    now: datetime,
) -> None:
    """A ticket on what no verdict counts (a delivery held or overdue): opened, or opened again, once while it lasts."""
    ticket = finding(session, dataset, rule_id)
    if ticket is None:
        open_finding(
            session,
            dataset=dataset,
            rule_id=rule_id,
            agency=agency,
            severity=severity,
            title=(error.zh, error.en),
            failing=1,
            verdict_id="",
            working_days=working_days,
            by=by,
            now=now,
        )
    elif ticket.state == "closed":
        # The title is what is wrong now; what was wrong then stands in the notes.
        ticket.title_zh, ticket.title_en = error.zh, error.en
        reopen(session, ticket_id=ticket.ticket_id, text=str(error), working_days=working_days, by=by, now=now)


def settle(session: Session, *, dataset: str, rule_id: str, text: str, by: str, now: datetime) -> None:
    """Close such a ticket, if there is one."""
    ticket = finding(session, dataset, rule_id)
    if ticket is not None and ticket.state != "closed":
        close(session, ticket_id=ticket.ticket_id, text=text, by=by, now=now)


def answer(session: Session, *, ticket_id: str, text: str, by: str, now: datetime) -> Ticket:
    """The provider says what it found and did, once. It ends the clock of a correction, not that of a finding."""
    ticket = _open(session, ticket_id)
    check_unanswered(session, ticket)
    ticket.state, ticket.answered_at = "answered", now
    _noted(session, ticket, EventTag.TICKET_ANSWERED, "answered", by=by, now=now, text=_said(text))
    return ticket


def close(
    session: Session,
    *,
    ticket_id: str,
    text: str,
    by: str,
    now: datetime,
    failing: int | None = None,
    verdict_id: str | None = None,
) -> Ticket:
    """Close a ticket: by a verdict (`failing` and `verdict_id` given) or by a person who says why."""
    ticket = _open(session, ticket_id)
    if verdict_id is not None:
        ticket.failing_now, ticket.verdict_id = failing, verdict_id
    ticket.state, ticket.closed_at = "closed", now
    details = {"before": ticket.failing_before, "after": ticket.failing_now}
    _noted(session, ticket, EventTag.TICKET_CLOSED, "closed", by=by, now=now, text=_said(text), details=details)
    return ticket


def reopen(
    session: Session,
    *,
    ticket_id: str,
    text: str,
    working_days: int,
    by: str,
    now: datetime,
    failing: int | None = None,
    verdict_id: str | None = None,
) -> Ticket:
    """Open a closed ticket again with a new time limit; a relapse brings the count and the verdict that saw it."""
    ticket = get(session, ticket_id)
    if ticket.state != "closed":
        raise Conflict(
            f"工单 {ticket_id} 尚未关闭，无需重新打开。",
            f"Ticket {ticket_id} is not closed, so it cannot be opened again.",
            code="ticket_not_closed",
            ticket=ticket_id,
        )
    if verdict_id is not None:
        ticket.failing_before, ticket.failing_now, ticket.verdict_id = failing, failing, verdict_id
    ticket.state, ticket.reopened, ticket.reopened_at = "open", ticket.reopened + 1, now
    ticket.closed_at = ticket.answered_at = ticket.escalated_at = None
    ticket.working_days, ticket.due_on = working_days, due(now, working_days)
    details = {"failing": ticket.failing_now, "times": ticket.reopened, "due": ticket.due_on.isoformat()}
    _noted(session, ticket, EventTag.TICKET_REOPENED, "reopened", by=by, now=now, text=_said(text), details=details)
    return ticket


def escalate(session: Session, *, ticket_id: str, by: str, now: datetime) -> Ticket:
    """Pass an overdue ticket up to the authority; raises Conflict when it is not overdue."""
    ticket = _open(session, ticket_id)
    if not overdue(ticket, now):
        raise Conflict(
            f"工单 {ticket_id} 未超期，不能上报。",
            f"Ticket {ticket_id} is not overdue, so it cannot be passed up.",
            code="ticket_not_overdue",
            ticket=ticket_id,
        )
    ticket.escalated_at = now
    details = {"due": ticket.due_on.isoformat(), "agency": ticket.agency}
    _noted(session, ticket, EventTag.TICKET_ESCALATED, "escalated", by=by, now=now, details=details)
    return ticket


def get(session: Session, ticket_id: str) -> Ticket:
    """The ticket; raises NotFound."""
    found = session.get(Ticket, ticket_id)
    if found is None:
        raise unknown_ticket()
    return found


def finding(session: Session, dataset: str, rule_id: str) -> Ticket | None:
    """The ticket of that rule, in whatever state, or None."""
    return session.scalars(select(Ticket).where(Ticket.dataset == dataset, Ticket.rule_id == rule_id)).first()


def _open(session: Session, ticket_id: str) -> Ticket:
    ticket = get(session, ticket_id)
    if ticket.state == "closed":
        raise Conflict(
            f"工单 {ticket_id} 已关闭。如问题仍在，请重新打开。",
            f"Ticket {ticket_id} is closed. Open it again if the matter is not settled.",
            code="ticket_closed",
            ticket=ticket_id,
        )
    return ticket


def _new(
    session: Session, kind: str, dataset: str, agency: str, title: tuple[str, str], working_days: int, now: datetime
) -> Ticket:
    _hold(session, dataset)
    serial = session.scalar(select(func.count()).select_from(Ticket).where(Ticket.dataset == dataset)) or 0
    ticket = Ticket(
        ticket_id=f"{dataset}-{serial + 1}",
        kind=kind,
        dataset=dataset,
        agency=agency,
        state="open",
        title_zh=title[0],
        title_en=title[1],
        working_days=working_days,
        due_on=due(now, working_days),
        opened_at=now,
        reopened=0,
    )
    session.add(ticket)
    return ticket


def _hold(session: Session, dataset: str) -> None:
    # Two corrections of one dataset at once would both take the next number; SQLite has one writer anyway.
    session.execute(select(Dataset.code).where(Dataset.code == dataset).with_for_update())


def _said(text: str) -> str:
    if not text.strip():
        raise InvalidInput(
            "请写明内容或理由。", "Say what there is to say: the text is empty.", code="ticket_text_missing"
        )
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(
            f"内容超过 {LONGEST_TEXT} 字。请缩短后重试。",
            f"The text is longer than {LONGEST_TEXT} characters. Shorten it and try again.",
            code="ticket_text_long",
        )
    return text.strip()


def _noted(
    session: Session,
    ticket: Ticket,
    tag: EventTag,
    kind: str,
    *,
    by: str,
    now: datetime,
    text: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """One note and one event. What people write stays in the note: it could hold a data value."""
    session.flush()
    session.add(
        TicketNote(
            ticket_id=ticket.ticket_id,
            kind=kind,
            by=by,
            at=now,
            text=text,
            failing=ticket.failing_now,
            verdict_id=ticket.verdict_id,
        )
    )
    record(session, tag=tag, subject=ticket.ticket_id, by=by, now=now, details=details)
