"""Reading what an auditor's desk shows: the log's hiding acts, who looked at them, samples, opinions."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from forum.base.db import db
from forum.log import queries as log
from forum.log.held import entries
from forum.log.models import LogEntry
from forum.tlog.entry import parse_entry
from forum.tlog.sample import draw
from forum.transparency.models import AuditReport

Found = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Visit:
    """Where an auditor stopped last: index and time of their newest review."""

    index: int
    at: datetime


@dataclass(frozen=True)
class Sample:
    """Entries that were drawn. size, root (base64): the tree whose root is the seed; first, last:
    the stretch of the log; candidates: how many hiding acts there are in it; drawn: indexes."""

    size: int
    root: str
    first: int
    last: int
    candidates: int
    drawn: Sequence[int]


def last_visit(staff: str | None) -> Visit | None:
    """The newest review of this staff number; None before the first."""
    newest = (
        select(LogEntry.index, LogEntry.at, LogEntry.bytes)
        .where(LogEntry.kind == "audit.reviewed")
        .order_by(LogEntry.index.desc())
    )
    for index, at, data in db.session.execute(newest):
        if parse_entry(data)["staff"] == staff:
            return Visit(index, at)
    return None


def reviews() -> dict[int, dict[str, Any]]:
    """Entry → the newest review of it."""
    return {entry["of"]: entry for _index, entry in entries("audit.reviewed")}


def hiding_after(index: int, limit: int) -> list[Found]:
    """The hiding acts after the entry `index`, oldest first; -1: from the beginning."""
    rows = db.session.execute(
        select(LogEntry.index, LogEntry.bytes)
        .where(LogEntry.hides.is_(True), LogEntry.index > index)
        .order_by(LogEntry.index)
        .limit(limit)
    )
    return [(found, parse_entry(data)) for found, data in rows]


def count_hiding_after(index: int) -> int:
    """How many hiding acts there are after the entry `index`."""
    after = select(db.func.count()).where(LogEntry.hides.is_(True), LogEntry.index > index)
    return db.session.scalar(after) or 0


def sample(first: int, size: int, wanted: int) -> Sample:
    """`wanted` of the hiding acts from entry `first` on, of the first `size` entries; the seed is
    the root of these. Everybody who has the log draws the same (`forum.tlog.sample`)."""
    candidates = list(
        db.session.scalars(
            select(LogEntry.index)
            .where(LogEntry.hides.is_(True), LogEntry.index >= first, LogEntry.index < size)
            .order_by(LogEntry.index)
        )
    )
    root = log.root_at(size)
    drawn = draw(b64decode(root), candidates, wanted)
    return Sample(size, root, first, size - 1, len(candidates), drawn)


def opinion(number: int) -> AuditReport | None:
    """The signed opinion of this number; None when there is none."""
    return db.session.get(AuditReport, number) if number <= log.MOST else None


def opinions(limit: int | None = None) -> list[AuditReport]:
    """What auditors signed, newest first."""
    query = select(AuditReport).order_by(AuditReport.number.desc())
    return list(db.session.scalars(query.limit(limit) if limit else query))
