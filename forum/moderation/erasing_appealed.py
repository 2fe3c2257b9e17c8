"""Erasing what an appeal is about: it waits, unless the law leaves no time.

What an auditor has to look at, and what was written to them, ends with an erasure. Where that could
not wait, the appeal stays open: whether the decision was right can still be said. A challenge makes
nothing wait: anybody can file one, and so could keep somebody's telephone number on the board.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from forum.base import clock
from forum.base.db import db
from forum.base.outbox import emit
from forum.base.refusal import Conflict
from forum.complaints.models import Complaint, Reply
from forum.log import service
from forum.moderation.models import Statement
from forum.moderation.redress_models import Appeal

# Orders bind whoever is still to be heard, and what authors want gone is theirs.
AT_ONCE = ("authority-order", "court-order", "author-request")


def require_nobody_waits(complaint: Complaint, reply: Reply | None, reason: str) -> None:
    """Conflict, naming it, while an appeal about what is to be erased is open."""
    if reason in AT_ONCE:
        return
    appeal = db.session.scalar(select(Appeal).where(_waits(complaint, reply)).limit(1))
    if appeal is not None:
        raise Conflict(
            _l("第 %(number)d 号申诉还没有决定：监督员要看原文，在那之前不能清除。主管部门的决定、"
               "法院的裁判、作者自己的要求除外。", number=appeal.number), number=appeal.number,
            appeal=appeal.number,
        )  # fmt: skip


def tell_appellants(complaint: Complaint, reply: Reply | None, entry: service.Appended) -> None:
    """Whoever waits for a decision about it hears that it was erased, and that they get one still."""
    for appeal in db.session.scalars(select(Appeal).where(_waits(complaint, reply))):
        if appeal.account_id is not None:
            emit("author.told", account=appeal.account_id, complaint=complaint.number,
                 what="appeal.erased", appeal=appeal.number, at=clock.format_utc(entry.at))  # fmt: skip


def erased_by(number: int | None, item: int | None) -> int | None:
    """The entry by which a complaint, or an item under it, was erased; None where it was not."""
    complaint = db.session.get(Complaint, number) if number is not None else None
    reply = db.session.get(Reply, item) if item is not None else None
    over = next((row for row in (complaint, reply) if row is not None and row.state == "erased"), None)  # fmt: skip
    statement = db.session.get(Statement, over.statement or 0) if over is not None else None
    return statement.entry if statement is not None else None


def _waits(complaint: Complaint, reply: Reply | None) -> ColumnElement[bool]:
    """Of a whole complaint also what is about the things said under it: they go with it."""
    # Whoever flagged it and appeals (as a member) against keeping it wants it gone.
    concerned = Appeal.outcome.is_(None) & (Appeal.by != "member")
    open_still = (Appeal.complaint == complaint.number) & concerned
    return open_still if reply is None else open_still & (Appeal.item == reply.id)
