"""Reading what an auditor's desk shows: the log's hiding acts, who looked at them, samples, opinions."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from forum.base.clock import parse_utc
from forum.base.db import db
from forum.log import queries as log
from forum.log.held import entries
from forum.log.models import LogEntry
from forum.log.queries import Tip
from forum.moderation.part_taken import WATCHED, parts_of
from forum.tlog.kinds import KINDS
from forum.tlog.measures import Figures, figures
from forum.tlog.recorded import Opinion
from forum.tlog.sample import draw
from forum.transparency.facts import read_acts
from forum.transparency.models import AuditReport
from forum.transparency.roles import KINDS as ROLES
from forum.transparency.roles import Appointment, appointments_of, of_staff

Found = tuple[int, dict[str, Any]]
_WATCHED = (*ROLES, *WATCHED)


@dataclass(frozen=True)
class Visit:
    """Where an auditor stopped last: index and time of their newest review."""

    index: int
    at: datetime


@dataclass(frozen=True)
class Desk:
    """What one auditor's desk is about; entries are named by their index, oldest first.

    acts: every hiding act there ever was. open: of those since the term began, what this auditor
    has not reviewed. for_others: of those, what they had a part in and nobody has reviewed; mine:
    all they had a part in. reviews: entry → the newest review of it; visit: the auditor's newest.
    """

    figures: Figures
    opinions: Sequence[Opinion]
    appointment: Appointment | None
    visit: Visit | None
    reviews: Mapping[int, Mapping[str, Any]]
    acts: Sequence[int]
    open: Sequence[int]
    for_others: Sequence[int]
    mine: Collection[int]


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


def at_desk(staff: str | None, tip: Tip | None) -> Desk:
    """All that the desk of this staff number is about, from one reading of the log."""
    seen = _Seen(staff)
    facts = read_acts(tip.size if tip else 0, _WATCHED, seen.read)
    given = appointments_of(seen.roles)
    since = began(given, staff)
    waiting = [index for index, _entry in seen.hiding if index > since]
    mine = {index for index, entry in seen.hiding if seen.parts.touch(index, entry)}
    return Desk(
        figures=figures(facts, "all"), opinions=facts.recorded.opinions[::-1],
        appointment=of_staff(given, staff), visit=seen.visit, reviews=seen.reviews, mine=mine,
        acts=[index for index, _entry in seen.hiding],
        open=[index for index in waiting if index not in seen.reviewed and index not in mine],
        for_others=[index for index in waiting if index in mine and index not in seen.reviews],
    )  # fmt: skip


class _Seen:
    """What the entries say that a desk needs, read in the order of the log."""

    def __init__(self, staff: str | None) -> None:
        self.staff, self.parts = staff, parts_of(staff)
        self.visit: Visit | None = None
        self.roles: list[Found] = []
        self.hiding: list[Found] = []
        self.reviews: dict[int, dict[str, Any]] = {}
        self.reviewed: set[int] = set()

    def read(self, index: int, entry: dict[str, Any]) -> None:
        kind = entry["kind"]
        if KINDS[kind].hides:
            self.hiding.append((index, entry))
        if kind in ROLES:
            self.roles.append((index, entry))
        elif kind == "audit.reviewed":
            self._reviewed(index, entry)
        elif kind in WATCHED:
            self.parts.read(entry)

    def _reviewed(self, index: int, entry: dict[str, Any]) -> None:
        self.reviews[entry["of"]] = entry
        if entry["staff"] == self.staff:
            self.reviewed.add(entry["of"])
            self.visit = Visit(index, parse_utc(entry["at"]))


def began(given: Sequence[Appointment], staff: str | None) -> int:
    """The entry that made them auditor, renewals not counted; -1 when none did: all is theirs."""
    terms = [each for each in given if each.staff == staff]
    first = -1
    for each, after in zip(terms[::-1], [None, *terms[::-1]], strict=False):
        if each.role != "auditor" or (after and each.ended_entry != after.entry):
            break
        first = each.entry
    return first


def reviews() -> dict[int, dict[str, Any]]:
    """Entry → the newest review of it."""
    return {entry["of"]: entry for _index, entry in entries("audit.reviewed")}


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
