"""Rows of people and their one-time codes. Nothing of this is ever in the log but staff numbers."""

from __future__ import annotations

from datetime import date, datetime

from flask_login import UserMixin
from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Base, UtcDateTime


class Account(Base, UserMixin):
    """A person who can sign in. `name` is the pseudonym that new posts carry.

    `session_epoch` is part of every session cookie: raising it ends all sessions of the account.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16), default="member")
    staff_no: Mapped[str | None] = mapped_column(String(8), unique=True)
    department: Mapped[str | None] = mapped_column(String(64))
    verified: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[str | None] = mapped_column(String(16))
    session_epoch: Mapped[int] = mapped_column(default=0)
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def is_active(self) -> bool:
        """Flask-Login asks; a disabled account has no session."""
        return not self.disabled

    def get_id(self) -> str:
        """What the session cookie names: the account and its epoch."""
        return f"{self.id}.{self.session_epoch}"


class Suspension(Base):
    """That somebody may not write until a day, by a statement of reasons; ended_at: when it ended."""

    __tablename__ = "suspension"

    statement: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str] = mapped_column(String(24))
    until: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OneTimeCode(Base):
    """A code sent to a phone or address, or a one-time link; only its digest is kept."""

    __tablename__ = "one_time_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))  # signup, reset, invite
    address: Mapped[str] = mapped_column(String(254), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FailedSignIn(Base):
    """Wrong passwords in a row for one sign-in name, whether or not an account has that name.

    Were only accounts counted, being locked out would tell a stranger who has one.
    """

    __tablename__ = "failed_sign_in"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # keyed digest of the name
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
