"""The designated source department of a base-database field (一数一源, Order 809 Art. 19)."""

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class SourceDesignation(Base):
    """`rank` 1 is the 数源部门 of the field; higher ranks are the order of fall-back."""

    __tablename__ = "source_designation"

    base: Mapped[str] = mapped_column(String(63), primary_key=True)
    field: Mapped[str] = mapped_column(String(63), primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    dataset: Mapped[str] = mapped_column(String(63))
