"""The trees that pages named in `Log-Checkpoint`: all must be trees of the one log, and none old."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta

from forum.monitor.board import moment
from forum.monitor.findings import Finding
from forum.monitor.state import State
from forum.monitor.web import Site
from forum.tlog.entry import parse_entry

# A page may honestly be this much older than the log.
CACHED = timedelta(seconds=60)
# So many entries at most are younger than that.
MOST_FRESH = 20_000
NO_TREE = "a tree of the log"


def largest(site: Site) -> int:
    """The size of the largest tree that any page named."""
    return max((size for claim in site.claims if (size := _size(claim)) is not None), default=0)


def awaited(site: Site, state: State, size: object, root: object, url: str) -> str | None:
    """The root (base64) that figures counted at a tree of `size` must name.

    None where the tree is ahead of the checkpoint, as signed pages may be for a while: the round
    then waits for it. Words that no root can equal where there is no such tree.
    """
    if type(size) is not int:
        return NO_TREE
    if size > state.size:
        site.claims.setdefault(f"{size} {root}", url)
        return None
    known = state.root_at(size)
    return NO_TREE if known is None else b64encode(known).decode("ascii")


def settled(state: State, now: datetime) -> int:
    """How many entries every page must know of, even one that was kept for a minute."""
    size = state.size
    for index in range(size - 1, max(-1, size - MOST_FRESH), -1):
        at = parse_entry(state.entry(index) or b"")["at"]
        if now - moment(at) > CACHED:
            return index + 1
    return 0


def check(site: Site, state: State, least: int) -> Iterator[Finding]:
    """Every claim that is no tree of the log, or one that was over before the round began."""
    for claim, url in site.claims.items():
        size = _size(claim)
        if size is None:
            yield Finding("unreachable", None, None, url, claim, "a size and a root")
            continue
        known = state.root_at(size)
        root = claim.partition(" ")[2]
        if known is not None and b64encode(known).decode("ascii") != root:
            yield Finding("log-fork", None, None, url, claim, b64encode(known).decode("ascii"))
        elif size < least:
            yield Finding("stale-checkpoint", None, None, url, f"a page of {size} entries",
                          f"one of {least} or more")  # fmt: skip
    for url in site.unstamped:
        yield Finding("stale-checkpoint", None, None, url, "no Log-Checkpoint", "the tree it shows")


def _size(claim: str) -> int | None:
    size = claim.partition(" ")[0]
    return int(size) if size.isascii() and size.isdigit() and len(size) < 16 else None
