"""One line in the history of a ticket."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class TicketNote(Base):
    """`kind`: opened, measured, commented, answered, closed, reopened, escalated. `failing` rows, where counted."""

    __tablename__ = "ticket_note"

    note_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.ticket_id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    failing: Mapped[int | None] = mapped_column(BigInteger)
    verdict_id: Mapped[str | None] = mapped_column(String(160))
