"""A data item (数据项) of a dataset."""

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class DataItem(Base):
    """One item; `element` the data element (数据元) it follows; `grade` L1-L4; `personal`: none/general, sensitive."""

    __tablename__ = "data_item"

    dataset: Mapped[str] = mapped_column(ForeignKey("dataset.code"), primary_key=True)
    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    element: Mapped[str] = mapped_column(String(63))
    kind: Mapped[str] = mapped_column(String(16))
    source_name: Mapped[str] = mapped_column(String(200), default="")
    required: Mapped[bool] = mapped_column(Boolean, default=False)
    key: Mapped[bool] = mapped_column(Boolean, default=False)
    grade: Mapped[str] = mapped_column(String(2))
    personal: Mapped[str] = mapped_column(String(16))
    code_list: Mapped[str | None] = mapped_column(String(63))
    description: Mapped[str] = mapped_column(Text, default="")
