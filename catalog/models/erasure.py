"""An erasure of a person from the lake (依法删除, PIPL Art. 47): who asked, who decided, what came of it."""

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class Erasure(Base):
    """status: asked, approved, refused, begun (its marks are set), done. `entity` is a keyed hash, never a number.

    asked_at_terminal: the system's user there, where somebody asked at one in the name of account `asked_by`; else ''.
    ground: by which law it is asked; refusal: by which it is refused. `rows`: taken out of the lake's tables.
    """

    __tablename__ = "erasure"

    erasure_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    entity: Mapped[str] = mapped_column(String(63), index=True)
    ground: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(12), index=True)
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at_terminal: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    rows: Mapped[int | None] = mapped_column(Integer)
