"""The announced closing of the board, read from the log alone: no row can open it again.

From the announced day on nothing new is written. What goes on is what a reader, an author or the
law can still ask for: showing again, taking apart, opening and putting back as an auditor decides,
answers to flags that wait (an erasure answers them), appeals, audits, erasing; and what happens by
time, with the daily balance that shows that the log is alive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import Table, bindparam, select

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict
from forum.log.models import LogEntry
from forum.tlog.entry import parse_entry

KIND = "board.closing"
_entries = cast(Table, LogEntry.__table__)
# Asked at every change of state: built once, past the unit of work.
_NEWEST = (
    select(_entries.c.idx, _entries.c.bytes)
    .where(_entries.c.kind == KIND, _entries.c.idx >= bindparam("since"))
    .order_by(_entries.c.idx.desc())
    .limit(1)
)
_GO_ON = ("appeal.", "challenge.", "audit.", "sealed.", "key.", "backup.", "setting.", "role.")
_UNDO = (".restored", ".relisted", ".reinstated", ".erased", ".unlocked", ".unmerged")
_ANSWERS = ("statement.approved", "statement.rejected", "statement.refused", "withdrawal.stopped",
            "flag.decided")  # fmt: skip


@dataclass(frozen=True)
class Announced:
    """The newest announcement: index of its entry, and the first day on which nothing is written."""

    entry: int
    until: date

    def is_closed(self) -> bool:
        """Whether that day has come, where the board lives."""
        return clock.local_date() >= self.until


class Closed(Conflict):
    """The board is closed: what there is can be read, nothing can be added."""


def announced(since: int = 0) -> Announced | None:
    """The newest announcement among the entries from index `since` on."""
    row = db.session.connection().execute(_NEWEST, {"since": since}).first()
    if row is None:
        return None
    index, data = row
    return Announced(index, date.fromisoformat(parse_entry(data)["until"]))


def require_open(found: Announced | None, kind: str, fields: Mapping[str, Any]) -> None:
    """Closed when the board is, unless such an entry is still written then."""
    if found is not None and found.is_closed() and not goes_on(kind, fields):
        raise Closed(closed_sentence(found), rule="closed")


def goes_on(kind: str, fields: Mapping[str, Any]) -> bool:
    """Whether such an entry is still written when the board is closed."""
    if fields.get("by") == "system" or kind.startswith(_GO_ON) or kind.endswith(_UNDO):
        return True
    if kind == "complaint.withdrawn":
        # An unproven one was asked for, and announced, before.
        return fields.get("proven") is False
    if kind == "complaint.moved":
        return fields.get("by") == "auditor" and fields.get("reason") == "appeal-upheld"
    return kind in _ANSWERS or (kind == "statement.proposed" and fields.get("act") == "erase")


def sentence(found: Announced) -> str:
    """What every page, feed and mail says from the announcement on: as true before as after."""
    return _("关闭公告：本板自 %(day)s 起只能看，不能再写。已有的意见和公开记录一直可查。",
             day=found.until.isoformat())  # fmt: skip


def closed_sentence(found: Announced) -> str:
    """What whoever wants to write reads from that day on."""
    return _("本板已于 %(day)s 关闭，只能看，不能再写。", day=found.until.isoformat())
