"""Decisions that can be appealed against: which entry they are, whom they concern, who took part.

`decision_at(40)` is the decision that entry 40 wrote down; `concerned_as(person, decided)` says
whether, and as what, the person may appeal; who had a part in it (`part_taken`) does not decide it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account, Suspension
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import NotFound
from forum.complaints.models import Complaint, Reply
from forum.log import queries as log
from forum.log.held import entries
from forum.log.queries import MOST, entries_of
from forum.moderation.check import MEASURES
from forum.moderation.flag_models import Flag
from forum.moderation.models import Ruling, Statement
from forum.moderation.moving import may_be_put_back, standing
from forum.moderation.undoing import in_force

# What one person decides and nobody confirms: a statement of its own it has none.
RULINGS = ("complaint.locked", "complaint.moved", "complaint.merged")
KEPT = "flag.decided"


@dataclass(frozen=True)
class Decided:
    """A decision as its entry says it. at: when those concerned were told."""

    index: int
    entry: Mapping[str, Any]
    kind: str
    at: datetime
    complaint: int | None
    item: int | None
    statement: int | None


def decision_at(index: int) -> Decided:
    """The decision at this index of the log; NotFound when it is none, or none to appeal against."""
    entry = log.entry(index) if 0 <= index <= MOST else None
    if entry is None or not _is_decision(entry):
        raise NotFound(_l("这一条记录不是可以申诉的决定。对任何记录都可以提出异议。"), index=index)
    return Decided(
        index=index, entry=entry, kind=entry["kind"], at=clock.parse_utc(entry["at"]),
        complaint=entry.get("complaint"), item=entry.get("item"),
        statement=entry.get("statement"),
    )  # fmt: skip


def _is_decision(entry: Mapping[str, Any]) -> bool:
    if entry["kind"] == KEPT:
        return bool(entry["decision"] == "kept")
    return entry["kind"] in (*MEASURES, *RULINGS)


def statement_decision(number: int) -> Decided:
    """The decision that a statement of reasons is about; NotFound when there is no statement."""
    found = db.session.get(Statement, number) if 0 < number <= MOST else None
    if found is None:
        raise NotFound(_l("没有这份处理说明。"))
    return decision_at(found.entry)


def concerned_as(person: Account, decided: Decided) -> str | None:
    """As what the decision concerns this person: author, member or staff; None when it does not."""
    if decided.kind == "member.suspended":
        row = db.session.get(Suspension, decided.statement or 0)
        return "member" if row is not None and row.account_id == person.id else None
    if decided.kind == KEPT:
        return "member" if person.id in flaggers_of(decided) else None
    if decided.item is not None:
        reply = db.session.get(Reply, decided.item)
        if reply is None or reply.account_id != person.id:
            return None
        return "author" if reply.kind == "comment" else "staff"
    complaint = db.session.get(Complaint, decided.complaint or 0)
    own = complaint is not None and complaint.account_id == person.id
    return "author" if own else None


def flaggers_of(decided: Decided) -> set[int]:
    """The accounts whose flags were decided by it."""
    return set(db.session.scalars(select(Flag.account_id).where(Flag.decided == decided.index)))


def is_over(decided: Decided) -> bool:
    """Whether what was decided does not hold any more, so that there is nothing to put right.

    Undone, or replaced by a later act (`replaced_by`), which can be appealed against instead. What
    was destroyed, or erased, cannot be put right either; but whether it was right can be said.
    """
    statement = db.session.get(Statement, decided.statement or 0)
    if statement is not None:
        return statement.restored_at is not None
    complaint = db.session.get(Complaint, decided.complaint or 0)
    if complaint is None or decided.kind not in RULINGS:
        return False
    return not _stands(decided, complaint)


def _stands(decided: Decided, complaint: Complaint) -> bool:
    if decided.kind == "complaint.moved":
        moved = db.session.get(Ruling, decided.index)
        return moved is not None and bool(standing(moved, complaint))
    is_so = complaint.locked if decided.kind == "complaint.locked" else complaint.state == "merged"
    return is_so and _newest_of_kind(decided) == decided.index


def replaced_by(decided: Decided) -> int | None:
    """The later act of the same kind that holds in its stead; None when it holds itself, or nothing
    does. Once that one is undone, what it replaced may hold again."""
    if decided.kind not in RULINGS or not is_over(decided):
        return None
    newest = decision_at(_newest_of_kind(decided))
    return None if newest.index == decided.index or is_over(newest) else newest.index


def _newest_of_kind(decided: Decided) -> int:
    rows = entries_of(decided.complaint or 0)
    return max(index for index, entry in rows if entry["kind"] == decided.kind)


def can_be_undone(decided: Decided) -> bool:
    """Whether upholding an appeal puts it right at once."""
    if decided.statement is not None and decided.kind != KEPT:
        statement = db.session.get(Statement, decided.statement)
        return statement is not None and in_force(statement)
    if decided.kind not in RULINGS or is_over(decided):
        return False
    complaint = db.session.get(Complaint, decided.complaint or 0)
    if complaint is None or decided.kind != "complaint.moved":
        return complaint is not None
    return may_be_put_back(db.session.get(Ruling, decided.index), complaint)


def viewers(number: int) -> list[tuple[int, str, str]]:
    """Who looked at what a statement took from view: index, staff number and role, oldest first."""
    statement = db.session.get(Statement, number)
    if statement is None:
        return []
    of_complaint = statement.complaint
    rows = entries_of(of_complaint) if of_complaint is not None else list(entries("sealed.viewed"))
    return [(index, entry["staff"], entry["by"]) for index, entry in rows
            if entry["kind"] == "sealed.viewed" and entry["statement"] == number]  # fmt: skip
