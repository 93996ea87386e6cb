"""Words people wrote into the registry: every column that holds such, so that what tells of a person can be struck out.

Left as they are: a signed usage report, the row filter of a grant, and events, whose only words say why a dataset was
retired.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from catalog.models import Dataset, Erasure, ReviewDecision, StandardProposal, Ticket, TicketNote, Waiver

Strike = Callable[[str, tuple[str, ...]], str]
"""(text, what it is about: entity, records, or the dataset of a ticket) -> the text that may stay."""


class Words(NamedTuple):
    """A column people write into, and the columns that say what a row of it is about."""

    column: InstrumentedAttribute[Any]
    about: tuple[InstrumentedAttribute[Any], ...] = ()


WRITTEN: Final = (
    Words(Dataset.sharing_condition),
    Words(Erasure.reason, (Erasure.entity,)),
    Words(Erasure.reference, (Erasure.entity,)),
    Words(ReviewDecision.reason, (ReviewDecision.record_l, ReviewDecision.record_r)),
    Words(StandardProposal.reason),
    Words(StandardProposal.title),
    Words(Ticket.title_en),
    Words(Ticket.title_zh),
    Words(TicketNote.text, (Ticket.dataset,)),
    Words(Waiver.reason),
)


def strike(session: Session, struck: Strike) -> int:
    """Put every text people wrote through `struck`; how many it changed. Part of a write that leaves its event."""
    return sum(_strike(session, words, struck) for words in WRITTEN)


def _strike(session: Session, words: Words, struck: Strike) -> int:
    model = words.column.class_
    (key,) = inspect(model).primary_key
    query = select(key, words.column, *words.about).where(words.column != "")
    if any(one.class_ is not model for one in words.about):
        query = query.join(Ticket)
    changed = [
        (place, after)
        for place, text, *about in session.execute(query)
        if (after := struck(text, tuple(about))) != text
    ]
    for place, after in changed:
        session.execute(update(model).where(key == place).values({words.column: after}))
    return len(changed)
