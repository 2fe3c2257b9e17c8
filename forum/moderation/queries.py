"""Reading what waits for a second person."""

from __future__ import annotations

from sqlalchemy import select

from forum.base.db import db
from forum.complaints.models import Complaint, Reply
from forum.moderation.models import Proposal


def proposal(number: int) -> Proposal | None:
    """What waits, or waited, under this number."""
    return db.session.get(Proposal, number)


def open_proposals() -> list[tuple[Proposal, Complaint, Reply | None]]:
    """What waits, oldest first, with the complaint and the reply or comment it is about."""
    rows = db.session.execute(
        select(Proposal, Complaint, Reply)
        .join(Complaint, Complaint.number == Proposal.complaint)
        .outerjoin(Reply, Reply.id == Proposal.item)
        .where(Proposal.state == "open")
        .order_by(Proposal.at, Proposal.number)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def under_review(complaint: int) -> list[Proposal]:
    """What waits about one complaint before anything was done, oldest first."""
    return list(
        db.session.scalars(
            select(Proposal)
            .where(
                Proposal.complaint == complaint,
                Proposal.state == "open",
                Proposal.alone.is_(None),
            )
            .order_by(Proposal.number)
        )
    )
