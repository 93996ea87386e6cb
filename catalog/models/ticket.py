"""A correction order (整改工单): what a department must mend, by when, and how far it has come."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class Ticket(Base):
    """`kind`: finding (one per dataset and rule) or correction (校核, raised by a consumer; `rule_id` is empty).

    `state`: open, answered, closed. `failing_before` rows failed when it was opened (or opened again), `failing_now` at
    the newest verdict; both are empty for a correction. `escalated_at` is set once it is overdue and was passed up.
    """

    __tablename__ = "ticket"
    __table_args__ = (UniqueConstraint("dataset", "rule_id", name="uq_ticket_dataset"),)

    ticket_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    dataset: Mapped[str] = mapped_column(String(63))
    rule_id: Mapped[str | None] = mapped_column(String(160))
    agency: Mapped[str] = mapped_column(String(63), index=True)
    raised_by: Mapped[str | None] = mapped_column(String(63))
    state: Mapped[str] = mapped_column(String(16), index=True)
    severity: Mapped[str] = mapped_column(String(8))
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    failing_before: Mapped[int | None] = mapped_column(BigInteger)
    failing_now: Mapped[int | None] = mapped_column(BigInteger)
    verdict_id: Mapped[str | None] = mapped_column(String(160))
    working_days: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date]
    opened_at: Mapped[datetime]
    reopened_at: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(Integer)
    answered_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
