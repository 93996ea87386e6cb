"""A usage feedback report (调用情况反馈) made for one provider."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class UsageReport(Base):
    """`body` is the signed statement; `delivered_by` names the roads it arrived by (database, file, api)."""

    __tablename__ = "usage_report"

    report_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    provider: Mapped[str] = mapped_column(String(63), index=True)
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    calls: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(BigInteger)
    merkle_root: Mapped[str] = mapped_column(String(128))
    signature: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]]
    delivered_by: Mapped[list[str]]
    created_at: Mapped[datetime]
