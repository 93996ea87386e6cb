"""A steward's decision to let a rule of a dataset pass until a moment (豁免), with the reason shown to everybody."""

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class Waiver(Base):
    """In force from `granted_at` until `until`, or until it is revoked."""

    __tablename__ = "waiver"

    waiver_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    dataset: Mapped[str] = mapped_column(String(63), index=True)
    rule_id: Mapped[str] = mapped_column(String(160))
    reason: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[str] = mapped_column(String(120))
    granted_at: Mapped[datetime]
    until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
