"""Covering a part of a complaint, a reply or a comment, in every version; the rest stays readable.

One person alone may, for `personal-data` and nothing else; a second must confirm it within 72
hours, or it lapses. Cuts of one thing are undone newest first: each was made in what the one before
had left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base.cuts import without_marks
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid
from forum.base.text import normalise_line
from forum.complaints import covering
from forum.complaints.covering import Covered, Cuts, Kept
from forum.complaints.models import SHOWN, Complaint, Reply
from forum.complaints.service import touch
from forum.log import service as log
from forum.log.words import reason_label
from forum.moderation import items
from forum.moderation.already import too_late, whose
from forum.moderation.measures import (
    Act,
    Decision,
    Measure,
    keep_statement,
    statement_fields,
    target_of,
)
from forum.moderation.models import Proposal, Statement
from forum.moderation.part_left import letters, require_part_left
from forum.moderation.told import tell_concerned
from forum.tlog.entry import EntryError

GROUNDS = ("personal-data", "illegal", "abuse", "spam", "impersonation", "copyright",
           "defamation-notice", "authority-order", "court-order", "policy")  # fmt: skip
ALONE_FOR = "personal-data"
ALONE = timedelta(hours=72)
LEAST_PHRASE = 2
MOST_PHRASES = 30


def cuts_of(lines: str, photos: Sequence[int] = ()) -> Cuts:
    """What somebody typed, one phrase a line, as cuts; Invalid (field ``phrases``) when too short."""
    phrases = [line for line in map(normalise_line, lines.splitlines()) if line]
    phrases = list(dict.fromkeys(phrases))
    if any(len(phrase) < LEAST_PHRASE for phrase in phrases):
        raise Invalid(_l("每处至少写 2 个字，和原文一字不差。"), "phrases")
    if len(phrases) > MOST_PHRASES:
        raise Invalid(_l("一次最多遮盖 %(most)d 处。", most=MOST_PHRASES), "phrases")
    return Cuts(tuple(phrases), tuple(sorted(set(photos))))


def stored(cuts: Cuts | None) -> dict[str, list[object]] | None:
    """Cuts as a proposal keeps them."""
    if cuts is None:
        return None
    return {"phrases": list(cuts.phrases), "photos": list(cuts.photos)}


def of_proposal(proposal: Proposal) -> Cuts | None:
    """The cuts a proposal asks for, while it waits."""
    kept = proposal.cuts
    return Cuts(tuple(kept["phrases"]), tuple(kept["photos"])) if kept else None


def check(complaint: Complaint, reply: Reply | None) -> None:
    """Conflict unless it can be read, and no cut in it waits for its second person."""
    state = complaint.state if reply is None or complaint.state not in SHOWN else reply.state
    if state not in SHOWN:
        raise too_late(complaint, _l("原文已不在展示。"), reply)
    item = Proposal.item.is_(None) if reply is None else Proposal.item == reply.id
    alone = select(Proposal).where(
        Proposal.complaint == complaint.number, item, Proposal.act == "redact",
        Proposal.state == "open", Proposal.alone.is_not(None),
    )  # fmt: skip
    first = db.session.scalar(alone.limit(1))
    if first is not None:
        raise Conflict(
            _l("这里有一处遮盖还没有复核（%(staff)s，%(at)s，理由：%(reason)s，"
               "处理说明 %(number)d），请先复核。",
               **whose(first), reason=str(reason_label(first.reason)), number=first.number),
            number=first.number,
        )  # fmt: skip


def changes(
    complaint: Complaint, reply: Reply | None, cuts: Cuts | None, kept: Kept | None = None
) -> list[Covered]:
    """Each version before and after; Invalid when nothing is found, or not a part would be left.

    kept: what was read for many at once; those were looked at whole when they were proposed.
    """
    found = covering.covered(complaint, reply, cuts or Cuts(), kept)
    if not found:
        raise Invalid(_l("原文里没有找到要遮盖的文字。请照原文复制，一字不差。"), "phrases")
    for change in found:
        left = change.after["text"]
        lost = letters(change.before["text"]) and not letters(left)
        if lost or not without_marks(left).strip():
            raise Invalid(_l("这样就什么都不剩了。整条不展示，请用下架。"), "phrases")
    if kept is None:
        require_part_left(complaint, reply, found)
    return found


def look(complaint: Complaint, reply: Reply | None, measure: Measure) -> None:
    """Invalid unless the cuts find something, leave something, and the facts do not repeat them."""
    changes(complaint, reply, measure.cuts)
    phrases = measure.cuts.phrases if measure.cuts else ()
    if any(phrase in measure.given.facts for phrase in phrases):
        raise Invalid(_l("事实里不要引用要遮盖的文字：处理说明会一直公开。"), "facts")


def carry_out(decision: Decision) -> Statement:
    """Cover it everywhere; the author is told, and keeps what was covered to read."""
    complaint, reply = target_of(decision.complaint, decision.item)
    found = changes(complaint, reply, decision.cuts)
    fields = statement_fields(decision, "part")
    fields["texts"] |= covering.instead(found)
    closes = [change.entry for change in found]
    try:
        entry = log.append(
            _kind(reply, "redacted"), closes=closes, **_about(complaint, reply), **fields
        )
    except EntryError:
        raise Invalid(
            _l("要遮盖的版本和照片太多，一条记录写不下。请少选几处，分几次遮盖。"), "phrases"
        ) from None
    covering.cover(complaint, reply, found, decision.number, entry)
    complaint.redacted = True
    _touch(complaint, reply, entry)
    tell_concerned(complaint, reply, "redacted", decision.number)
    return keep_statement(decision, entry, "part")


REDACT = Act(GROUNDS, on_items=True, needs_auditor=False, check=check, carry_out=carry_out, look=look)  # fmt: skip


def undo(statement: Statement, reason: str, *, by: str, staff: str | None) -> log.Appended:
    """Show again what the statement's cut had covered; Conflict when that is not possible."""
    complaint, reply = target_of(statement.complaint or 0, statement.item)
    others = [cut for cut in _in_force(complaint) if cut.number != statement.number]
    if any(cut.item == statement.item and cut.entry > statement.entry for cut in others):
        raise Conflict(_l("后来又遮盖过一次。请先恢复后来那一次。"))
    if not covering.uncover(complaint, reply, statement.number, statement.entry):
        raise Conflict(_l("封存的原文已按规则销毁，不能恢复。"))
    entry = log.append(
        _kind(reply, "restored"), **_about(complaint, reply), by=by, staff=staff, second=None,
        reason=reason, statement=statement.number,
    )  # fmt: skip
    complaint.redacted = bool(others)
    _touch(complaint, reply, entry)
    tell_concerned(complaint, reply, "uncovered", statement.number)
    return entry


def still_cut(complaint: Complaint) -> bool:
    """Whether anything that was not erased has a cut."""
    return bool(_in_force(complaint))


def _in_force(complaint: Complaint) -> list[Statement]:
    query = select(Statement).where(
        Statement.complaint == complaint.number, Statement.act == "redact",
        Statement.restored_at.is_(None),
    )  # fmt: skip
    destroyed = select(Statement.number).where(Statement.destroyed_at.is_not(None))
    over = (Reply.state == "erased") | Reply.statement.in_(destroyed)
    gone = set(
        db.session.scalars(select(Reply.id).where(Reply.complaint == complaint.number, over))
    )
    return [cut for cut in db.session.scalars(query) if cut.item not in gone]


def _kind(reply: Reply | None, done: str) -> str:
    return f"complaint.{done}" if reply is None else items.kind_of(reply, done)


def _about(complaint: Complaint, reply: Reply | None) -> dict[str, Any]:
    if reply is None:
        return {"complaint": complaint.number, "of": complaint.act_entry}
    newest = items.newest_of(complaint, reply)
    return {"complaint": complaint.number, "item": reply.id, "of": newest}


def _touch(complaint: Complaint, reply: Reply | None, entry: log.Appended) -> None:
    if reply is None:
        complaint.act_entry = entry.index
    touch(complaint, entry)
