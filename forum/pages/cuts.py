"""Which entries of a complaint are closed by a cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forum.pages.rows import Rows
from forum.tlog.entry import parse_entry

Cut = tuple[int, Mapping[str, Any]]
REDACTED = ("complaint.redacted", "reply.redacted", "comment.redacted")
RESTORED = ("complaint.restored", "reply.restored", "comment.restored")


def closed_by(entries: Rows) -> dict[int, Cut]:
    """Closed entry → the newest cut in force that closed it: where it stands, and what it says."""
    cuts: list[Cut] = []
    for row in entries:
        if row.kind in REDACTED:
            cuts.append((row.entry, parse_entry(row.bytes)))
        elif row.kind in RESTORED:
            back = parse_entry(row.bytes)["statement"]
            cuts = [cut for cut in cuts if cut[1]["statement"] != back]
    return {closed: cut for cut in cuts for closed in cut[1]["closes"]}


def cut_items(entries: Rows) -> set[int]:
    """The replies and comments of which something is covered."""
    return {cut["item"] for _index, cut in closed_by(entries).values() if "item" in cut}


def any_closed(entries: Rows, of: Iterable[int]) -> bool:
    """Whether one of these entries is closed by a cut."""
    return not closed_by(entries).keys().isdisjoint(of)
