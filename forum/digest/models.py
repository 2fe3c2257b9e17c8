"""Rows of digests: one issue a date, ever."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Base, UtcDateTime


class DigestIssue(Base):
    """What was sent for a date: the value that every form is made from, and the text mail."""

    __tablename__ = "digest_issue"

    date: Mapped[date] = mapped_column(Date, primary_key=True)
    entry: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)  # what the entry committed to
