"""How much of a grant's daily quota is taken."""

from datetime import date

from sqlalchemy import BigInteger, Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class GrantUse(Base):
    """Calls and rows reserved by API processes on `day` (UTC). Reserved counts as used: quotas never run over."""

    __tablename__ = "access_grant_use"

    grant: Mapped[str] = mapped_column(String(63), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    calls: Mapped[int] = mapped_column(Integer)
    rows: Mapped[int] = mapped_column(BigInteger)
