"""Whether somebody may write at present."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account, Suspension
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import NotAllowed
from forum.log.words import reason_label


def suspension_of(account_id: int) -> Suspension | None:
    """The suspension in force, if there is one; its last day counts."""
    running = Suspension.ended_at.is_(None) & (Suspension.until >= clock.local_date())
    query = select(Suspension).where(Suspension.account_id == account_id, running)
    return db.session.scalar(query.order_by(Suspension.statement.desc()).limit(1))


def require_may_write(person: Account) -> None:
    """NotAllowed (rule ``suspended``), saying why, until when and where to appeal."""
    refused = refusal_of(person)
    if refused is not None:
        raise refused


def refusal_of(person: Account) -> NotAllowed | None:
    """What whoever may not write at present is told before they write; None when they may."""
    found = suspension_of(person.id)
    if found is None:
        return None
    return NotAllowed(
        _l("您的账号暂停发言，到 %(until)s 为止，原因：%(reason)s。理由和申诉办法见处理说明 %(number)d。",
           until=found.until.isoformat(), reason=reason_label(found.reason),
           number=found.statement),
        rule="suspended", statement=found.statement, until=found.until,
        appealable_statement=found.statement,
    )  # fmt: skip
