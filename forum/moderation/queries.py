"""Reading what waits for a second person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from forum.accounts.models import Account
from forum.base.db import db
from forum.complaints.models import Complaint, Reply
from forum.moderation.models import Proposal

NEWEST = 5


def proposal(number: int) -> Proposal | None:
    """What waits, or waited, under this number."""
    return db.session.get(Proposal, number)


def open_proposals() -> list[tuple[Proposal, Complaint | None, Reply | None]]:
    """What waits, oldest first, with the complaint and the reply or comment it is about.

    What would suspend an author is about no complaint.
    """
    rows = db.session.execute(
        select(Proposal, Complaint, Reply)
        .outerjoin(Complaint, Complaint.number == Proposal.complaint)
        .outerjoin(Reply, Reply.id == Proposal.item)
        .where(Proposal.state == "open")
        .order_by(Proposal.at, Proposal.number)
        # Joined to their places, as they otherwise are, those about no complaint would be lost.
        .options(lazyload(Complaint.project), lazyload(Complaint.category))
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


def suspect(account_id: int) -> dict[str, Any]:
    """Whom a suspension is about: the pseudonym, and the numbers of the newest complaints."""
    account = db.session.get(Account, account_id)
    posted = select(Complaint.number).where(Complaint.account_id == account_id)
    newest = db.session.scalars(posted.order_by(Complaint.number.desc()).limit(NEWEST))
    return {"name": account.name if account else "", "numbers": list(newest)}
