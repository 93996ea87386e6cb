"""A department's business system (业务系统) with its credentials, encrypted."""

from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class System(Base):
    """One system. `secret` is AES-256-GCM under the registry key, which lies outside the database."""

    __tablename__ = "system"

    code: Mapped[str] = mapped_column(String(63), primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    location: Mapped[str] = mapped_column(String(1000))
    options: Mapped[dict[str, Any]]
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
