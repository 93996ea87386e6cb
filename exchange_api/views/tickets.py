"""Correction orders as lists and pages show them: state, time limit, counts, history. No failing value."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from catalog import time_limits
from catalog.actions import tickets
from catalog.models import Ticket, TicketNote
from exchange_api.views import names
from exchange_api.views.names import Pair
from quality.rules.rule import consequence

PAGE_SIZE = 25
MOST_LISTED = 1000
"""Tickets in one answer to a program, or one listing at the terminal."""


@dataclass(frozen=True)
class Sight:
    """Whose tickets somebody sees: of every department (''), or of `agency`: given to it and raised by it.

    `provides` False: only those it raised, as a recipient of data.
    """

    agency: str = ""
    provides: bool = True

    def covers(self, order: "Order") -> bool:
        """True when that ticket is seen."""
        given = self.provides and order.agency == self.agency
        return not self.agency or given or order.raised_by == self.agency


@dataclass(frozen=True)
class Wanted:
    """What to list of what is seen. Empty text means: all. `page` counts from 1."""

    agency: str = ""
    dataset: str = ""
    state: str = ""
    overdue: bool = False
    page: int = 1


@dataclass(frozen=True)
class Order:
    """One ticket. `failing_before` when it was opened (again), `failing_now` by the newest verdict.

    `working_days_left` until it is due, negative when working days have passed since, None when its clock has stopped.
    """

    ticket_id: str
    kind: str
    dataset: str
    dataset_title: Pair
    rule_id: str | None
    title: Pair
    agency: str
    agency_name: Pair
    raised_by: str | None
    raised_by_name: Pair | None
    state: str
    severity: str
    failing_before: int | None
    failing_now: int | None
    opened_at: datetime
    due_on: date
    working_days_left: int | None
    overdue: bool
    escalated_at: datetime | None
    closed_at: datetime | None
    reopened: int

    @property
    def consequence(self) -> str:
        """What follows when the rule is broken: warn, block or block_batch."""
        return consequence(self.rule_id or "", self.severity)


@dataclass(frozen=True)
class Line:
    """One line of a ticket's history."""

    kind: str
    by: str
    at: datetime
    text: str
    failing: int | None
    verdict_id: str | None


@dataclass(frozen=True)
class Listing:
    """One page of tickets: `total` match, on `pages` pages; `late` of them are overdue."""

    orders: tuple[Order, ...]
    total: int
    late: int
    page: int
    pages: int


@dataclass(frozen=True)
class _Names:
    agencies: dict[str, Pair] = field(default_factory=dict)
    datasets: dict[str, Pair] = field(default_factory=dict)


def listed(
    session: Session, *, now: datetime, sight: Sight, wanted: Wanted | None = None, size: int = MOST_LISTED
) -> Listing:
    """The tickets that match, the earliest time limit first, `size` to a page. A page beyond the end is the last."""
    wanted = wanted or Wanted()
    conditions = [*_seen(sight), *_asked(wanted, now)]
    total = _count(session, conditions)
    pages = max(1, -(-total // size))
    page = min(max(1, wanted.page), pages)
    query = (
        select(Ticket)
        .where(*conditions)
        .order_by(Ticket.due_on, Ticket.dataset, func.length(Ticket.ticket_id), Ticket.ticket_id)
    )
    found = session.scalars(query.limit(size).offset((page - 1) * size))
    known = _names(session)
    orders = tuple(_order(ticket, now, known) for ticket in found)
    return Listing(orders, total, _count(session, [*conditions, time_limits.is_overdue(now)]), page, pages)


def overdue_count(session: Session, *, now: datetime, sight: Sight) -> int:
    """How many tickets in sight are overdue."""
    return _count(session, [*_seen(sight), time_limits.is_overdue(now)])


def one(session: Session, ticket_id: str, *, now: datetime) -> tuple[Order, tuple[Line, ...]]:
    """A ticket with its history, oldest line first; raises NotFound."""
    ticket = tickets.get(session, ticket_id)
    query = select(TicketNote).where(TicketNote.ticket_id == ticket_id).order_by(TicketNote.note_id)
    lines = tuple(
        Line(note.kind, note.by, note.at, note.text, note.failing, note.verdict_id) for note in session.scalars(query)
    )
    return _order(ticket, now, _names(session)), lines


def datasets_with(session: Session, sight: Sight) -> dict[str, Pair]:
    """Title of every dataset that has a ticket in sight, by code."""
    titles = names.datasets(session)
    codes = session.scalars(select(Ticket.dataset).where(*_seen(sight)).distinct().order_by(Ticket.dataset))
    return {code: names.name_of(titles, code) for code in codes}


def undoubled(title: str, colon: str) -> str:
    """`title` without the item before its colon where the sentence after it begins with that item anyway."""
    item, _, sentence = title.partition(colon)
    return sentence if sentence.startswith(item) else title


def _seen(sight: Sight) -> list[ColumnElement[bool]]:
    if not sight.agency:
        return []
    raised = Ticket.raised_by == sight.agency
    return [(Ticket.agency == sight.agency) | raised if sight.provides else raised]


def _asked(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    exact = {Ticket.agency: wanted.agency, Ticket.dataset: wanted.dataset, Ticket.state: wanted.state}
    conditions: list[ColumnElement[bool]] = [column == value for column, value in exact.items() if value]
    return [*conditions, time_limits.is_overdue(now)] if wanted.overdue else conditions


def _count(session: Session, conditions: list[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(Ticket).where(*conditions)) or 0


def _names(session: Session) -> _Names:
    return _Names(names.agencies(session), names.datasets(session))


def _order(ticket: Ticket, now: datetime, known: _Names) -> Order:
    return Order(
        ticket_id=ticket.ticket_id,
        kind=ticket.kind,
        dataset=ticket.dataset,
        dataset_title=names.name_of(known.datasets, ticket.dataset),
        rule_id=ticket.rule_id,
        title=(undoubled(ticket.title_zh, "："), undoubled(ticket.title_en, ": ")),
        agency=ticket.agency,
        agency_name=names.name_of(known.agencies, ticket.agency),
        raised_by=ticket.raised_by,
        raised_by_name=names.name_of(known.agencies, ticket.raised_by) if ticket.raised_by else None,
        state=ticket.state,
        severity=ticket.severity,
        failing_before=ticket.failing_before,
        failing_now=ticket.failing_now,
        opened_at=ticket.opened_at,
        due_on=ticket.due_on,
        working_days_left=time_limits.working_days_left(ticket, now),
        overdue=time_limits.overdue(ticket, now),
        escalated_at=ticket.escalated_at,
        closed_at=ticket.closed_at,
        reopened=ticket.reopened,
    )
