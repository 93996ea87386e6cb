"""What each step of the way did: when, how long, how many rows, how much memory, and the sentence if it failed."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Float, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class RunStep(Base):
    """One step. `stage`: collect, standardise, judge, build, publish, feedback. No foreign keys: history stays."""

    __tablename__ = "run_step"

    step_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    stage: Mapped[str] = mapped_column(String(16), index=True)
    dataset: Mapped[str] = mapped_column(String(63), index=True)
    agency: Mapped[str] = mapped_column(String(63), index=True)
    batch: Mapped[str | None] = mapped_column(String(120))
    started_at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[float] = mapped_column(Float)
    cpu_seconds: Mapped[float] = mapped_column(Float, default=0.0)
    rows: Mapped[int] = mapped_column(BigInteger)
    peak_mib: Mapped[int] = mapped_column(Integer)
    ok: Mapped[bool] = mapped_column(Boolean)
    code: Mapped[str] = mapped_column(String(63), default="")
    message_zh: Mapped[str] = mapped_column(Text, default="")
    message_en: Mapped[str] = mapped_column(Text, default="")
