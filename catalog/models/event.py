"""What was changed in the registry, by whom. Without foreign keys, so the trail never blocks nor follows deletions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class Event(Base):
    """One change. `tag` is `subject:action`, see catalog.actions.events.EventTag; `details` holds no data values."""

    __tablename__ = "event"

    event_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    tag: Mapped[str] = mapped_column(String(63), index=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]]
