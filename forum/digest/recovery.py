"""Digests that were sent and whose text was lost: none of them is ever sent again."""

from __future__ import annotations

from datetime import date, datetime

from forum.base.db import db
from forum.digest.models import DigestIssue
from forum.log.recover import entries_since


def recover_rows(first: int) -> None:
    """A row without content for every issue that the entries from index `first` on name."""
    for index, entry in entries_since(first, "digest.sent"):
        day = date.fromisoformat(entry["date"])
        if db.session.get(DigestIssue, day) is None:
            sent_at = datetime.fromisoformat(entry["at"])
            db.session.add(DigestIssue(date=day, entry=index, sent_at=sent_at, payload={}, text=""))
