"""Words people wrote into the registry, and those that quote them: so that what tells of a person can be struck out.

Messages of batches and steps name delivered files, and a file may be named after a person.

Left as they are: a signed usage report and the row filter of a grant. Events hold none: why something was asked,
decided or retired stands in the row it is about.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text, inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from catalog.models import (
    Batch,
    Dataset,
    Erasure,
    ReviewDecision,
    RunStep,
    StandardProposal,
    Ticket,
    TicketNote,
    Waiver,
)

Strike = Callable[[str, tuple[str, ...]], str]
"""(text, what it is about: entity, records, or the dataset of a ticket) -> the text that may stay."""


_AUTHORIZATION: Final = MetaData()
"""What is struck of tables that are not the catalogue's to import (authorization.models)."""
_GRANT: Final = Table(
    "access_grant", _AUTHORIZATION, Column("code", String, primary_key=True), Column("purpose", String),
    Column("legal_basis", Text),
)  # fmt: skip
_REVISION: Final = Table(
    "access_revision", _AUTHORIZATION, Column("revision_id", Integer, primary_key=True), Column("number", BigInteger)
)


class Words(NamedTuple):
    """A column people write into, and the columns that say what a row of it is about."""

    column: InstrumentedAttribute[Any] | Column[Any]
    about: tuple[InstrumentedAttribute[Any], ...] = ()

    @property
    def held_in(self) -> Any:
        """The model, or the table, the column is of."""
        return self.column.table if isinstance(self.column, Column) else self.column.class_

    @property
    def name(self) -> str:
        """The column as `table.column`."""
        held = self.held_in
        return f"{held.name if isinstance(held, Table) else held.__tablename__}.{self.column.key}"


WRITTEN: Final = (
    Words(_GRANT.c.legal_basis),
    Words(_GRANT.c.purpose),
    Words(Batch.message_en),
    Words(Batch.message_zh),
    Words(Dataset.sharing_condition),
    Words(Erasure.reason, (Erasure.entity,)),
    Words(Erasure.reference, (Erasure.entity,)),
    Words(ReviewDecision.reason, (ReviewDecision.record_l, ReviewDecision.record_r)),
    Words(RunStep.message_en),
    Words(RunStep.message_zh),
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
    model = words.held_in
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
    if changed and model is _GRANT:  # else the doors would go on by the grants they remember
        session.execute(update(_REVISION).values(number=_REVISION.c.number + 1))
    return len(changed)
