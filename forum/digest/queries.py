"""Reading what was sent, and who it goes to."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from forum.accounts.models import Account
from forum.base.db import db
from forum.digest.models import DigestIssue


def issue(day: date) -> DigestIssue | None:
    """What was sent for `day`; None when nothing was."""
    return db.session.get(DigestIssue, day)


def newest(before: date | None = None) -> DigestIssue | None:
    """The newest issue (of a date before `before`)."""
    found = issues(before, limit=1)
    return found[0] if found else None


def issues(before: date | None, limit: int) -> list[DigestIssue]:
    """Issues, newest first (of dates before `before`)."""
    query = select(DigestIssue).order_by(DigestIssue.date.desc()).limit(limit)
    if before is not None:
        query = query.where(DigestIssue.date < before)
    return list(db.session.scalars(query))


def next_date(after: date) -> date | None:
    """The date of the issue that followed that of `after`."""
    return db.session.scalar(select(db.func.min(DigestIssue.date)).where(DigestIssue.date > after))


def recipients() -> list[Account]:
    """Executives who can sign in and have an address, in order of their accounts."""
    return list(
        db.session.scalars(
            select(Account)
            .where(
                Account.role == "executive",
                Account.disabled.is_(False),
                Account.email.is_not(None),
            )
            .order_by(Account.id)
        )
    )
