"""`compose(day)`: the digest as a frozen value. Reads only; `service.send` stores and sends it."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import NotFound
from forum.digest import acts, cases, queries
from forum.digest.logcheck import check
from forum.digest.value import Digest, from_payload
from forum.log.models import LogCheckpoint
from forum.log.publishing import witness_count
from forum.moderation.redress_models import Appeal, Challenge
from forum.transparency.queries import balance


def compose(day: date) -> Digest:
    """The digest of `day`, the one that was sent when one was.

    Only today's can be made, and yesterday's while today's is not sent: what waited on an earlier
    day is not known any more, and an act belongs to one issue. NotFound for other days.
    """
    sent = queries.issue(day)
    if sent is not None:
        return from_payload(sent.payload)
    today = clock.local_date()
    newest = queries.newest()
    if not today - timedelta(days=1) <= day <= today or (newest and newest.date > day):
        raise NotFound(_l("这一天没有寄出今日必看。"), day=day.isoformat())
    return _compose(day)


def _compose(day: date) -> Digest:
    # First, because it ends the read transaction: all that follows is of one state on SQLite.
    checked = check()
    now = clock.now().replace(microsecond=0)
    counted = balance()
    first, end = _window(day, counted.size)
    entries, others = acts.between(first, end)
    overdue_total, overdue = cases.overdue(now)
    unanswered_total, unanswered = cases.unanswered(now)
    ranking, unranked = cases.ranking()
    return Digest(
        day=day, composed_at=now, acts_from=first, acts_until=end, balance=counted,
        note=_note(counted.size), witnesses=witness_count(), check=checked,
        overdue_total=overdue_total, overdue=overdue,
        unanswered_total=unanswered_total, unanswered=unanswered,
        acts=acts.hiding_acts(entries), other_acts=others,
        broken=cases.broken_promises(e for _, e in entries if e["kind"] == acts.BROKEN),
        voices=cases.voices(now), counts=cases.counts(now), ranking=ranking, unranked=unranked,
        asked=acts.asked(first, end), appeals=acts.redress(Appeal, now),
        challenges=acts.redress(Challenge, now),
    )  # fmt: skip


def _window(day: date, size: int) -> tuple[int, int]:
    """From where the issue before ended (the first: from yesterday's midnight) to the day's end."""
    before = queries.newest(before=day)
    if before is not None:
        first = from_payload(before.payload).acts_until
    else:
        first = acts.first_index_since(acts.midnight(day - timedelta(days=1)))
    return first, min(size, acts.end_of(day))


def _note(size: int) -> str:
    query = select(LogCheckpoint.note).where(LogCheckpoint.size == size)
    return db.session.scalar(query) or ""
