"""Taking a complaint out of lists, search, feeds and the site map; its page stays, and says so."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.base.db import db
from forum.complaints.models import SHOWN, Complaint, Reply
from forum.complaints.service import existing, tell, touch
from forum.log import service as log
from forum.moderation.already import too_late
from forum.moderation.measures import Act, Decision, keep_statement, statement_fields
from forum.moderation.models import Statement

GROUNDS = ("illegal", "personal-data", "spam", "abuse", "off-topic", "impersonation", "copyright",
           "defamation-notice", "authority-order", "court-order", "policy")  # fmt: skip


def check(complaint: Complaint, _reply: Reply | None) -> None:
    """Conflict, saying who was first and why, unless it can be read, and is in lists."""
    if complaint.state not in SHOWN:
        raise too_late(complaint, _l("这条意见已不在展示。"))
    if not complaint.listed:
        raise too_late(complaint, _l("这条意见已经移出列表。"), kinds=("complaint.delisted",))


def carry_out(decision: Decision) -> Statement:
    """Take it out of lists; the author is told why and how to appeal."""
    complaint = db.session.get_one(Complaint, decision.complaint)
    entry = log.append("complaint.delisted", complaint=complaint.number, of=complaint.act_entry,
                       **statement_fields(decision, "lists"))  # fmt: skip
    statement = keep_statement(decision, entry, "lists")
    complaint.listed, complaint.act_entry = False, entry.index
    touch(complaint, entry)
    tell(complaint, "delisted", statement=statement.number)
    return statement


DELIST = Act(GROUNDS, on_items=False, needs_auditor=False, check=check, carry_out=carry_out)


def undo(statement: Statement, reason: str, *, by: str, staff: str | None) -> log.Appended:
    """Put it into lists again, and say why."""
    complaint = existing(statement.complaint or 0)
    entry = log.append(
        "complaint.relisted", complaint=complaint.number, of=complaint.act_entry, by=by,
        staff=staff, second=None, reason=reason, statement=statement.number,
    )  # fmt: skip
    complaint.listed, complaint.act_entry = True, entry.index
    touch(complaint, entry)
    tell(complaint, "relisted", statement=statement.number)
    return entry
