"""Lineage recorded by machine: which item of which dataset an item comes from."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class LineageEdge(Base):
    """`target.target_item` is made from `source.source_item`. '*' as item: the row as a whole (joins, filters)."""

    __tablename__ = "lineage_edge"

    target: Mapped[str] = mapped_column(String(63), primary_key=True)
    target_item: Mapped[str] = mapped_column(String(63), primary_key=True)
    source: Mapped[str] = mapped_column(String(63), primary_key=True, index=True)
    source_item: Mapped[str] = mapped_column(String(63), primary_key=True)
