"""Reading what the homeowner's side needs; pages have their own queries."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.complaints.models import Complaint, Photo, Reply, WithdrawalReason

HALF_A_YEAR = timedelta(days=182)
LEAST = 10  # below that many cases no figure is given
_DIGEST = re.compile(r"[0-9a-f]{64}")


def photo_is_shown(sha256: str) -> bool:
    """Whether a photo (or its small copy) belongs to a complaint that people can see."""
    # PostgreSQL takes no NUL, not even to compare with; other texts are simply no photo's.
    return _DIGEST.fullmatch(sha256) is not None and (
        db.session.scalar(
            select(Photo.id)
            .join(Complaint, Complaint.number == Photo.complaint)
            .outerjoin(Reply, Reply.id == Photo.reply_id)
            .where(
                (Photo.sha256 == sha256) | (Photo.thumb == sha256),
                Complaint.state.in_(("visible", "merged")),
                Reply.id.is_(None) | (Reply.state == "visible"),
            )
            .limit(1)
        )
        is not None
    )


def nine_in_ten_answered_within() -> int | None:
    """Days within which nine in ten of the last half year's complaints were first answered.

    Those without an answer count as longer than all others, whatever became of them: hiding a
    slow case does not improve the figure. None below ten cases, or when nine in ten have no answer.
    """
    rows = db.session.execute(
        select(Complaint.posted_at, Complaint.answered_at).where(
            Complaint.imported.is_(False), Complaint.posted_at >= clock.now() - HALF_A_YEAR
        )
    ).all()
    if len(rows) < LEAST:
        return None
    never = timedelta.max
    waits = sorted(answered - posted if answered else never for posted, answered in rows)
    wait = waits[-(-9 * len(waits) // 10) - 1]
    return None if wait == never else wait.days + 1


def photos_under(number: int, item: int | None) -> list[tuple[int, str]]:
    """(position, description) of the photos of a complaint, or of one item under it, in order."""
    of = Photo.reply_id.is_(None) if item is None else Photo.reply_id == item
    query = select(Photo.position, Photo.alt).where(Photo.complaint == number, of)
    return [(row.position, row.alt) for row in db.session.execute(query.order_by(Photo.position))]


def existing_all(numbers: Collection[int]) -> dict[int, Complaint]:
    """Number → complaint, whatever its state, in one query however many they are."""
    if not numbers:
        return {}
    found = db.session.scalars(select(Complaint).where(Complaint.number.in_(numbers))).unique()
    return {row.number: row for row in found}


def withdrawal_reasons() -> list[WithdrawalReason]:
    """Why authors took complaints back, where they said so, newest first; for auditors alone."""
    query = select(WithdrawalReason).order_by(WithdrawalReason.entry.desc())
    return list(db.session.scalars(query))
