"""Somebody or some program that may ask the hub."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import Base


class Account(Base):
    """`kind`: person (signs in with a password) or service (tokens only). `password_hash` is Argon2id or None."""

    __tablename__ = "account"

    login: Mapped[str] = mapped_column(String(63), primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    roles: Mapped[list[str]]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime]
