"""What is read of a complaint before anything else: enough to know which page is kept for it.

The log is the clock: `Head.version` names all that the public page was made from. While it stays
the same, a kept page is as true as one made anew, and nothing more is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ScalarSelect, bindparam, select

from forum.base.db import db
from forum.base.refusal import NotFound
from forum.complaints.models import Complaint
from forum.log.models import LogEntry
from forum.log.queries import MOST

# Names, rules and settings stand on pages that no entry of theirs has touched.
BOARD_KINDS = ("place.changed", "rules.published", "setting.changed")
SHOWN = ("visible", "merged")


@dataclass(frozen=True)
class Head:
    """One complaint at a glance. act_entry: its newest `complaint.*` entry; author_key: what the
    acts of its author are proven with."""

    number: int
    title: str
    state: str
    status: str
    state_at: datetime
    last_entry: int
    act_entry: int
    account_id: int | None
    author_key: str | None
    locked: bool
    withdrawal_due: datetime | None
    board_entry: int

    @property
    def version(self) -> tuple[int, int, str]:
        """The newest entries the page depends on, and which page it is."""
        return self.last_entry, self.board_entry, self.state

    @property
    def is_shown(self) -> bool:
        """Whether people can read it."""
        return self.state in SHOWN


def head_of(number: int) -> Head:
    """The complaint's head; NotFound when there is none."""
    found = _read(number) if number <= MOST else None
    if found is None:
        raise NotFound(_("没有编号为 %(number)s 的意见。", number=number), number=number)
    return found


def _newest(kind: str) -> ScalarSelect[int]:
    # One subquery for each kind: that way each is a single step down the index.
    entries = LogEntry.__table__.c
    return select(db.func.max(entries.idx)).where(entries.kind == kind).scalar_subquery()


# Made once: it is all that a page asks when it is served as it was kept.
_rows = Complaint.__table__.c
_HEAD = select(
    _rows.number, _rows.title, _rows.state, _rows.status, _rows.state_at, _rows.last_entry,
    _rows.act_entry, _rows.account_id, _rows.author_key, _rows.locked, _rows.withdrawal_due,
    *(_newest(kind) for kind in BOARD_KINDS),
).where(_rows.number == bindparam("number"))  # fmt: skip


def _read(number: int) -> Head | None:
    row = db.session.connection().execute(_HEAD, {"number": number}).first()
    if row is None:
        return None
    read: tuple[Any, ...] = tuple(row)
    newest = max(index or 0 for index in read[-len(BOARD_KINDS) :])
    return Head(*read[: -len(BOARD_KINDS)], newest)  # type: ignore[call-arg]
