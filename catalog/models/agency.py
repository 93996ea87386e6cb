"""A department (部门) or other organisation that provides or receives data."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class Agency(Base):
    """One organisation. `kind`: government, vertical (垂直单位), public_service, enterprise, platform."""

    __tablename__ = "agency"

    code: Mapped[str] = mapped_column(String(63), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32), default="government")
    uscc: Mapped[str | None] = mapped_column(String(18))
    contact: Mapped[str | None] = mapped_column(String(200))
