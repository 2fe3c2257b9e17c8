"""Two complaints about the same matter: whose me-toos count where, without counting anybody twice.

While a complaint is merged into an older one, those who said "me too" under it, and its author,
count there too; whoever counts there already is not counted again. Undone, each counts as before.
Both keep their texts and pages. Who decides on merging is `forum.moderation.merging`.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.complaints.models import Complaint, Support
from forum.complaints.service import start_clock, touch
from forum.log.service import Appended


def carry_over(complaint: Complaint, target: Complaint) -> int:
    """Let the people of `complaint` count under `target`; the supporters there afterwards."""
    known = set(_supporters(target)) | {target.account_id}
    now = clock.now()
    new = [person for person in _people(complaint) if person not in known]
    db.session.add_all(
        Support(complaint=target.number, account_id=person, at=now, merged_from=complaint.number)
        for person in new
    )
    # An archive tells only how many: nobody knows whether they are the same people.
    target.imported_supporters += complaint.imported_supporters
    target.supporters += len(new) + complaint.imported_supporters
    return target.supporters


def take_back(complaint: Complaint, target: Complaint) -> int:
    """The opposite; who also counts there through another merged complaint goes on counting."""
    others: dict[int, int] = {}
    for other in merged_into(target.number):
        if other.number != complaint.number:
            others |= dict.fromkeys(_people(other), other.number)
    carried = select(Support).where(
        Support.complaint == target.number, Support.merged_from == complaint.number
    )
    for row in db.session.scalars(carried).all():
        row.merged_from = others.get(row.account_id)
        if row.merged_from is None:
            db.session.delete(row)
            target.supporters -= 1
    target.imported_supporters -= complaint.imported_supporters
    target.supporters -= complaint.imported_supporters
    return target.supporters


def merged_into(number: int) -> list[Complaint]:
    """The complaints that are merged into this one, by number."""
    query = select(Complaint).where(Complaint.merged_into == number, Complaint.state == "merged")
    return list(db.session.scalars(query.order_by(Complaint.number)))


def join(complaint: Complaint, target: Complaint, entry: Appended) -> None:
    """Note that it is merged, as the entry says; both pages change."""
    complaint.state, complaint.state_at = "merged", entry.at
    complaint.merged_into, complaint.act_entry = target.number, entry.index
    _settle(complaint, target, entry)


def part(complaint: Complaint, target: Complaint, entry: Appended) -> None:
    """Note that it stands for itself again."""
    complaint.state, complaint.state_at = "visible", entry.at
    complaint.merged_into, complaint.act_entry = None, entry.index
    _settle(complaint, target, entry)


def _settle(complaint: Complaint, target: Complaint, entry: Appended) -> None:
    start_clock(complaint)
    touch(complaint, entry)
    touch(target, entry)


def _supporters(complaint: Complaint) -> Iterable[int]:
    query = select(Support.account_id).where(Support.complaint == complaint.number)
    return db.session.scalars(query.order_by(Support.account_id))


def _people(complaint: Complaint) -> list[int]:
    own = [complaint.account_id] if complaint.account_id is not None else []
    return [*own, *(person for person in _supporters(complaint) if person not in own)]
