"""What was taken from view and is kept for an appeal: for auditors, and for those who decided it.

Whoever looks leaves an entry first (``sealed.viewed``); the page that does both is not here.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import NotAllowed, NotFound
from forum.complaints.covering import sealed_by
from forum.complaints.models import Complaint, Photo, Reply, Version
from forum.moderation.measures import target_of
from forum.moderation.models import Proposal, Statement
from forum.moderation.undoing import is_destroyed


@dataclass(frozen=True)
class SealedPart:
    """One piece of what cannot be read any more. entry: that committed to it; field: as there
    (text, remedy, author, photo.<k> …); value: the words, of a photo the digest of its file."""

    entry: int
    field: str
    value: str


def sealed_content(person: Account, statement: int) -> list[SealedPart]:
    """What the statement of this number took from view, in order of its entries.

    NotFound when there is no such statement; NotAllowed (rule ``sealed``) for everybody but
    auditors and the moderators who decided it, or may still decide what one did alone. Empty when nothing is kept (any more).
    """
    found = require_may_look(person, statement)
    if found.act == "redact":
        parts = [SealedPart(row.place, row.name, row.value) for row in sealed_by(statement)]
        return [part for part in parts if not part.field.endswith(".received")]
    return _taken_down(found)


def require_may_look(person: Account, number: int) -> Statement:
    """The statement, for auditors and the moderators who decided it, or may be the second person
    to do so; refuses as `sealed_content`."""
    found = db.session.get(Statement, number)
    if found is None:
        raise NotFound(_l("没有这份处理说明。"))
    if person.role != "auditor" and not _decided(person, found):
        raise NotAllowed(_l("封存的原文只有独立监督员和作决定的人可以看。"), rule="sealed")
    return found


def may_look(person: Account, number: int) -> bool:
    """Whether there is such a statement and `require_may_look` would not refuse."""
    try:
        require_may_look(person, number)
    except (NotAllowed, NotFound):
        return False
    return True


def _decided(person: Account, statement: Statement) -> bool:
    waiting = db.session.get(Proposal, statement.number)
    third = waiting.decided_staff if waiting is not None else None
    deciders = (statement.staff, statement.second, third)
    waits = waiting is not None and _waits_for_second(waiting)
    return person.role == "moderator" and (waits or person.staff_no in deciders)


def _waits_for_second(proposal: Proposal) -> bool:
    """What one person did alone is judged by a second, who must be able to read it."""
    return (
        proposal.alone is not None and proposal.state == "open"
        and proposal.lapses_at > clock.now()
    )  # fmt: skip


def _taken_down(statement: Statement) -> list[SealedPart]:
    """What was removed or refused stays in its own rows, and is shown there to nobody."""
    if statement.complaint is None:
        return []
    complaint, reply = target_of(statement.complaint, statement.item)
    shown = complaint if reply is None else reply
    here = shown.state in ("removed", "refused") and shown.statement == statement.number
    if not here or is_destroyed(statement, complaint, reply):
        return []
    words = _of_complaint(complaint) if reply is None else _of_reply(reply)
    of = Photo.reply_id.is_(None) if reply is None else Photo.reply_id == reply.id
    query = select(Photo).where(Photo.complaint == complaint.number, of).order_by(Photo.position)
    for photo in db.session.scalars(query):
        name = f"photo.{photo.position}"
        words += [SealedPart(photo.entry, name, photo.sha256),
                  SealedPart(photo.entry, f"{name}.alt", photo.alt)]  # fmt: skip
    return words


def _of_complaint(complaint: Complaint) -> list[SealedPart]:
    versions = select(Version).where(Version.complaint == complaint.number)
    parts = [SealedPart(row.entry, "text", f"{row.title}\n{row.body}")
             for row in db.session.scalars(versions.order_by(Version.entry))]  # fmt: skip
    parts.append(SealedPart(complaint.entry, "author", complaint.author))
    if complaint.remedy:
        parts.append(SealedPart(complaint.entry, "remedy", complaint.remedy))
    return parts


def _of_reply(reply: Reply) -> list[SealedPart]:
    return [
        SealedPart(reply.entry, "text", reply.body),
        SealedPart(reply.entry, "author", reply.by),
    ]
