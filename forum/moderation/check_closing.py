"""Announcements of closing against their entries, and made again from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.log.check import Difference
from forum.log.held import differing, entries, lost_ranges, opening
from forum.log.recover import entries_since
from forum.moderation.closing_models import Closing

LOST_TEXT = "内容在恢复备份时丢失"
SAME = ("by", "staff", "second")


def check_closing() -> Iterator[Difference]:
    """Announcements that have no entry, or say otherwise than it."""
    said, lost = dict(entries("board.closing")), lost_ranges()
    rows = {row.entry: row for row in db.session.scalars(select(Closing))}
    for index in sorted(said.keys() | rows.keys()):
        row, entry, what = rows.get(index), said.get(index), "announced closing"
        if row is None:
            yield Difference("row-missing", index, what)
        elif entry is None:
            yield Difference("row-unlogged", index, what)
        else:
            pairs = {name: (getattr(row, name), entry[name]) for name in SAME}
            pairs |= {"until": (row.until.isoformat(), entry["until"]),
                      "at": (clock.format_utc(row.at), entry["at"])}  # fmt: skip
            yield from differing(index, what, pairs)
            yield from opening(index, "text", row.text, entry, what, lost)


def recover_closing(first: int) -> None:
    """Make announcements agree with the entries from index `first` on."""
    for index, entry in entries_since(first):
        if entry["kind"] == "board.closing" and db.session.get(Closing, index) is None:
            own = {name: entry[name] for name in SAME}
            db.session.add(
                Closing(entry=index, until=date.fromisoformat(entry["until"]), text=LOST_TEXT,
                        at=datetime.fromisoformat(entry["at"]), **own)
            )  # fmt: skip
    db.session.flush()
