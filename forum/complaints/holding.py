"""Waiting before the first publication: number, receipt and a public clock at once, the text later.

Only where the operator must look first (`FORUM_HOLD=on`). Silence buries nothing: what nobody
decides is published by itself when its time is over (`forum.moderation.holding`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from forum.base import clock
from forum.base.db import db
from forum.base.resources import setting
from forum.complaints.models import Complaint
from forum.log import service as log

HOLD = timedelta(hours=24)


@dataclass(frozen=True)
class Queue:
    """What waits now. received: the complaints it is a part of; oldest_at: None when none waits."""

    waiting: int
    received: int
    oldest_at: datetime | None
    due_at: datetime | None


def is_on() -> bool:
    """Whether new complaints wait."""
    return bool(setting("FORUM_HOLD") == "on")


def hold(complaint: Complaint) -> None:
    """Let a complaint that was posted in the open transaction wait, for 24 hours at the most."""
    due = complaint.posted_at + HOLD
    entry = log.append("complaint.held", complaint=complaint.number, of=complaint.act_entry,
                       by="system", due=clock.format_utc(due))  # fmt: skip
    complaint.state, complaint.state_at, complaint.held_until = "held", entry.at, due
    complaint.act_entry = complaint.last_entry = entry.index
    complaint.due_at = None


def queue() -> Queue:
    """How many wait, of how many ever received, and since and until when the oldest does."""
    held = Complaint.state == "held"
    waiting, received, oldest, due = db.session.execute(
        select(
            func.count().filter(held), func.count(), func.min(Complaint.posted_at).filter(held),
            func.min(Complaint.held_until).filter(held),
        ).select_from(Complaint)
    ).one()  # fmt: skip
    return Queue(waiting, received, oldest, due)


def waiting_list(limit: int = 200) -> list[Complaint]:
    """The complaints that wait, oldest first."""
    query = select(Complaint).where(Complaint.state == "held").order_by(Complaint.number)
    return list(db.session.scalars(query.limit(limit)))
