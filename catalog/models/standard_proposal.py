"""What a steward proposes to add to the standards, and what another said of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class StandardProposal(Base):
    """status: proposed, approved (in force from then on) or refused. `document`: catalog.standards.own.additions."""

    __tablename__ = "standard_proposal"

    proposal_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(200))
    document: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(12), index=True)
    proposed_by: Mapped[str] = mapped_column(String(120))
    proposed_at: Mapped[datetime]
    reviewed_by: Mapped[str] = mapped_column(String(120))
    reviewed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
