"""What stands in the place of a complaint that is gone, read from the entry that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.base.web.cache import true_until
from forum.complaints.models import Complaint
from forum.log.models import LogEntry
from forum.log.words import COUNT_LABELS, SHARED, reason_label, role_label
from forum.moderation.queries import alone_until
from forum.pages.rows import Line, Rows
from forum.tlog.entry import parse_entry

# The entries by which a complaint stops being shown.
ENDING_KINDS = ("complaint.held", "complaint.refused", "complaint.withdrawn", "complaint.removed",
                "complaint.erased")  # fmt: skip

# Of these somebody else than the author decided.
APPEALABLE = ("refused", "removed", "erased")

# By which entry one stopped being shown: its index, and what it says.
Ending = tuple[int, Mapping[str, Any]]


@dataclass(frozen=True)
class Notice:
    """The notice of one complaint: what the `notice` macro shows. lapses_at: when it comes back, unless a
    second person confirms what one did alone."""

    number: int
    state: str
    href: str
    posted_at: datetime
    removed_at: datetime
    act_label: str
    ground_label: str
    role_label: str
    statement_href: str | None
    appeal_href: str | None
    entry: int
    entry_href: str
    due_at: datetime | None = None
    lapses_at: datetime | None = None
    is_notice: bool = True


def notice_of(number: int) -> Notice:
    """The notice of one complaint, which exists and is not shown."""
    c = Complaint
    rows = db.session.execute(
        select(c.number, c.state, c.posted_at, c.state_at, c.entry).where(c.number == number)
    ).all()
    return notices_of(rows)[number]


def notices_of(rows: Rows) -> dict[int, Notice]:
    """Number → notice, for rows with number, state, posted_at, state_at, entry; one query, and one
    more where one person decided."""
    endings = _endings([row.number for row in rows])
    alone = {entry["statement"] for _index, entry in endings.values() if _is_alone(entry)}
    until = alone_until(alone)
    return {
        row.number: _notice(row, endings.get(row.number, (row.entry, {})), until) for row in rows
    }


def _is_alone(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("statement")) and entry.get("second") is None


def _endings(numbers: Sequence[int]) -> dict[int, tuple[int, dict[str, Any]]]:
    """Number → the newest entry by which it stopped being shown, with its index."""
    if not numbers:
        return {}
    rows = db.session.execute(
        select(LogEntry.index, LogEntry.complaint, LogEntry.bytes)
        .where(LogEntry.complaint.in_(numbers), LogEntry.kind.in_(ENDING_KINDS))
        .order_by(LogEntry.index)
    )
    newest: dict[Any, tuple[int, bytes]] = {
        complaint: (index, data) for index, complaint, data in rows
    }
    return {number: (index, parse_entry(data)) for number, (index, data) in newest.items()}


def _due(row: Line, entry: Mapping[str, Any]) -> datetime | None:
    """Until when one that is held waits at the most; a page that says so is true until then."""
    if row.state != "held" or not entry:
        return None
    due = clock.parse_utc(entry["due"])
    true_until(due)
    return due


def _notice(row: Line, ending: Ending, until: Mapping[int, datetime]) -> Notice:
    index, entry = ending
    statement = entry.get("statement")
    return Notice(
        number=row.number,
        state=row.state,
        href=url_for("pages.complaint", number=row.number),
        posted_at=row.posted_at,
        removed_at=clock.parse_utc(entry["at"]) if entry else row.state_at,
        act_label=str(COUNT_LABELS[row.state]),
        ground_label=ground_of(entry),
        role_label=who_decided(entry),
        statement_href=url_for("moderation.statement", number=statement) if statement else None,
        appeal_href=_appeal(row, index, statement),
        entry=index,
        entry_href=url_for("log.entry", index=index),
        due_at=_due(row, entry),
        lapses_at=until.get(statement) if statement else None,
    )


def _appeal(row: Line, index: int, statement: int | None) -> str | None:
    """Where whoever it concerns appeals against what took it from view."""
    if row.state not in APPEALABLE or statement is None:
        return None
    return url_for("moderation.appeal_form", index=index)


def ground_of(entry: Mapping[str, Any]) -> str:
    """Why: the ground of the closed list; of an author's own act, whether it is proven."""
    if entry.get("reason"):
        return str(reason_label(entry["reason"]))
    if entry.get("proven") is not None:
        return _("作者撤回（本人验证）") if entry["proven"] else _("作者撤回（未验证）")
    return _("没有写明")


def who_decided(entry: Mapping[str, Any]) -> str:
    """By whom: role and staff number, and whether one person decided alone."""
    role = str(role_label(entry["by"])) if entry.get("by") else _("没有写明")
    if not entry.get("staff"):
        return role
    who = f"{role} {entry['staff']}"
    if entry.get("second"):
        return _("%(who)s，复核人 %(second)s", who=who, second=entry["second"])
    return _("%(who)s（单人）", who=who) if entry["kind"] in SHARED else who
