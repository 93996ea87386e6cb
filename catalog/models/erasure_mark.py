"""By what an erased person is known again when a source delivers them once more: keyed hashes of numbers."""

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class ErasureMark(Base):
    """One number, a name under a number, or one key of one dataset, under the hub's secret (lake/erasing/marks.py)."""

    __tablename__ = "erasure_mark"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    erasure_id: Mapped[int] = mapped_column(Integer, index=True)
