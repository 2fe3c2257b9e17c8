"""What a digest reads of the log: the acts that hide something, between two issues."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.complaints.models import Complaint
from forum.digest.value import Asked, HidingAct, Redress
from forum.log.models import LogEntry
from forum.moderation.models import Proposal, Statement
from forum.moderation.redress_models import Appeal, Challenge
from forum.moderation.redress_queries import counts
from forum.places.models import Project
from forum.tlog.decided import DECIDERS
from forum.tlog.entry import parse_entry

SHOWN = ("complaint.removed", "complaint.restored", "complaint.withdrawn", "complaint.erased")
BROKEN = "promise.broken"


def midnight(day: date) -> datetime:
    """The beginning of `day` where the board lives."""
    return datetime.combine(day, time(), clock.BOARD_ZONE).astimezone(UTC)


def first_index_since(moment: datetime) -> int:
    """The index of the first entry at or after `moment`; the log's size when there is none."""
    found = db.session.scalar(select(db.func.min(LogEntry.index)).where(LogEntry.at >= moment))
    if found is not None:
        return found
    newest = db.session.scalar(select(db.func.max(LogEntry.index)))
    return 0 if newest is None else newest + 1


def end_of(day: date) -> int:
    """The index of the first entry after `day`; the log's size while it lasts."""
    return first_index_since(midnight(day + timedelta(days=1)))


def between(first: int, end: int) -> tuple[list[tuple[int, dict[str, Any]]], int]:
    """The acts a digest shows among entries [first, end), and how many other hiding ones."""
    within = (LogEntry.index >= first) & (LogEntry.index < end)
    rows = db.session.execute(
        select(LogEntry.index, LogEntry.bytes)
        .where(within, LogEntry.kind.in_((*SHOWN, BROKEN)))
        .order_by(LogEntry.index)
    )
    others = select(db.func.count()).where(
        within, LogEntry.hides.is_(True), LogEntry.kind.not_in(SHOWN)
    )
    found = [(index, parse_entry(data)) for index, data in rows]
    return found, db.session.scalar(others) or 0


def hiding_acts(entries: Iterable[tuple[int, dict[str, Any]]]) -> tuple[HidingAct, ...]:
    """Each removal, restoration and withdrawal with what its statement says."""
    shown = [(index, entry) for index, entry in entries if entry["kind"] in SHOWN]
    statements = {
        row.number: row
        for row in db.session.scalars(
            select(Statement).where(
                Statement.number.in_([entry.get("statement") or 0 for _, entry in shown])
            )
        )
    }
    projects = dict(
        db.session.execute(
            select(Complaint.number, Project.name)
            .join(Project, Project.id == Complaint.project_id)
            .where(Complaint.number.in_([entry["complaint"] for _, entry in shown]))
        ).all()
    )
    return tuple(
        _act(
            index, entry, projects[entry["complaint"]], statements.get(entry.get("statement") or 0)
        )
        for index, entry in shown
    )


def _act(index: int, entry: dict[str, Any], project: str, statement: Statement | None) -> HidingAct:
    return HidingAct(
        entry=index, kind=entry["kind"], at=clock.parse_utc(entry["at"]),
        number=entry["complaint"], project=project, by=entry["by"], staff=entry.get("staff"),
        second=entry.get("second"), reason=entry.get("reason"),
        statement=entry.get("statement"), clause=statement.clause if statement else None,
        facts=statement.facts if statement else None, proven=entry.get("proven"),
    )  # fmt: skip


def asked(first: int, end: int) -> tuple[Asked, ...]:
    """What those inside who decide nothing asked for among entries [first, end), oldest first."""
    rows = db.session.scalars(
        select(Proposal)
        .where(Proposal.entry >= first, Proposal.entry < end, Proposal.by.not_in(DECIDERS))
        .order_by(Proposal.entry)
    )
    return tuple(
        Asked(entry=row.entry, at=row.at, act=row.act, number=row.complaint, role=row.by,
              staff=row.staff, reason=row.reason, statement=row.number, facts=row.facts,
              state=row.state)
        for row in rows
    )  # fmt: skip


def redress(model: type[Appeal | Challenge], now: datetime) -> Redress:
    """How many appeals, or challenges, wait, and how many of them too long."""
    found = counts(model, now)
    return Redress(found.open, found.overdue)
