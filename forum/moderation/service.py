"""Acts of one person: removing or covering alone for a while, and restoring. The others take two.

Nothing becomes less visible without a statement of reasons, and nothing stays so by the decision
of one person alone (`two_people.py`).
"""

from __future__ import annotations

from dataclasses import replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotFound
from forum.complaints.covering import Cuts
from forum.complaints.service import existing
from forum.moderation import redaction
from forum.moderation.alone import require_no_failed
from forum.moderation.appealed import require_beginnable
from forum.moderation.measures import (
    Decision,
    Measure,
    StatementOfReasons,
    clean_facts,
    next_number,
    require_statement,
    rules_for,
    target_of,
)
from forum.moderation.models import Proposal, Statement
from forum.moderation.redaction import REDACT
from forum.moderation.removal import ALONE, REMOVE, bring_back, carry_out, check, require_exception
from forum.moderation.undoing import in_force, require_kept, undo

# Whoever moderates can only say that they were wrong: an appeal is decided by an auditor, and what
# lapses lapses by itself.
RESTORE_REASONS = ("mistake",)


def remove_alone(
    moderator: Account, number: int, given: StatementOfReasons, alone: str
) -> Statement:
    """Take a complaint down at once, by one of the exceptions (spam, emergency).

    It lapses unless a second person confirms it in time; until then it is counted apart.
    """
    rights.require(moderator.role, "complaint.remove-alone")
    facts = clean_facts(given.facts)
    with transaction():
        complaint = existing(number)
        rules = require_statement(REMOVE, given, rules_for(complaint, None))
        check(complaint, None)
        require_exception(complaint, alone, given.reason)
        require_beginnable("remove", given.reason, number, None)
        decision = Decision(
            number=next_number(), act="remove", complaint=number, item=None,
            given=replace(given, facts=facts), rules=rules.entry,
            by=moderator.role, staff=str(moderator.staff_no), second=None,
            lapses_at=clock.now().replace(microsecond=0) + ALONE[alone],
        )  # fmt: skip
        statement = carry_out(decision)
        _await_second(moderator, statement, decision, alone)
        return statement


def redact_alone(
    moderator: Account, number: int, given: StatementOfReasons, cuts: Cuts, item: int | None = None
) -> Statement:
    """Cover personal data at once, in a complaint or in one item under it, in every version.

    It lapses unless a second person confirms it within 72 hours. Invalid for any other ground.
    """
    rights.require(moderator.role, "complaint.redact-alone")
    given = replace(given, facts=clean_facts(given.facts))
    with transaction():
        complaint, reply = target_of(number, item)
        rules = require_statement(REDACT, given, rules_for(complaint, reply))
        if given.reason != redaction.ALONE_FOR:
            raise Invalid(_l("只有“泄露个人信息”可以由一人先遮盖，其他理由须双人复核。"), "alone")
        require_no_failed(number, item)
        redaction.check(complaint, reply)
        require_beginnable("redact", given.reason, number, item)
        redaction.look(complaint, reply, Measure("redact", number, given, item, cuts))
        decision = Decision(
            number=next_number(), act="redact", complaint=number, item=item, given=given,
            rules=rules.entry, by=moderator.role, staff=str(moderator.staff_no), second=None,
            lapses_at=clock.now().replace(microsecond=0) + redaction.ALONE, cuts=cuts,
        )  # fmt: skip
        statement = redaction.carry_out(decision)
        _await_second(moderator, statement, decision, "cover")
        return statement


def _await_second(moderator: Account, statement: Statement, decision: Decision, alone: str) -> None:
    given = decision.given
    db.session.add(
        Proposal(
            number=statement.number, act=statement.act, complaint=statement.complaint,
            item=statement.item, entry=statement.entry, at=statement.at,
            lapses_at=statement.lapses_at, by=decision.by,
            staff=decision.staff, account_id=moderator.id, alone=alone, reason=given.reason,
            clause=given.clause, rules=decision.rules, facts=given.facts,
            detection=given.detection, automated_detection=given.automated_detection,
            automated_decision=given.automated_decision, until=given.until, state="open",
        )
    )  # fmt: skip


def require_mistake(reason: str) -> None:
    """Invalid unless it is undone because it was wrong: the other reasons are not a person's."""
    if reason not in RESTORE_REASONS:
        raise Invalid(
            _l("管理人员只能以“处理有误”恢复：申诉成立由独立监督员决定，到期由系统恢复。"), "reason"
        )


def restore(moderator: Account, number: int, reason: str) -> Statement:
    """Show a removed complaint again; why it came back is public too."""
    rights.require(moderator.role, "complaint.restore")
    require_mistake(reason)
    with transaction():
        complaint = existing(number)
        statement = db.session.get(Statement, complaint.statement or 0)
        if complaint.state not in ("removed", "refused") or statement is None:
            raise Conflict(_l("这条意见没有被下架。"), state=complaint.state)
        require_kept(statement)
        bring_back(complaint, statement, reason, by=moderator.role, staff=moderator.staff_no)
        return statement


def lift(moderator: Account, number: int, reason: str) -> Statement:
    """Undo what the statement of this number did, whatever it was; why is public too.

    NotFound; Conflict when it is over, or cannot be undone any more.
    """
    rights.require(moderator.role, "complaint.restore")
    require_mistake(reason)
    with transaction():
        statement = db.session.get(Statement, number)
        if statement is None:
            raise NotFound(_l("没有这份处理说明。"))
        undo(statement, reason, by=moderator.role, staff=moderator.staff_no)
        return statement


def restore_ended() -> int:
    """The worker: measures whose last day has passed lapse. How many did."""
    today = clock.local_date()
    ended = (Statement.until < today) & Statement.restored_at.is_(None)
    numbers = list(db.session.scalars(select(Statement.number).where(ended)))
    for number in numbers:
        with transaction():
            statement = db.session.get_one(Statement, number)
            if in_force(statement):
                undo(statement, "lapsed", by="system", staff=None)
    return len(numbers)
