"""Holding a row against its entry: what the checks of several features share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from forum.base.db import db
from forum.log import queries
from forum.log.check import Difference
from forum.log.models import LogEntry
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError

Lost = tuple[range, ...]
ERASING = ("complaint.erased", "reply.erased", "comment.erased")


def entries(*kinds: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Index and decoded entry of these kinds, in order; what cannot be read is left out.

    `check_log` names those; here one bad entry must not hide what else is wrong.
    """
    query = select(LogEntry.index, LogEntry.bytes).where(LogEntry.kind.in_(kinds))
    for index, data in db.session.execute(query.order_by(LogEntry.index)).all():
        try:
            yield index, parse_entry(data)
        except TlogError:
            continue


def lost_ranges() -> Lost:
    """The entries that came back without what they had committed to, as the log itself says."""
    return tuple(range(entry["size"], index) for index, entry in entries("backup.restored"))


def closed_ranges() -> Lost:
    """The entries whose words were destroyed by an erasure, as the log itself says."""
    closed = {index for _at, entry in entries(*ERASING) for index in entry["closes"]}
    return tuple(range(index, index + 1) for index in sorted(closed))


def differing(
    index: int | None, what: str, pairs: Mapping[str, tuple[Any, Any]]
) -> Iterator[Difference]:
    """A difference for every name whose value here is not the one that the log gives."""
    for name, (here, there) in pairs.items():
        if here != there:
            yield Difference(
                "row-differs", index, f"{what}: {name} is {here}, the log says {there}"
            )


def opening(
    index: int, field: str, value: str | None, entry: Mapping[str, Any], what: str, lost: Lost = ()
) -> Iterator[Difference]:
    """A difference unless `value` is what `entry` committed to; none where its salt was lost.

    lost: entries that came back from a copy of the log without what they had committed to.
    """
    if queries.opening(index, field) is None:
        if not any(index in span for span in lost):
            yield Difference("opening-missing", index, f"{what}: {field} cannot be opened")
    elif value is None or not queries.opens(index, field, value, dict(entry)):
        yield Difference("commitment-differs", index, f"{what}: {field}")
