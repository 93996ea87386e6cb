"""How often an account has looked for somebody today who is not there."""

from datetime import date

from sqlalchemy import Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class FindMiss(Base):
    """`account`: a login, or who holds the terminal (cli:…). `misses`: look-ups on `day` (the county's) not yet hits.

    One row for each account, its last day alone: who looked when is in the audit trail.
    """

    __tablename__ = "find_miss"

    account: Mapped[str] = mapped_column(String(120), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    misses: Mapped[int] = mapped_column(Integer)
