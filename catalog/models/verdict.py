"""A judgement on one batch or one built table: is it fit to be published?"""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class Verdict(Base):
    """`outcome`: passed, warned, blocked, error. `batch_id` is the batch, or 'table@version' for built tables."""

    __tablename__ = "verdict"

    verdict_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    dataset: Mapped[str] = mapped_column(String(63), index=True)
    batch_id: Mapped[str] = mapped_column(String(160))
    outcome: Mapped[str] = mapped_column(String(16))
    rows: Mapped[int] = mapped_column(BigInteger)
    accepted: Mapped[int] = mapped_column(BigInteger)
    quarantined: Mapped[int] = mapped_column(BigInteger)
    judged_at: Mapped[datetime] = mapped_column(index=True)
