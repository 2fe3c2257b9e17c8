"""Rows of redress: appeals of those whom a decision concerns, and readers' challenges of entries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Base, UtcDateTime


class Appeal(Base):
    """What one person says against one decision, and what an auditor decided about it.

    of: the entry of the decision; by: author, member, staff. words: read by auditors and by whoever
    wrote them, never published, so that the log does not commit to them. due_at: by when an auditor
    should decide. outcome: None while open; reasons: public, committed to by `decided_entry`.
    """

    __tablename__ = "appeal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    of: Mapped[int] = mapped_column(index=True)
    statement: Mapped[int | None] = mapped_column(index=True)
    complaint: Mapped[int | None] = mapped_column(ForeignKey("complaint.number"), index=True)
    item: Mapped[int | None]
    by: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    entry: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    outcome: Mapped[str | None] = mapped_column(String(16))
    reasons: Mapped[str | None] = mapped_column(Text)
    decided_entry: Mapped[int | None]
    decided_staff: Mapped[str | None] = mapped_column(String(8))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("of", "account_id"),)


class AppealPhoto(Base):
    """A photo that goes with an appeal; who may read its words may see it, and nobody else.

    sha256: of the file in the storage's kind ``evidence``.
    """

    __tablename__ = "appeal_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    appeal: Mapped[int] = mapped_column(ForeignKey("appeal.number"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    alt: Mapped[str] = mapped_column(String(120))
    width: Mapped[int]
    height: Mapped[int]


class Challenge(Base):
    """What a reader says against one entry of the log, and what an auditor decided about it.

    As `Appeal`; email: where the reader wants to hear of it, forgotten when the answer has left.
    """

    __tablename__ = "challenge"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    of: Mapped[int] = mapped_column(index=True)
    complaint: Mapped[int | None] = mapped_column(ForeignKey("complaint.number"), index=True)
    by: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    email: Mapped[str | None] = mapped_column(String(254))
    words: Mapped[str] = mapped_column(Text)
    entry: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    outcome: Mapped[str | None] = mapped_column(String(16))
    reasons: Mapped[str | None] = mapped_column(Text)
    decided_entry: Mapped[int | None]
    decided_staff: Mapped[str | None] = mapped_column(String(8))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
