"""What a digest reads of the log: the acts between two issues, and whether the log still holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.base.resources import resource
from forum.complaints.models import Complaint
from forum.digest.value import HidingAct, LogCheck
from forum.log import queries as log
from forum.log.check import check_log
from forum.log.models import LogCheckpoint, LogEntry, LogNode
from forum.log.service import LogKeys
from forum.moderation.models import Statement
from forum.places.models import Project
from forum.tlog import merkle
from forum.tlog.checkpoint import open_checkpoint
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.note import Verifier

SHOWN = ("complaint.removed", "complaint.restored", "complaint.withdrawn")
BROKEN = "promise.broken"
# A log up to this size is checked whole for every digest; of a larger one the newest entries.
WHOLE_UP_TO = 20_000
NEWEST = 20_000
BATCH = 2_000


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


def check() -> LogCheck:
    """The log recomputed from its stored bytes; ends the open read transaction."""
    tip = log.tip()
    size = tip.size if tip else 0
    if size <= WHOLE_UP_TO:
        return LogCheck("whole", size, len(check_log()))
    return LogCheck("newest", NEWEST, check_newest(size))


def check_newest(size: int) -> int:
    """How many differences the newest entries of a tree of `size` show, and its root and signature.

    Each entry is parsed and hashed against its stored leaf; the root is recomputed from stored
    nodes. What lies further back is left to `forum log check`.
    """
    first = max(0, size - NEWEST)
    differences = sum(
        _leaf_differences(start, min(start + BATCH, size)) for start in range(first, size, BATCH)
    )
    return differences + _root_differences(size)


def _leaf_differences(start: int, stop: int) -> int:
    rows = db.session.execute(
        select(LogEntry.bytes, LogNode.hash)
        .join(LogNode, (LogNode.level == 0) & (LogNode.number == LogEntry.index))
        .where(LogEntry.index >= start, LogEntry.index < stop)
    ).all()
    return (stop - start - len(rows)) + sum(not _holds(data, leaf) for data, leaf in rows)


def _holds(data: bytes, leaf: bytes) -> bool:
    try:
        parse_entry(data)
    except TlogError:
        return False
    return merkle.leaf_hash(data) == leaf


def _root_differences(size: int) -> int:
    keys: LogKeys = resource("log")
    row = db.session.get(LogCheckpoint, size)
    try:
        note = open_checkpoint(row.note if row else "", Verifier(keys.signer.vkey))
        root = merkle.tree_root(size, log.read_nodes)
    except (TlogError, merkle.ProofError):
        return 1
    signed = note.checkpoint
    return int((signed.size, signed.root) != (size, root))
