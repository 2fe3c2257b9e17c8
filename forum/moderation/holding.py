"""Deciding what waits before its first publication: publish it, refuse it, or let its time pass.

Publishing is one person's act: it hides nothing. Refusing takes two and a whole statement of
reasons. What nobody refused in time is published by itself, also while a refusal is proposed.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict
from forum.complaints.models import Complaint, Reply
from forum.complaints.service import existing, start_clock, tell, touch
from forum.log import service as log
from forum.moderation.already import too_late
from forum.moderation.measures import Act, Decision, keep_statement, statement_fields
from forum.moderation.models import Statement
from forum.moderation.removal import GROUNDS
from forum.moderation.waiting import lapse_refusals


def publish(moderator: Account, number: int) -> Complaint:
    """Show a held complaint before its time; Conflict names who decided it already."""
    rights.require(moderator.role, "complaint.publish")
    with transaction():
        complaint = existing(number)
        check(complaint, None)
        _publish(complaint, by=moderator.role, staff=moderator.staff_no)
        return complaint


def publish_due() -> int:
    """The worker: what nobody decided within its time is shown. How many."""
    now = clock.now()
    due = (Complaint.state == "held") & (Complaint.held_until <= now)
    numbers = list(db.session.scalars(select(Complaint.number).where(due)))
    for number in numbers:
        with transaction():
            complaint = existing(number)
            # Somebody may have decided between the look and the lock.
            if complaint.state == "held":
                _publish(complaint, by="system", staff=None)
    return len(numbers)


def check(complaint: Complaint, _reply: Reply | None) -> None:
    """Conflict unless it still waits for its first publication."""
    if complaint.state != "held":
        raise too_late(complaint, _l("这条意见不在等待发布。"))


def _check_refusal(complaint: Complaint, _reply: Reply | None) -> None:
    """Conflict unless there is still time to refuse it: afterwards it is published, by itself."""
    check(complaint, None)
    if complaint.held_until is not None and complaint.held_until <= clock.now():
        raise Conflict(_l("等待的时间已满，这条意见自动发布，不能再不予发布。"), state="held")


def carry_out(decision: Decision) -> Statement:
    """Do not publish it: its notice stays, the author is told why and how to appeal."""
    complaint = existing(decision.complaint)
    entry = log.append("complaint.refused", complaint=complaint.number, of=complaint.act_entry,
                       **statement_fields(decision, "everywhere"))  # fmt: skip
    statement = keep_statement(decision, entry, "everywhere")
    complaint.state, complaint.state_at, complaint.held_until = "refused", entry.at, None
    complaint.statement, complaint.act_entry = statement.number, entry.index
    touch(complaint, entry)
    tell(complaint, "refused", statement=statement.number)
    return statement


REFUSE = Act(GROUNDS, on_items=False, needs_auditor=False, check=_check_refusal, carry_out=carry_out)  # fmt: skip


def _publish(complaint: Complaint, *, by: str, staff: str | None) -> None:
    lapse_refusals(complaint)
    entry = log.append("complaint.published", complaint=complaint.number, of=complaint.act_entry,
                       by=by, staff=staff)  # fmt: skip
    complaint.state, complaint.state_at, complaint.held_until = "visible", entry.at, None
    complaint.act_entry = entry.index
    start_clock(complaint)
    touch(complaint, entry)
    tell(complaint, "published")
