"""Sent digests against their entries: what was mailed is what the archive shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.digest.models import DigestIssue
from forum.log import queries
from forum.log.check import Difference
from forum.log.held import Lost, differing, entries, lost_ranges, opening


def check_rows() -> Iterator[Difference]:
    """Day, time and text of every issue; one that was cut for an erasure has no opening left."""
    sent = dict(entries("digest.sent"))
    ends = ("complaint.erased", "reply.erased", "comment.erased", "sealed.destroyed")
    erased = max((index for index, _entry in entries(*ends)), default=-1)
    rows = {row.entry: row for row in db.session.scalars(select(DigestIssue))}
    for index in sorted(sent.keys() - rows.keys()):
        yield Difference("row-missing", index, f"digest of {sent[index]['date']}")
    lost = lost_ranges()
    for index, row in sorted(rows.items()):
        if index not in sent:
            yield Difference("row-unlogged", index, f"digest of {row.date}")
        else:
            yield from _check_issue(row, sent[index], lost, cut=erased > index)


def _check_issue(
    row: DigestIssue, entry: Mapping[str, Any], lost: Lost, *, cut: bool
) -> Iterator[Difference]:
    what = f"digest of {row.date}"
    pairs = {"date": (row.date.isoformat(), entry["date"]),
             "sent_at": (clock.format_utc(row.sent_at), entry["at"])}  # fmt: skip
    yield from differing(row.entry, what, pairs)
    if not cut or queries.opening(row.entry, "text") is not None:
        yield from opening(row.entry, "text", row.text, entry, what, lost)
