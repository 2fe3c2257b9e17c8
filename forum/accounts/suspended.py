"""Whether somebody may write at present."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from forum.accounts.models import Account, Suspension
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import NotAllowed
from forum.log.words import reason_label


def running(today: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Which suspensions are in force on a day; their last one counts."""
    return Suspension.ended_at.is_(None) & (Suspension.until >= today)


def suspension_of(account_id: int) -> Suspension | None:
    """The suspension in force, if there is one."""
    found = Suspension.account_id == account_id
    query = select(Suspension).where(found, running(clock.local_date()))
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
