"""One number that grows with every change to accounts, credentials and grants."""

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class AccessRevision(Base):
    """The single row (id 1) every API process looks at to know whether what it remembers still holds."""

    __tablename__ = "access_revision"

    revision_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
