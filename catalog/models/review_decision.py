"""What somebody said of a doubtful pair of records: the same person or organisation, different ones, or unsure."""

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class ReviewDecision(Base):
    """One word on one pair; the newest counts. Records are named by their ids, which tell nothing about anybody."""

    __tablename__ = "review_decision"

    decision_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    base: Mapped[str] = mapped_column(String(63), index=True)
    pair: Mapped[str] = mapped_column(String(32), index=True)
    record_l: Mapped[str] = mapped_column(String(32))
    record_r: Mapped[str] = mapped_column(String(32))
    verdict: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime]
