"""Correction orders as lists and pages show them: state, time limit, counts, history. No failing value."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.actions import tickets
from catalog.models import Ticket, TicketNote
from exchange_api.views.names import Pair


@dataclass(frozen=True)
class Order:
    """One ticket. `failing_before` when it was opened (again), `failing_now` by the newest verdict."""

    ticket_id: str
    kind: str
    dataset: str
    rule_id: str | None
    title: Pair
    agency: str
    raised_by: str | None
    state: str
    severity: str
    failing_before: int | None
    failing_now: int | None
    opened_at: datetime
    due_on: date
    overdue: bool
    escalated_at: datetime | None
    closed_at: datetime | None
    reopened: int


@dataclass(frozen=True)
class Line:
    """One line of a ticket's history."""

    kind: str
    by: str
    at: datetime
    text: str
    failing: int | None
    verdict_id: str | None


def listed(
    session: Session, *, now: datetime, agency: str = "", dataset: str = "", state: str = "", limit: int = 1000
) -> tuple[Order, ...]:
    """Tickets given to `agency` (or raised by it), the earliest time limit first; `state` '' is every state."""
    query = select(Ticket).order_by(Ticket.due_on, Ticket.ticket_id).limit(limit)
    if agency:
        query = query.where((Ticket.agency == agency) | (Ticket.raised_by == agency))
    if dataset:
        query = query.where(Ticket.dataset == dataset)
    if state:
        query = query.where(Ticket.state == state)
    return tuple(_order(ticket, now) for ticket in session.scalars(query))


def one(session: Session, ticket_id: str, *, now: datetime) -> tuple[Order, tuple[Line, ...]]:
    """A ticket with its history, oldest line first; raises NotFound."""
    ticket = tickets.get(session, ticket_id)
    query = select(TicketNote).where(TicketNote.ticket_id == ticket_id).order_by(TicketNote.note_id)
    lines = tuple(
        Line(note.kind, note.by, note.at, note.text, note.failing, note.verdict_id) for note in session.scalars(query)
    )
    return _order(ticket, now), lines


def _order(ticket: Ticket, now: datetime) -> Order:
    return Order(
        ticket_id=ticket.ticket_id,
        kind=ticket.kind,
        dataset=ticket.dataset,
        rule_id=ticket.rule_id,
        title=(ticket.title_zh, ticket.title_en),
        agency=ticket.agency,
        raised_by=ticket.raised_by,
        state=ticket.state,
        severity=ticket.severity,
        failing_before=ticket.failing_before,
        failing_now=ticket.failing_now,
        opened_at=ticket.opened_at,
        due_on=ticket.due_on,
        overdue=tickets.overdue(ticket, now),
        escalated_at=ticket.escalated_at,
        closed_at=ticket.closed_at,
        reopened=ticket.reopened,
    )
