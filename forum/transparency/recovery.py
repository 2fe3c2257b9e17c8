"""Opinions whose words were lost and whose entries came back."""

from __future__ import annotations

from datetime import datetime

from forum.base.db import db
from forum.log.recover import entries_since
from forum.transparency.models import AuditReport

LOST_TEXT = "内容在恢复备份时丢失"


def recover_rows(first: int) -> None:
    """A row for every opinion that the entries from index `first` on name."""
    for index, entry in entries_since(first, "audit.reported"):
        if db.session.get(AuditReport, entry["report"]) is None:
            db.session.add(
                AuditReport(number=entry["report"], entry=index, staff=entry["staff"],
                            at=datetime.fromisoformat(entry["at"]), first=entry["from"],
                            last=entry["to"], opinion=entry["opinion"], text=LOST_TEXT)
            )  # fmt: skip
