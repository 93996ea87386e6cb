"""A catalogue entry (数据资源目录条目) with the nine facts Order 809 Art. 13 asks for."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class Dataset(Base):
    """One dataset of any zone. `sharing`: unconditional, conditional, none (共享属性, Art. 14).

    `providers` names every agency whose data is in it; `origin` is 'local' or 'upper' (回流).
    `contract` is the ODCS document as registered, empty for tables the hub builds itself.
    """

    __tablename__ = "dataset"

    code: Mapped[str] = mapped_column(String(63), primary_key=True)
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)
    system: Mapped[str | None] = mapped_column(String(63))
    zone: Mapped[str] = mapped_column(String(16), index=True)
    mode: Mapped[str] = mapped_column(String(16))
    data_format: Mapped[str] = mapped_column(String(64), default="")
    update_cycle: Mapped[str] = mapped_column(String(32), default="")
    sharing: Mapped[str] = mapped_column(String(16))
    sharing_condition: Mapped[str] = mapped_column(Text, default="")
    sharing_mode: Mapped[str] = mapped_column(String(64), default="")
    grade: Mapped[str] = mapped_column(String(2))
    origin: Mapped[str] = mapped_column(String(16), default="local")
    hub_id: Mapped[str] = mapped_column(String(6))
    abstract_zh: Mapped[str] = mapped_column(Text, default="")
    abstract_en: Mapped[str] = mapped_column(Text, default="")
    providers: Mapped[list[str]]
    version: Mapped[str] = mapped_column(String(32), default="1.0.0")
    contract: Mapped[str] = mapped_column(Text, default="")
    registered_at: Mapped[datetime]
