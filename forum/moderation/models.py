"""Rows of moderation: statements of reasons and the published rules they cite."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Base, UtcDateTime


class Statement(Base):
    """The statement of reasons of one removal (the facts of DSA Art. 17(3))."""

    __tablename__ = "statement"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    entry: Mapped[int]
    reason: Mapped[str] = mapped_column(String(24), index=True)
    clause: Mapped[str] = mapped_column(String(8))
    rules: Mapped[int]  # entry of the version of the rules the clause is of
    facts: Mapped[str] = mapped_column(Text)
    detection: Mapped[str] = mapped_column(String(16))
    automated_detection: Mapped[bool]
    automated_decision: Mapped[str] = mapped_column(String(8))
    scope: Mapped[str] = mapped_column(String(12))
    until: Mapped[date | None] = mapped_column(Date)
    staff: Mapped[str] = mapped_column(String(8))
    second: Mapped[str | None] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    restored_entry: Mapped[int | None]
    restored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    restored_reason: Mapped[str | None] = mapped_column(String(24))


class Rules(Base):
    """One published version: its clauses as [{"number", "title", "text", "reason"}]."""

    __tablename__ = "rules"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    preamble: Mapped[str] = mapped_column(Text)
    clauses: Mapped[list[dict[str, str | None]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
