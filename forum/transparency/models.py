"""Rows of the auditor: opinions that were signed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Base, UtcDateTime


class AuditReport(Base):
    """An auditor's opinion on the entries `first` to `last` of the log, both included.

    text: the whole opinion, which its entry commits to; it is public.
    """

    __tablename__ = "audit_report"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    staff: Mapped[str] = mapped_column(String(8))
    first: Mapped[int]
    last: Mapped[int]
    opinion: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
