"""Taking a complaint down, as two people decided it, or one alone for a while; and bringing it back.

One person alone may remove `spam` that nobody answered or supported, within a day of its posting,
and may remove in an emergency, once per complaint ever. Both lapse unless a second person agrees;
what lapsed or was undone takes two from then on.
"""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid
from forum.complaints.models import SHOWN, Complaint, Reply
from forum.complaints.service import start_clock, tell, touch
from forum.log import service as log
from forum.moderation import items
from forum.moderation.alone import had_emergency, require_no_failed
from forum.moderation.already import too_late
from forum.moderation.measures import (
    Act,
    Decision,
    keep_statement,
    statement_fields,
    target_of,
)
from forum.moderation.models import Proposal, Statement

GROUNDS = ("illegal", "personal-data", "spam", "abuse", "off-topic", "impersonation", "copyright",
           "defamation-notice", "authority-order", "court-order", "policy")  # fmt: skip
# How long an act of one person alone holds without the second.
ALONE = {"spam": timedelta(hours=72), "emergency": timedelta(hours=24)}
SPAM_AGE = timedelta(hours=24)
SPAM_SUPPORTERS = 3


def check(complaint: Complaint, reply: Reply | None) -> None:
    """Conflict unless the complaint, or the reply or comment under it, can be seen."""
    if reply is None and complaint.state == "merged":
        raise Conflict(
            _l("这条意见已并入 #%(into)d，仍看得见。要下架，请先把它拆开。", into=complaint.merged_into),
            state="merged",
        )  # fmt: skip
    if reply is None and complaint.state != "visible":
        raise too_late(complaint, _l("这条意见已不在展示。"))
    if reply is not None and (complaint.state not in SHOWN or reply.state != "visible"):
        raise too_late(complaint, _l("这一条已不在展示。"), reply)


def carry_out(decision: Decision) -> Statement:
    """Take it down; its notice stays, the author is told why and how to appeal."""
    complaint, reply = target_of(decision.complaint, decision.item)
    return (
        _take_down(complaint, decision)
        if reply is None
        else items.remove(complaint, reply, decision)
    )


def _take_down(complaint: Complaint, decision: Decision) -> Statement:
    entry = log.append("complaint.removed", complaint=complaint.number, of=complaint.act_entry,
                       **statement_fields(decision, "everywhere"))  # fmt: skip
    statement = keep_statement(decision, entry, "everywhere")
    complaint.state, complaint.state_at = "removed", entry.at
    complaint.statement, complaint.act_entry = statement.number, entry.index
    complaint.due_at = None
    touch(complaint, entry)
    tell(complaint, "removed", statement=statement.number)
    return statement


REMOVE = Act(GROUNDS, on_items=True, needs_auditor=False, check=check, carry_out=carry_out)


def require_exception(complaint: Complaint, alone: str, reason: str) -> None:
    """Refuse unless one person may take this complaint down alone, and say which rule is broken."""
    if alone not in ALONE:
        raise Invalid(_l("请选择怎样处理。"), "alone")
    if alone == "spam" and reason != "spam":
        raise Invalid(_l("只有“广告或刷屏”可以由一人先下架。"), "alone")
    if alone == "emergency" and had_emergency(complaint.number):
        raise Conflict(_l("这条意见已紧急下架过一次，不能再由一人下架。请按双人复核提出。"))
    require_no_failed(complaint.number)
    if alone == "emergency":
        return
    if complaint.replies or complaint.supporters >= SPAM_SUPPORTERS:
        raise Conflict(_l("已有回复，或“我也遇到”已满 3 户，须双人复核。"))
    if clock.now() - complaint.posted_at > SPAM_AGE:
        raise Conflict(_l("发布已超过 24 小时，须双人复核。"))


def bring_back(
    complaint: Complaint, statement: Statement, reason: str, *, by: str, staff: str | None
) -> log.Appended:
    """Show a removed complaint again, and say why; a confirmation it waited for is settled too."""
    entry = log.append(
        "complaint.restored", complaint=complaint.number, of=complaint.act_entry, by=by,
        staff=staff, second=None, reason=reason, statement=statement.number,
    )  # fmt: skip
    statement.restored_entry, statement.restored_at = entry.index, entry.at
    statement.restored_reason = reason
    complaint.state, complaint.state_at = "visible", entry.at
    complaint.statement, complaint.act_entry = None, entry.index
    start_clock(complaint)
    touch(complaint, entry)
    tell(complaint, "restored", statement=statement.number)
    settle(statement, "lapsed" if by == "system" else "rejected", entry, by, staff)
    return entry


def settle(
    statement: Statement, state: str, entry: log.Appended, by: str, staff: str | None
) -> None:
    """End the waiting for a second person, if there is any: what it was about is undone."""
    waiting = db.session.get(Proposal, statement.number)
    if waiting is not None and waiting.state == "open":
        waiting.state, waiting.decided_at, waiting.decided_entry = state, entry.at, entry.index
        waiting.decided_by, waiting.decided_staff = by, staff
