"""How many there are: counted from rows when asked for, in one statement.

And one more for the merged: no clock runs for them, since the older one is answered for both. While
that one waits too, each of them is as late as it would be by itself: merging makes nothing timely.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from forum.base import clock
from forum.base.db import db
from forum.complaints.clocks import due_of
from forum.complaints.models import Complaint
from forum.pages.head import SHOWN
from forum.transparency.queries import STATES, by_state, counting

__all__ = ["STATES", "Counts", "count"]

WAITING = ("open", "disputed")


@dataclass(frozen=True)
class Counts:
    """Complaints of one place, or of the whole board, by where they stand.

    received: the sum of the eight states. unanswered, overdue and confirmed are of those that can
    be read; overdue also of the merged, as long as neither they nor the older one are answered.
    next_due: when the next of them will be overdue.
    """

    received: int
    visible: int
    held: int
    refused: int
    removed: int
    erased: int
    merged: int
    withdrawn: int
    unanswered: int
    overdue: int
    confirmed: int
    imported: int
    next_due: datetime | None


def count(*where: ColumnElement[bool]) -> Counts:
    """Count the complaints for which all of `where` holds."""
    c, now = Complaint, clock.now()
    shown = c.state.in_(SHOWN)
    rules = by_state() | {
        "unanswered": shown & c.status.in_(WAITING),
        "overdue": shown & (c.due_at <= now),
        "confirmed": shown & (c.status == "confirmed"),
        "imported": c.imported.is_(True),
    }
    next_due = func.min(c.due_at).filter(shown & (c.due_at > now)).label("next_due")
    row = db.session.execute(
        select(func.count().label("received"), *counting(rules), next_due).where(*where)
    ).one()
    return _with_merged(Counts(**row._mapping), _merged_due(*where), now)


def _merged_due(*where: ColumnElement[bool]) -> list[datetime]:
    """When answers to the merged would be due, of those that wait like the one they are merged into."""
    c, into = Complaint, aliased(Complaint)
    waits = (c.state == "merged") & c.status.in_(WAITING) & c.imported.is_(False)
    waiting = (
        select(c.status, c.status_at, c.posted_at)
        .join(into, into.number == c.merged_into)
        .where(waits, into.status.in_(WAITING), *where)
    )
    due = (due_of(status, since, posted, reopened=since != posted)
           for status, since, posted in db.session.execute(waiting))  # fmt: skip
    return [at for at in due if at is not None]


def _with_merged(counts: Counts, due: list[datetime], now: datetime) -> Counts:
    late = sum(at <= now for at in due)
    coming = [at for at in (*due, counts.next_due) if at is not None and at > now]
    return replace(counts, overdue=counts.overdue + late, next_due=min(coming, default=None))
