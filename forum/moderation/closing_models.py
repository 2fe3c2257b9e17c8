"""Rows of the closing of the board: what was announced, and what waits for a second person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Base, UtcDateTime


class Closing(Base):
    """One announcement: from `until` on nothing can be written. The newest one holds."""

    __tablename__ = "closing"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(12))
    staff: Mapped[str] = mapped_column(String(8))
    second: Mapped[str | None] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClosingDraft(Base):
    """A proposal to close; its words are seen by those who may decide on it. Ids are never given twice.

    state: open, rejected, or withdrawn by whoever proposed it; decided_by, decided_staff and
    decided_at: who ended it so, and when. That there was one, and who did not agree, stays public.
    """

    __tablename__ = "closing_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(12))
    staff: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="open")
    decided_by: Mapped[str | None] = mapped_column(String(12))
    decided_staff: Mapped[str | None] = mapped_column(String(8))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = {"sqlite_autoincrement": True}
