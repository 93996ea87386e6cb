"""Which correction (校核) a change of an entity came of: what somebody asked about that record and that item.

A change is put down to a ticket when it is the first one of the field, by the department that was asked, known after
the ticket was raised and before it was closed. A ticket that names no record or no item explains nothing.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions.tickets import correction_title
from catalog.models import LineageEdge, Ticket, TicketNote
from catalog.settings import Settings
from lake.bases.explaining import source_keys
from lake.bases.history import Statement
from lake.bases.model import BaseModel

_BEGINS, _ENDS = "[", "] "
Changes = dict[Statement, str]
"""A statement → the number of the ticket it came of; those that came of none are left out."""


def marked(record: str, text: str) -> str:
    """The words of a correction with the number of the record before them, as they stand on the ticket."""
    return f"{_BEGINS}{record}{_ENDS}{text}"


def changes(settings: Settings, session: Session, model: BaseModel, entity: str, said: Iterable[Statement]) -> Changes:
    """The statements about `entity` that came of a correction of it in its base, or of a source row it is made of."""
    by_field: dict[str, list[Statement]] = {}
    for one in sorted(said, key=lambda each: each.known_from):
        by_field.setdefault(one.field, []).append(one)
    found: Changes = {}
    for ticket in _asked(settings, session, model, entity):
        for field in _fields(session, model, ticket):
            first = next((one for one in by_field.get(field, ()) if _came_of(one, ticket)), None)
            if first is not None:
                found.setdefault(first, ticket.ticket_id)
    return found


def _came_of(one: Statement, ticket: Ticket) -> bool:
    in_time = ticket.opened_at < one.known_from and (ticket.closed_at is None or one.known_from <= ticket.closed_at)
    return in_time and one.agency in (None, ticket.agency)  # who takes a value back is no longer named


def _asked(settings: Settings, session: Session, model: BaseModel, entity: str) -> list[Ticket]:
    """The corrections that name this entity, or one of its source rows, the oldest first."""
    query = (
        select(Ticket, TicketNote.text)
        .join(TicketNote, TicketNote.ticket_id == Ticket.ticket_id)
        .where(Ticket.kind == "correction", Ticket.dataset.in_([model.name, *model.inputs]))
        .where(TicketNote.kind == "opened", TicketNote.text.startswith(_BEGINS, autoescape=True))
        .order_by(Ticket.opened_at, Ticket.ticket_id)
    )
    asked = [(ticket, (ticket.dataset, _record(text))) for ticket, text in session.execute(query)]
    keys = {(model.name, entity)}
    if any(ticket.dataset != model.name for ticket, _ in asked):
        keys |= source_keys(settings, model, entity)
    return [ticket for ticket, place in asked if place in keys]


def _record(text: str) -> str:
    return text.removeprefix(_BEGINS).partition(_ENDS)[0]


def _fields(session: Session, model: BaseModel, ticket: Ticket) -> frozenset[str]:
    """The fields of the base that the item of a ticket is, or goes into."""
    items = queries.items(session, ticket.dataset)
    named = {item.name for item in items if correction_title((item.title_zh, item.title_en))[0] == ticket.title_zh}
    if ticket.dataset == model.name:
        return frozenset(named)
    into = select(LineageEdge.target_item).where(LineageEdge.target == model.name, LineageEdge.source == ticket.dataset)
    return frozenset(session.scalars(into.where(LineageEdge.source_item.in_(named))))
