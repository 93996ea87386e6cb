"""What keeps tickets from multiplying: nothing is said twice by a second click, and corrections have a number."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.errors import Conflict, NotFound, QuotaExceeded
from catalog.models import Ticket, TicketNote

MOST_CORRECTIONS = 20
"""Corrections of one account on one dataset that are open or were raised within the last day: each is a legal clock."""
MOST_REOPENED = 3
"""Times a recipient may have its own correction opened again; after that it speaks with the data bureau."""


def check_new_words(session: Session, ticket: Ticket, *, text: str, by: str) -> None:
    """Raises Conflict when `by` left the same comment on `ticket` before: the button was pressed twice."""
    _wait_for(session, ticket.ticket_id)
    same = TicketNote.ticket_id == ticket.ticket_id, TicketNote.kind == "commented", TicketNote.by == by
    if session.scalar(select(TicketNote.note_id).where(*same, TicketNote.text == text).limit(1)) is not None:
        raise Conflict(
            "您已在该工单上留过同样的话，未重复保存。",
            "You have left the same comment on this ticket already. It was not saved a second time.",
            code="ticket_said_already",
        )


def check_unanswered(session: Session, ticket: Ticket) -> None:
    """Raises Conflict when `ticket` is answered already."""
    _wait_for(session, ticket.ticket_id)
    session.refresh(ticket, ["state"])
    if ticket.state == "answered":
        raise Conflict(
            f"工单 {ticket.ticket_id} 已由部门答复。如有补充，请留言。",
            f"Ticket {ticket.ticket_id} is answered already. Leave a comment if there is more to say.",
            code="ticket_answered_already",
            ticket=ticket.ticket_id,
        )


def check_corrections(
    session: Session, *, dataset: str, raised_by: str, title: tuple[str, str], text: str, by: str, now: datetime
) -> None:
    """Raises Conflict when `raised_by` has the same correction going, QuotaExceeded when `by` has too many."""
    corrections = (
        select(func.count(Ticket.ticket_id.distinct()))
        .join(TicketNote, TicketNote.ticket_id == Ticket.ticket_id)
        .where(Ticket.dataset == dataset, Ticket.kind == "correction", TicketNote.kind == "opened")
    )
    same = Ticket.raised_by == raised_by, Ticket.title_zh == title[0], TicketNote.text == text
    if session.scalar(corrections.where(*same, Ticket.state != "closed")):
        raise Conflict(
            "贵部门已对该数据集提出过同样的校核，尚未办结，未重复提交。请在原工单上留言。",
            "Your department has raised the same correction of this dataset and it is not closed yet. Comment there.",
            code="correction_raised_already",
            dataset=dataset,
        )
    counted = (Ticket.state == "open") | (Ticket.opened_at > now - timedelta(days=1))
    if (session.scalar(corrections.where(TicketNote.by == by, counted)) or 0) >= MOST_CORRECTIONS:
        raise QuotaExceeded(
            f"您对数据集 {dataset} 未答复及当日提出的校核已达 {MOST_CORRECTIONS} 件。请等提供部门答复后再提，"
            "大批问题请与数据局联系。",
            f"You have {MOST_CORRECTIONS} corrections of dataset {dataset} that are open or were raised within a day."
            " Wait for answers; if there are many faults, speak with the data bureau.",
            code="corrections_too_many",
            dataset=dataset,
        )


def check_reopened(ticket: Ticket) -> None:
    """Raises Conflict when a recipient has had `ticket` opened again as often as it may."""
    if ticket.reopened >= MOST_REOPENED:
        raise Conflict(
            f"工单 {ticket.ticket_id} 已重新打开 {MOST_REOPENED} 次。请与数据局联系处理。",
            f"Ticket {ticket.ticket_id} was opened again {MOST_REOPENED} times. Speak with the data bureau.",
            code="ticket_reopened_often",
            ticket=ticket.ticket_id,
        )


def unknown_ticket() -> NotFound:
    """The refusal of a ticket that is not there, or not for who asks."""
    return NotFound(
        "没有这个工单，或不属于本部门。请从工单列表中选择。",
        "There is no such ticket, or it is not your department's. Choose one from the list of tickets.",
        code="ticket_unknown",
    )


def _wait_for(session: Session, ticket_id: str) -> None:
    # Two clicks at once would both find nothing said yet; SQLite has one writer anyway.
    session.execute(select(Ticket.ticket_id).where(Ticket.ticket_id == ticket_id).with_for_update())
