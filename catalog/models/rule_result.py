"""What one rule found in one verdict: the counts A and B of GB/T 36344, never only their rate."""

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class RuleResult(Base):
    """`a` conforming of `b` assessed. `outcome`: passed, failed, error, not_applicable (b = 0)."""

    __tablename__ = "rule_result"

    verdict_id: Mapped[str] = mapped_column(ForeignKey("verdict.verdict_id"), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    item: Mapped[str] = mapped_column(String(200))
    severity: Mapped[str] = mapped_column(String(8))
    dimension: Mapped[str] = mapped_column(String(8))
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    a: Mapped[int] = mapped_column(BigInteger)
    b: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(16))
