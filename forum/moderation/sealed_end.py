"""Destroying what was taken from view, when its time for appeal is over: nobody keeps it for ever.

Six months after those concerned were told, and no appeal or challenge about the complaint waits,
what a removal, a refusal or a cut had sealed is destroyed, and ``sealed.destroyed`` says so. The
notice, the statement and every entry stay; from then on the measure cannot be undone. A measure
that ends on a day of its own is left alone: what it hides will be shown again. What readers and
parties had written about it in confidence goes too, and where a party could be reached a year
after its notice was decided.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, select

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.complaints import erasing
from forum.complaints.covering import sealed_by
from forum.complaints.models import Complaint, Reply, Sealed
from forum.complaints.service import touch
from forum.log import service as log
from forum.moderation.flag_erasing import forget_asked, forget_contacts
from forum.moderation.forgetting import forget_redress
from forum.moderation.measures import target_of
from forum.moderation.models import Proposal, Statement
from forum.moderation.redaction import still_cut
from forum.moderation.redress import appeal_until
from forum.moderation.redress_models import Appeal, Challenge
from forum.moderation.undoing import in_force

SEALS = ("remove", "refuse", "redact")
# No six months are shorter than this: what is younger need not be looked at.
SHORTEST = timedelta(days=180)
TOPIC = "content.erased"


def destroy_due() -> int:
    """The worker: destroy what nobody can appeal against any more. How many statements it was."""
    forget_contacts()
    old = Statement.at <= clock.now() - SHORTEST
    kept = Statement.restored_at.is_(None) & Statement.destroyed_at.is_(None)
    query = select(Statement.number).where(
        Statement.act.in_(SEALS), old, kept, Statement.until.is_(None), ~_ended()
    )
    numbers = list(db.session.scalars(query.order_by(Statement.number)))
    # One after the other: a later cut waits for the earlier one.
    return sum(is_due(db.session.get_one(Statement, number)) and _end(number) for number in numbers)


def _ended() -> ColumnElement[bool]:
    """Whether a statement's complaint was erased, or destroyed whole: nothing is left to look at."""
    erased = select(Complaint.number).where(Complaint.state == "erased")
    whole = select(Statement.complaint).where(
        Statement.destroyed_at.is_not(None), Statement.item.is_(None), Statement.act != "redact",
        Statement.complaint.is_not(None),
    )  # fmt: skip
    return Statement.complaint.in_(erased) | Statement.complaint.in_(whole)


def _end(number: int) -> bool:
    with transaction():
        statement = db.session.get_one(Statement, number)
        # Somebody may have appealed, or lifted it, between the look and the lock.
        due = is_due(statement)
        if due:
            _destroy(statement)
        return due


def is_due(statement: Statement) -> bool:
    """Whether what it took from view is kept for nobody any more."""
    over = appeal_until(statement.at) < clock.local_date() and statement.until is None
    return (
        over
        and statement.complaint is not None
        and in_force(statement)
        and not _somebody_waits(statement.complaint)
        and not (statement.act == "redact" and _is_needed(statement))
    )


def _somebody_waits(number: int) -> bool:
    """Whether an appeal, a challenge or another measure about the complaint is still open."""
    waiting = (
        select(Appeal.number).where(Appeal.complaint == number, Appeal.outcome.is_(None)),
        select(Challenge.number).where(Challenge.complaint == number, Challenge.outcome.is_(None)),
        select(Proposal.number).where(Proposal.complaint == number, Proposal.state == "open"),
    )
    return any(db.session.scalar(query.limit(1)) is not None for query in waiting)


def _is_needed(cut: Statement) -> bool:
    """Whether nothing is sealed by it, or an earlier cut of the same thing can still be undone:
    cuts are undone newest first."""
    earlier = select(Statement).where(
        Statement.complaint == cut.complaint, Statement.act == "redact",
        Statement.entry < cut.entry, Statement.restored_at.is_(None),
        Statement.destroyed_at.is_(None),
    )  # fmt: skip
    kept = any(row.item == cut.item for row in db.session.scalars(earlier))
    return kept or not sealed_by(cut.number)


def _destroy(statement: Statement) -> None:
    complaint, reply = target_of(statement.complaint or 0, statement.item)
    if statement.act == "redact":
        files = _destroy_cut(complaint, statement)
    elif reply is not None:
        files = _destroy_item(complaint, reply, statement)
    else:
        files = _destroy_whole(complaint, statement)
    complaint.redacted = still_cut(complaint) if reply or statement.act == "redact" else False
    whole = statement.act != "redact" and reply is None
    emit(TOPIC, number=complaint.number, whole=whole, sealed=statement.act == "redact",
         items=[reply.id] if reply else [], files=files)  # fmt: skip


def _destroy_cut(complaint: Complaint, statement: Statement) -> list[str]:
    closes = sorted({row.place for row in sealed_by(statement.number)})
    _say(complaint, statement.item, statement, closes)
    files: list[str] = erasing.destroy_sealed(Sealed.statement == statement.number)
    return files


def _destroy_item(complaint: Complaint, reply: Reply, statement: Statement) -> list[str]:
    known = erasing.entries_of_items(complaint.number)[reply.id]
    closes = known.held or [reply.entry]
    _say(complaint, reply.id, statement, closes)
    forget_redress(complaint.number, reply.id)
    forget_asked(complaint.number, reply.id)
    return erasing.destroy_item(reply, closes)


def _destroy_whole(complaint: Complaint, statement: Statement) -> list[str]:
    """The complaint, and what was said under it: none of it will ever be shown again."""
    files: list[str] = []
    for reply in erasing.things_said(complaint):
        if reply.body:
            files += _destroy_item(complaint, reply, statement)
    closes = erasing.openings_of_text(complaint)
    _say(complaint, None, statement, closes)
    forget_redress(complaint.number)
    forget_asked(complaint.number)
    return files + erasing.destroy_complaint(complaint, closes)


def _say(complaint: Complaint, item: int | None, statement: Statement, closes: list[int]) -> None:
    entry = log.append("sealed.destroyed", complaint=complaint.number, item=item,
                       of=statement.entry, by="system", statement=statement.number,
                       closes=closes)  # fmt: skip
    statement.destroyed_entry, statement.destroyed_at = entry.index, entry.at
    touch(complaint, entry)
