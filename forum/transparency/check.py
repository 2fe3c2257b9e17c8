"""Signed opinions against their entries: what is shown is what was signed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.log.check import Difference
from forum.log.held import differing, entries, lost_ranges, opening
from forum.transparency.models import AuditReport


def check_rows() -> Iterator[Difference]:
    """Who signed what on which stretch of the log, and the words."""
    signed, lost = dict(entries("audit.reported")), lost_ranges()
    rows = {row.entry: row for row in db.session.scalars(select(AuditReport))}
    for index in sorted(signed.keys() - rows.keys()):
        yield Difference("row-missing", index, f"opinion {signed[index]['report']}")
    for index, row in sorted(rows.items()):
        what, entry = f"opinion {row.number}", signed.get(index)
        if entry is None:
            yield Difference("row-unlogged", index, what)
            continue
        pairs = {
            "number": (row.number, entry["report"]), "staff": (row.staff, entry["staff"]),
            "first": (row.first, entry["from"]), "last": (row.last, entry["to"]),
            "opinion": (row.opinion, entry["opinion"]),
            "at": (clock.format_utc(row.at), entry["at"]),
        }  # fmt: skip
        yield from differing(index, what, pairs)
        yield from opening(index, "text", row.text, entry, what, lost)
