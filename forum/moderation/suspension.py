"""Suspending an author: no new posts, comments or edits until a day; everything else stays theirs.

Which author it is stands in no entry and on no public page. Confirming, disputing and withdrawing
one's own complaints goes on: nobody may be silenced about whether a thing was repaired.
"""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from forum.accounts.models import Account, Suspension
from forum.accounts.suspended import suspension_of
from forum.base import clock
from forum.base.db import db
from forum.base.outbox import emit
from forum.base.refusal import Conflict, Invalid
from forum.complaints.models import Complaint, Reply
from forum.log import service as log
from forum.moderation.measures import (
    Act,
    Decision,
    Measure,
    StatementOfReasons,
    keep_statement,
    statement_fields,
)
from forum.moderation.models import Proposal, Statement

GROUNDS = ("illegal", "personal-data", "spam", "abuse", "impersonation", "copyright", "policy")
LONGEST = timedelta(days=180)


def author_of(complaint: Complaint, reply: Reply | None) -> int:
    """The account that wrote it; Conflict when it is no member's, or nobody's any more."""
    account_id = complaint.account_id if reply is None else reply.account_id
    account = db.session.get(Account, account_id) if account_id else None
    if account is None or account.role != "member":
        raise Conflict(_l("这不是业主账号写的，不能暂停发言。"))
    return account.id


def check(complaint: Complaint, reply: Reply | None) -> None:
    """Conflict unless a member wrote it, who is not suspended already."""
    require_not_suspended(author_of(complaint, reply))


def require_not_suspended(account_id: int) -> None:
    """Conflict when the account is suspended."""
    if suspension_of(account_id) is not None:
        raise Conflict(_l("这位作者已在暂停发言期间。"))


def look(_complaint: Complaint, _reply: Reply | None, measure: Measure) -> None:
    """Invalid without a last day, or with one that is too far away."""
    until = measure.given.until if isinstance(measure.given, StatementOfReasons) else None
    if until is None:
        raise Invalid(_l("请写明暂停到哪一天。"), "until")
    if until > clock.local_date() + LONGEST:
        raise Invalid(_l("最长 %(days)d 天。", days=LONGEST.days), "until")


def carry_out(decision: Decision) -> Statement:
    """From now on the author cannot write; they are told why, until when, and how to appeal."""
    account_id, until = decision.person, decision.given.until
    if account_id is None or until is None:
        raise Invalid(_l("请写明暂停到哪一天。"), "until")
    require_not_suspended(account_id)
    # A person has no entry of their own to act upon: it is of the proposal.
    proposed = db.session.get_one(Proposal, decision.number).entry
    entry = log.append("member.suspended", of=proposed, **statement_fields(decision, "everywhere"))
    statement = keep_statement(decision, entry, "everywhere")
    db.session.add(
        Suspension(statement=statement.number, account_id=account_id,
                   reason=decision.given.reason, until=until)
    )  # fmt: skip
    _tell(account_id, "suspended", entry, statement.number)
    return statement


SUSPEND = Act(GROUNDS, on_items=True, needs_auditor=False, check=check, carry_out=carry_out,
              look=look, of_person=True)  # fmt: skip


def undo(statement: Statement, reason: str, *, by: str, staff: str | None) -> log.Appended:
    """The author may write again."""
    entry = log.append(
        "member.reinstated", of=statement.entry, by=by, staff=staff, second=None, reason=reason,
        statement=statement.number,
    )  # fmt: skip
    row = db.session.get(Suspension, statement.number)
    # Whose it was is not in the log, so it may have been lost with a database.
    if row is not None:
        row.ended_at = entry.at
        _tell(row.account_id, "reinstated", entry, statement.number)
    return entry


def _tell(account_id: int, what: str, entry: log.Appended, statement: int) -> None:
    emit("author.told", account=account_id, complaint=0, what=what, statement=statement,
         at=clock.format_utc(entry.at))  # fmt: skip
