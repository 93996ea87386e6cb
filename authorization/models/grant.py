"""A grant (授权): which part of a dataset a recipient may have, for which purpose, in what form, until when."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class AccessGrant(Base):
    """`account` empty: every account of `agency`. `row_filter`, `masks`: see authorization.filters and .masking.

    No foreign keys: a grant is evidence and stays readable when what it named is gone.
    """

    __tablename__ = "access_grant"

    code: Mapped[str] = mapped_column(String(63), primary_key=True)
    agency: Mapped[str] = mapped_column(String(63), index=True)
    account: Mapped[str] = mapped_column(String(63), default="")
    dataset: Mapped[str] = mapped_column(String(63), index=True)
    items: Mapped[list[str]]
    row_filter: Mapped[dict[str, Any]]
    masks: Mapped[dict[str, Any]]
    purpose: Mapped[str] = mapped_column(String(200))
    legal_basis: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    calls_per_day: Mapped[int | None] = mapped_column(Integer)
    rows_per_day: Mapped[int | None] = mapped_column(BigInteger)
    surfaces: Mapped[list[str]]
    issued_by: Mapped[str] = mapped_column(String(120))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
