"""Undoing a measure, whatever it was: lapsed, rejected, a mistake, an appeal upheld.

with transaction():
    undo(statement, "appeal-upheld", by="auditor", staff="S-021")
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.base.db import db
from forum.base.refusal import Conflict
from forum.complaints.models import Complaint, Reply
from forum.log import service as log
from forum.moderation import delisting, items, redaction, removal, suspension
from forum.moderation.measures import target_of
from forum.moderation.models import Statement

UNDONE = {"redact": redaction.undo, "delist": delisting.undo, "suspend": suspension.undo}


def in_force(statement: Statement) -> bool:
    """Whether what the statement did still holds, and can be undone: erasures cannot."""
    if statement.restored_at is not None or statement.act == "erase":
        return False
    if statement.complaint is None:
        return True
    complaint, reply = target_of(statement.complaint, statement.item)
    if complaint.state == "erased" or is_destroyed(statement, complaint, reply):
        return False
    return _holds(statement, complaint, reply)


def is_destroyed(statement: Statement, complaint: Complaint, reply: Reply | None) -> bool:
    """Whether what it took from view is kept by nobody any more: by itself, or with the whole."""
    shown = (row.statement for row in (complaint, reply) if row is not None)
    over = (db.session.get(Statement, number) for number in shown if number is not None)
    return any(row.destroyed_at is not None for row in (statement, *over) if row is not None)


def _holds(statement: Statement, complaint: Complaint, reply: Reply | None) -> bool:
    if statement.act == "delist":
        return not complaint.listed
    if statement.act == "redact":
        return reply is None or reply.state != "erased"
    shown = complaint if reply is None else reply
    return shown.statement == statement.number and shown.state in ("removed", "refused")


def require_kept(statement: Statement) -> None:
    """Conflict when what it took from view was destroyed, so that nothing can be shown again."""
    if statement.complaint is None:
        return
    if is_destroyed(statement, *target_of(statement.complaint, statement.item)):
        raise Conflict(_l("封存的原文已按规则销毁，不能恢复。"), number=statement.number)


def undo(
    statement: Statement, reason: str, *, by: str, staff: str | None
) -> log.Appended:  # fmt: skip
    """Undo it in the open transaction, say why, tell whom it concerned; Conflict when it is over.

    by: moderator, auditor or system, with the staff number of the first two.
    """
    require_kept(statement)
    if not in_force(statement):
        raise Conflict(_l("这项处理已不再有效，没有可以恢复的。"), number=statement.number)
    if statement.act in UNDONE:
        entry = UNDONE[statement.act](statement, reason, by=by, staff=staff)
    else:
        complaint, reply = target_of(statement.complaint or 0, statement.item)
        if reply is None:
            return removal.bring_back(complaint, statement, reason, by=by, staff=staff)
        entry = items.bring_back(complaint, reply, statement, reason, by=by, staff=staff)
    statement.restored_entry, statement.restored_at = entry.index, entry.at
    statement.restored_reason = reason
    removal.settle(statement, "lapsed" if by == "system" else "rejected", entry, by, staff)
    db.session.flush()
    return entry
