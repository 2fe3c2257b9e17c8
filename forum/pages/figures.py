"""How many there are: counted from rows when asked for, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from forum.base import clock
from forum.base.db import db
from forum.complaints.models import Complaint
from forum.pages.head import SHOWN
from forum.transparency.queries import STATES, by_state, counting

__all__ = ["STATES", "Counts", "count"]

WAITING = ("open", "disputed")


@dataclass(frozen=True)
class Counts:
    """Complaints of one place, or of the whole board, by where they stand.

    received: the sum of the eight states. unanswered, overdue and confirmed are of those that can
    be read. next_due: when the next of them will be overdue.
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
    return Counts(**row._mapping)
