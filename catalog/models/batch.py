"""One delivery (批次) of a dataset, as the hub took it in."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class Batch(Base):
    """`status`: collected, standardised, judged, held. `position` is the source's watermark after this batch."""

    __tablename__ = "batch"

    batch_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    dataset: Mapped[str] = mapped_column(ForeignKey("dataset.code"), index=True)
    system: Mapped[str] = mapped_column(String(63))
    rows: Mapped[int] = mapped_column(BigInteger)
    fingerprint: Mapped[str] = mapped_column(String(64))
    position: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), index=True)
    collected_at: Mapped[datetime]
    message_zh: Mapped[str] = mapped_column(Text, default="")
    message_en: Mapped[str] = mapped_column(Text, default="")
