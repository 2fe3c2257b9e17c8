"""Reading what waits for a second person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
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


def suspects(account_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Whom suspensions are about, by account: the pseudonym, and the numbers of the newest
    complaints; one query however many they are."""
    if not account_ids:
        return {}
    place = func.row_number().over(
        partition_by=Complaint.account_id, order_by=Complaint.number.desc()
    )
    posted = (
        select(Complaint.account_id, Complaint.number, place.label("place"))
        .where(Complaint.account_id.in_(account_ids))
        .subquery()
    )
    newest = (posted.c.account_id == Account.id) & (posted.c.place <= NEWEST)
    query = select(Account.id, Account.name, posted.c.number).outerjoin(posted, newest)
    rows = query.where(Account.id.in_(account_ids)).order_by(posted.c.number.desc())
    found: dict[int, dict[str, Any]] = {}
    for account_id, name, number in db.session.execute(rows):
        numbers = found.setdefault(account_id, {"name": name, "numbers": []})["numbers"]
        numbers += [number] if number else []
    return found
