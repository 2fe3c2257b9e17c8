"""Reading notices."""

from __future__ import annotations

from sqlalchemy import func, select

from forum.accounts.models import Account
from forum.base.db import db
from forum.notifications.models import Notice


def newest(account: Account, limit: int, below: int | None = None) -> list[Notice]:
    """The account's notices, newest first, from below id `below`."""
    query = select(Notice).where(Notice.account_id == account.id)
    if below is not None:
        query = query.where(Notice.id < below)
    return list(db.session.scalars(query.order_by(Notice.id.desc()).limit(limit)))


def unread(account: Account) -> int:
    """How many the account has not seen."""
    query = select(func.count(Notice.id)).where(
        Notice.account_id == account.id, Notice.read_at.is_(None)
    )
    return db.session.scalar(query) or 0
