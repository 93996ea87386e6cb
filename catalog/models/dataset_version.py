"""A published version of a dataset: the pin on one immutable state of a Delta table."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class DatasetVersion(Base):
    """Version 1, 2, ... of a dataset. What is not in this table is not published, wherever its files lie."""

    __tablename__ = "dataset_version"

    dataset: Mapped[str] = mapped_column(ForeignKey("dataset.code"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    uri: Mapped[str] = mapped_column(String(1000))
    delta_version: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(BigInteger)
    verdict_id: Mapped[str | None] = mapped_column(String(160))
    published_at: Mapped[datetime]
