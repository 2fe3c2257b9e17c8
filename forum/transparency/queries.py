"""Counting what is visible and what is not. Every figure is counted from rows when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from forum.base.db import db
from forum.complaints.models import Complaint
from forum.log.models import LogCheckpoint, LogEntry
from forum.tlog.entry import COUNTS, parse_entry

STATES = COUNTS[1:]  # COUNTS begins with `received`, which the states add up to
HEARTBEAT = "balance.counted"
DAYS_SHOWN = 31
# Below this many complaints a rate says more about chance than about the board.
LEAST_FOR_RATE = 10


@dataclass(frozen=True)
class Balance:
    """Every complaint ever received, by where it stands, under the checkpoint it was counted at.

    at: the time of the last entry of that tree; None while the log is empty. `delisted`,
    `redacted` and `waiting` (an unproven withdrawal is waiting) are of the visible ones,
    `delisted_merged` and `redacted_merged` of the merged ones, which can be read as well;
    `imported` of the received and `imported_visible` of the visible ones.
    """

    size: int
    root: str
    at: datetime | None
    received: int
    visible: int
    held: int
    refused: int
    removed: int
    erased: int
    merged: int
    withdrawn: int
    delisted: int
    redacted: int
    waiting: int
    imported: int
    imported_visible: int
    delisted_merged: int = 0
    redacted_merged: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether nothing is missing between what came in and where it stands."""
        return self.received == sum(getattr(self, state) for state in STATES)

    def per_thousand(self, count: int) -> float | None:
        """`count` of every 1,000 received; None while too few were received to say."""
        return count * 1000 / self.received if self.received >= LEAST_FOR_RATE else None


def balance() -> Balance:
    """The balance of this moment.

    One statement, so that counts and checkpoint are of one state of the database, on PostgreSQL
    at READ COMMITTED too.
    """
    return Balance(**db.session.execute(select(*_counts(), *_newest())).one()._mapping)


def counting(rules: Mapping[str, ColumnElement[bool]]) -> list[ColumnElement[Any]]:
    """Columns that count, each under its name, the rows of one statement a rule holds for."""
    return [db.func.count().filter(rule).label(name) for name, rule in rules.items()]


def by_state() -> dict[str, ColumnElement[bool]]:
    """The rule of every state a complaint can be in: together they are all complaints."""
    return {state: Complaint.state == state for state in STATES}


def _counts() -> list[ColumnElement[Any]]:
    visible, merged = Complaint.state == "visible", Complaint.state == "merged"
    counted = {
        "received": Complaint.number.is_not(None),
        **by_state(),
        "delisted": visible & Complaint.listed.is_(False),
        "redacted": visible & Complaint.redacted.is_(True),
        "delisted_merged": merged & Complaint.listed.is_(False),
        "redacted_merged": merged & Complaint.redacted.is_(True),
        "waiting": visible & Complaint.withdrawal_due.is_not(None),
        "imported": Complaint.imported.is_(True),
        "imported_visible": visible & Complaint.imported.is_(True),
    }
    return counting(counted)


def _newest() -> list[ColumnElement[Any]]:
    """Size, root and time of the newest tree; size 0 and an empty root before there is one."""
    by_size = LogCheckpoint.size.desc()
    size = select(LogCheckpoint.size).order_by(by_size).limit(1).scalar_subquery()
    root = select(LogCheckpoint.root).order_by(by_size).limit(1).scalar_subquery()
    at = select(LogEntry.at).order_by(LogEntry.index.desc()).limit(1).scalar_subquery()
    return [db.func.coalesce(size, 0).label("size"), db.func.coalesce(root, "").label("root"),
            at.label("at")]  # fmt: skip


@dataclass(frozen=True)
class Day:
    """One `balance.counted` entry: its index, its date, and its counts by name."""

    entry: int
    date: date
    counts: dict[str, int]


def history(limit: int = DAYS_SHOWN) -> list[Day]:
    """The daily balances as they were logged, newest first."""
    rows = db.session.execute(
        select(LogEntry.index, LogEntry.bytes)
        .where(LogEntry.kind == HEARTBEAT)
        .order_by(LogEntry.index.desc())
        .limit(limit)
    )
    return [_day(index, parse_entry(data)) for index, data in rows]


def _day(index: int, entry: dict[str, Any]) -> Day:
    return Day(index, date.fromisoformat(entry["date"]), {name: entry[name] for name in COUNTS})
