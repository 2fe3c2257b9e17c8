"""Closing the board: two people, a public announcement, thirty days, and then only reading.

One person inside proposes a day and a text; another agrees; the announcement is one entry. It can
be put off by another announcement with a later day, by two people again, and never brought
forward or taken back in silence: every announcement stays in the log. What nobody agreed to has no
entry, and is not known any more after `forum log recover`; here it stays, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound
from forum.complaints.drafts import a_text
from forum.log import service as log
from forum.log.closing import Closed, announced, closed_sentence
from forum.moderation.closing_models import Closing, ClosingDraft

NOTICE = timedelta(days=30)
WAIT = timedelta(hours=72)
MIN_TEXT, MAX_TEXT = 20, 2_000
TOPIC = "board.closing"


@dataclass(frozen=True)
class Announcement:
    """What is to be announced: the first day on which nothing can be written, and why."""

    until: date
    text: str


def propose(person: Account, given: Announcement) -> ClosingDraft:
    """Take the first step; what nobody agrees to within 72 hours is void.

    Invalid for a day too near or a text too short; Conflict while another proposal waits.
    """
    rights.require(person.role, "closing.propose")
    text = a_text("text", given.text, MAX_TEXT, _l("请写明为什么关闭，以后到哪里找我们。"))
    if len(text) < MIN_TEXT:
        raise Invalid(_l("请写明为什么关闭，以后到哪里找我们。"), "text")
    with transaction():
        _require_day(given.until)
        if waiting() is not None:
            raise Conflict(_l("已有一份关闭提议等待复核。"))
        draft = ClosingDraft(until=given.until, text=text, by=person.role, at=clock.now(),
                             staff=str(person.staff_no), account_id=person.id)  # fmt: skip
        db.session.add(draft)
        db.session.flush()
        return draft


def approve(person: Account, number: int) -> Closing:
    """The second person agrees: the announcement is public from now on."""
    rights.require(person.role, "closing.decide")
    with transaction():
        draft = _draft(number)
        if draft.account_id == person.id or draft.staff == person.staff_no:
            raise NotAllowed(_l("提出的人不能自己复核。"), rule="second")
        _require_day(draft.until)
        second = str(person.staff_no)
        entry = log.append("board.closing", by=draft.by, staff=draft.staff, second=second,
                           until=draft.until.isoformat(), texts={"text": draft.text})  # fmt: skip
        closing = Closing(entry=entry.index, until=draft.until, text=draft.text, by=draft.by,
                          staff=draft.staff, second=second, at=entry.at)  # fmt: skip
        db.session.add(closing)
        db.session.delete(draft)
        emit(TOPIC, entry=entry.index)
        return closing


def reject(person: Account, number: int) -> ClosingDraft:
    """The second person does not agree; the proposer may also take it back so. Both stay public."""
    rights.require(person.role, "closing.decide")
    with transaction():
        draft = _draft(number)
        own = draft.account_id == person.id or draft.staff == person.staff_no
        draft.state = "withdrawn" if own else "rejected"
        draft.decided_by, draft.decided_staff = person.role, person.staff_no
        draft.decided_at = clock.now().replace(microsecond=0)
        return draft


def waiting() -> ClosingDraft | None:
    """The proposal that waits for a second person."""
    fresh = (ClosingDraft.state == "open") & (ClosingDraft.at > clock.now() - WAIT)
    return db.session.scalar(select(ClosingDraft).where(fresh).limit(1))


def not_agreed() -> list[ClosingDraft]:
    """The proposals that came to nothing, newest first: turned down, taken back, or lapsed."""
    over = (ClosingDraft.state != "open") | (ClosingDraft.at <= clock.now() - WAIT)
    return list(
        db.session.scalars(select(ClosingDraft).where(over).order_by(ClosingDraft.id.desc()))
    )


def history() -> list[Closing]:
    """Every announcement, newest first."""
    return list(db.session.scalars(select(Closing).order_by(Closing.entry.desc())))


def _draft(number: int) -> ClosingDraft:
    draft = waiting()
    if draft is None or draft.id != number:
        raise NotFound(_l("这份关闭提议已不在，或者已作废。"))
    return draft


def _require_day(until: date) -> None:
    """Invalid unless it is thirty days ahead, and later than what was announced before."""
    before = announced()
    if before is not None and before.is_closed():
        raise Closed(closed_sentence(before), rule="closed")
    if until < clock.local_date() + NOTICE:
        raise Invalid(_l("至少提前 30 天公告。请选 %(day)s 或以后。",
                         day=(clock.local_date() + NOTICE).isoformat()), "until")  # fmt: skip
    if before is not None and until <= before.until:
        raise Invalid(_l("已公告 %(day)s 关闭，只能推迟，不能提前。", day=before.until.isoformat()),
                      "until")  # fmt: skip
