"""Complaints as the figures need them, kept by the tree they were read at.

The log is the clock: whatever changes a complaint appends an entry that names it, so only the
complaints named since then are read again. Whatever is kept is of a tree that the log still has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from threading import Lock

from sqlalchemy import select

from forum.base.db import db
from forum.log.models import LogCheckpoint, LogEntry
from forum.tlog.facts import Case

Cases = dict[int, Case]
Read = Callable[[Sequence[int] | None], Cases]

# Two complaints change by one of these: `complaint`, and the one it is merged into.
_OF_TWO = ("complaint.merged", "complaint.unmerged")
# After more entries all are read: that is one query as well.
MOST_CHANGED = 500


class _Kept:
    """The newest tree whose complaints were read; roots never return, so one tells a log."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.forget()

    def forget(self) -> None:
        self.size, self.root, self.cases = 0, "", Cases()

    def get(self) -> tuple[int, str, Cases]:
        with self.lock:
            return self.size, self.root, self.cases


_kept = _Kept()
forget = _kept.forget


def brought_up_to_date(read: Read) -> Cases:
    """All complaints of this moment, in order; `read(numbers)` reads some, `read(None)` all."""
    size, root, cases = _kept.get()
    changed = _changed_since(size, root) if size else None
    if changed is None:
        return read(None)
    # Numbers rise with the log: new ones come last by themselves.
    return cases | read(changed) if changed else cases


def keep(size: int, root: str, cases: Cases) -> None:
    """`cases` are all complaints at the tree of this size and root; nobody changes them any more."""
    with _kept.lock:
        if size >= _kept.size or root != _kept.root:
            _kept.size, _kept.root, _kept.cases = size, root, cases


def _changed_since(size: int, root: str) -> list[int] | None:
    """The complaints that entries from index `size` on are about; None when there are too many,
    or when this log had another root at that size."""
    at_size = select(LogCheckpoint.root).where(LogCheckpoint.size == size).scalar_subquery()
    # The last entry that was known comes along, so that the root is asked for in any case.
    rows = db.session.execute(
        select(LogEntry.index, LogEntry.complaint, LogEntry.kind, LogEntry.bytes, at_size)
        .where(LogEntry.index >= size - 1)
        .order_by(LogEntry.index)
        .limit(MOST_CHANGED + 1)
    ).all()
    if not rows or rows[0][-1] != root or len(rows) > MOST_CHANGED:
        return None
    named: set[int] = set()
    for _index, complaint, kind, data, _root in rows[1:]:
        named |= {complaint} if complaint is not None else set()
        named |= {json.loads(data)["into"]} if kind in _OF_TWO else set()
    return sorted(named)
