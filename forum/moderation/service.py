"""Removing and restoring. Nothing becomes less visible without a statement of reasons.

Until the second person comes with the moderation issue, `second` is null: every removal is
written, and counted, as the act of one person alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid
from forum.complaints.drafts import a_text
from forum.complaints.models import Complaint
from forum.complaints.service import existing, start_clock, tell, touch
from forum.log import service as log
from forum.moderation import rules as published
from forum.moderation.models import Rules, Statement
from forum.tlog.entry import DECISIONS, DETECTIONS

MIN_FACTS = 10
MAX_FACTS = 5_000
GROUNDS = ("illegal", "personal-data", "spam", "abuse", "off-topic", "impersonation", "copyright",
           "defamation-notice", "authority-order", "court-order", "policy")  # fmt: skip
RESTORE_REASONS = ("mistake", "appeal-upheld", "lapsed")


@dataclass(frozen=True)
class StatementOfReasons:
    """Why something is removed: every fact is required.

    reason: the ground (closed list); clause: the number of the clause of the published rules;
    facts: what the person did and where; detection: how it was found, and whether a machine
    found it; automated_decision: what part machines had in deciding (none, partly, fully);
    until: the last day of the measure, None when it is without end.
    """

    reason: str
    clause: str
    facts: str
    detection: str
    automated_detection: bool
    automated_decision: str
    until: date | None


def remove(moderator: Account, number: int, given: StatementOfReasons) -> Statement:
    """Take a complaint down. Its notice stays, the author is told why and how to appeal."""
    rights.require(moderator.role, "complaint.remove")
    facts = a_text("facts", given.facts, MAX_FACTS, _l("请写明事实：哪一句、违反了什么。"))
    if len(facts) < MIN_FACTS:
        raise Invalid(_l("事实写得太短，别人无法判断。请写明哪一句、违反了什么。"), "facts")
    with transaction():
        rules = _require_grounds(given)
        complaint = existing(number)
        if complaint.state != "visible":
            raise Conflict(_l("这条意见已不在展示。"), state=complaint.state)
        statement = Statement(
            number=(db.session.scalar(select(db.func.max(Statement.number))) or 0) + 1,
            complaint=number, entry=0, reason=given.reason, clause=given.clause,
            rules=rules.entry, facts=facts, detection=given.detection,
            automated_detection=given.automated_detection,
            automated_decision=given.automated_decision, scope="everywhere", until=given.until, staff=str(moderator.staff_no), second=None, at=clock.now(),
        )  # fmt: skip
        db.session.add(statement)
        _log_removal(complaint, statement)
        tell(complaint, "removed", statement=statement.number)
        return statement


def _log_removal(complaint: Complaint, statement: Statement) -> None:
    entry = log.append(
        "complaint.removed", complaint=complaint.number, of=complaint.act_entry, by="moderator",
        staff=statement.staff, second=statement.second, reason=statement.reason,
        statement=statement.number, clause=statement.clause, rules=statement.rules,
        detection=statement.detection, automated_detection=statement.automated_detection,
        automated_decision=statement.automated_decision, scope=statement.scope, lapses=None,
        until=statement.until.isoformat() if statement.until else None,
        texts={"facts": statement.facts},
    )  # fmt: skip
    statement.entry, statement.at = entry.index, entry.at
    complaint.state, complaint.state_at = "removed", entry.at
    complaint.statement, complaint.act_entry = statement.number, entry.index
    complaint.due_at = None
    touch(complaint, entry)


def restore(moderator: Account, number: int, reason: str) -> Statement:
    """Show a removed complaint again; why it came back is public too."""
    rights.require(moderator.role, "complaint.restore")
    if reason not in RESTORE_REASONS:
        raise Invalid(_l("请选择恢复的原因。"), "reason")
    with transaction():
        complaint = existing(number)
        statement = db.session.get(Statement, complaint.statement or 0)
        if complaint.state != "removed" or statement is None:
            raise Conflict(_l("这条意见没有被下架。"), state=complaint.state)
        _bring_back(complaint, statement, reason, by=moderator.role, staff=moderator.staff_no)
        return statement


def restore_ended() -> int:
    """The worker: removals whose last day has passed lapse. How many did."""
    today = clock.local_date()
    ended = (Statement.until < today) & Statement.restored_at.is_(None)
    numbers = list(db.session.scalars(select(Statement.number).where(ended)))
    for number in numbers:
        with transaction():
            statement = db.session.get(Statement, number)
            complaint = existing(statement.complaint) if statement else None
            if statement and complaint and complaint.state == "removed":
                _bring_back(complaint, statement, "lapsed", by="system", staff=None)
    return len(numbers)


def _bring_back(
    complaint: Complaint, statement: Statement, reason: str, *, by: str, staff: str | None
) -> None:
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


def _require_grounds(given: StatementOfReasons) -> Rules:
    """The rules in force, if ground, clause and detection are among what they allow."""
    if given.reason not in GROUNDS:
        raise Invalid(_l("请选择下架的理由。"), "reason")
    if given.detection not in DETECTIONS:
        raise Invalid(_l("请选择是怎样发现的。"), "detection")
    if given.automated_decision not in DECISIONS:
        raise Invalid(_l("请选择是谁决定的。"), "automated_decision")
    if given.until is not None and given.until <= clock.local_date():
        raise Invalid(_l("截止日期应在今天之后。"), "until")
    rules = published.current()
    clause = published.clause(rules, given.clause) if rules else None
    if rules is None or clause is None or clause["reason"] is None:
        raise Invalid(_l("请选择规则中的条款。"), "clause")
    if clause["reason"] != given.reason:
        raise Invalid(_l("这一条款不适用于所选的理由。"), "clause")
    return rules
