"""Reading what waits for a second person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import lazyload

from forum.accounts.models import Account
from forum.base.db import db
from forum.complaints.models import Complaint, Reply
from forum.moderation.models import Proposal
from forum.tlog.decided import DECIDERS

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


def ends_at(waits: Proposal) -> datetime:
    """Until when it can be answered: a refusal, not after the complaint is published by itself."""
    if waits.act != "refuse":
        return waits.lapses_at
    held = db.session.get(Complaint, waits.complaint)
    published = held.held_until if held is not None else None
    return min(waits.lapses_at, published) if published else waits.lapses_at


def alone_until(statements: Collection[int]) -> dict[int, datetime]:
    """Statement → when it lapses, of those that one person decided and nobody has confirmed yet."""
    if not statements:
        return {}
    waits = (Proposal.state == "open") & Proposal.alone.is_not(None)
    query = select(Proposal.number, Proposal.lapses_at)
    rows = db.session.execute(query.where(waits, Proposal.number.in_(statements)))
    return {row.number: row.lapses_at for row in rows}


def refusals_waiting() -> dict[int, Proposal]:
    """Complaint → what waits not to publish it: the proposal, or else the newest that asked for one."""
    waits = (Proposal.act == "refuse") & (Proposal.state == "open")
    # A proposal takes up what was asked before; what is asked after it comes second.
    order = (Proposal.by.in_(DECIDERS), Proposal.number)
    rows = db.session.scalars(select(Proposal).where(waits).order_by(*order))
    return {row.complaint: row for row in rows if row.complaint is not None}


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
