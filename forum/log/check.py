"""`forum log check`: everything about the log recomputed from its stored bytes.

The tree is built here a second way, leaf by leaf, so that a mistake in how it was appended shows.
What rows of other features should agree with the log is checked by those features: `check_log`
takes their checks as callables.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from forum.base.db import db
from forum.base.refusal import Unavailable
from forum.base.resources import resource
from forum.log import queries
from forum.log.last_signed import Signed
from forum.log.models import LogCheckpoint, LogEntry, LogNode, Opening
from forum.log.signing import LogKeys
from forum.log.triggers import missing_triggers
from forum.tlog import merkle
from forum.tlog.entry import KINDS, parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.rotation import KIND as ROTATED
from forum.tlog.rotation import (
    Chain,
    Rotation,
    RotationError,
    open_signed_by_all,
    read_rotation,
)

BATCH = 2048
NEVER = datetime.min.replace(tzinfo=UTC)  # the time of entries that tell none


@dataclass(frozen=True)
class Difference:
    """Something is not as it should be: a code, where (an entry's index), what was found there."""

    code: str
    index: int | None
    found: str


RowCheck = Callable[[], Iterable[Difference]]


@dataclass(frozen=True)
class _Extent:
    """How much of each table there was when the check began; appending may go on meanwhile."""

    size: int
    nodes: int
    signed: int


@dataclass
class _State:
    """What the check carries from entry to entry: the tree so far, and what it must agree with."""

    tree: _Frontier
    chain: Chain
    signed: Signed | None
    newest: datetime | None = None


class _Frontier:
    """The complete subtrees of a growing tree, largest first (RFC 6962 section 2.1)."""

    def __init__(self) -> None:
        self.size = 0
        self.hashes: list[bytes] = []

    def push(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; the nodes this completes, as (level, number, hash), leaf first."""
        done, level, number = [(0, self.size, leaf)], 0, self.size
        while number & 1:
            leaf = merkle.node_hash(self.hashes.pop(), leaf)
            level, number = level + 1, number >> 1
            done.append((level, number, leaf))
        self.hashes.append(leaf)
        self.size += 1
        return done

    def root(self) -> str:
        """The root so far, in base64."""
        return b64encode(merkle.root_from_frontier(self.hashes)).decode("ascii")


def check_log(row_checks: Sequence[RowCheck] = ()) -> list[Difference]:
    """Every difference between what is stored and what it should be; empty is good.

    Reads in batches, so memory does not grow with the log. Runs beside a board at work: what is
    appended meanwhile is left to the next check.
    """
    db.session.rollback()
    found = list(_log_differences())
    for check in row_checks:
        found += check()
    return found


def _log_differences() -> Iterator[Difference]:
    keys: LogKeys = resource("log")
    for name in sorted(missing_triggers(db.session.connection())):
        yield Difference("trigger-missing", None, name)
    extent = _extent()
    state = _State(_Frontier(), keys.beginning(_rotations()), keys.last_signed.read())
    for start in range(0, extent.size, BATCH):
        yield from _check_batch(start, min(start + BATCH, extent.size), state)
    yield from _check_extent(extent, state)


def _rotations() -> list[Rotation]:
    try:
        return queries.rotations()
    except Unavailable:
        # An entry that cannot be read is named when its turn comes.
        return []


def _extent() -> _Extent:
    # One statement sees one state of the database, on PostgreSQL too.
    newest, signed, nodes = db.session.execute(
        select(
            select(db.func.max(LogEntry.index)).scalar_subquery(),
            select(db.func.max(LogCheckpoint.size)).scalar_subquery(),
            select(db.func.count()).select_from(LogNode).scalar_subquery(),
        )
    ).one()
    return _Extent(0 if newest is None else newest + 1, nodes, signed or 0)


def _check_extent(extent: _Extent, state: _State) -> Iterator[Difference]:
    size = extent.size
    expected = sum(size >> level for level in range(size.bit_length()))
    if extent.nodes != expected:
        yield Difference("node-count", None, f"{extent.nodes} nodes, not {expected}")
    if extent.signed != size:
        yield Difference("checkpoint-size", None, f"{extent.signed} signed of {size} entries")
    if state.signed is not None and state.signed.size > size:
        yield Difference("log-rollback", size, f"this node signed {state.signed.size} entries")


def _check_batch(start: int, stop: int, state: _State) -> Iterator[Difference]:
    checkpoints = _checkpoints(start, stop)
    openings = _openings(start, stop)
    nodes: list[tuple[int, int, bytes]] = []
    rows = {row.idx: row for row in _entries(start, stop)}
    for index in range(start, stop):
        row = rows.get(index)
        if row is None:
            yield Difference("entry-missing", index, "there is no such row")
        entry, problems = _read(row, state)
        yield from (Difference("entry-invalid", index, problem) for problem in problems)
        yield from _check_rotation(index, entry, state)
        nodes += state.tree.push(merkle.leaf_hash(row.bytes if row else b""))
        for field in openings.get(index, ()):
            if field not in entry.get("commitments", {}):
                yield Difference("opening-unknown", index, f"a salt for {field}")
        yield from _check_root(checkpoints.pop(index + 1, None), state)
    yield from _check_nodes(nodes)


def _entries(start: int, stop: int) -> Sequence[Any]:
    return db.session.execute(
        select(*LogEntry.__table__.columns).where(LogEntry.index.between(start, stop - 1))
    ).all()


def _checkpoints(start: int, stop: int) -> dict[int, Any]:
    rows = db.session.execute(
        select(*LogCheckpoint.__table__.columns).where(LogCheckpoint.size.between(start + 1, stop))
    )
    return {row.size: row for row in rows}


def _openings(start: int, stop: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(Opening.entry, Opening.field).where(Opening.entry.between(start, stop - 1))
    for index, field in db.session.execute(query):
        found.setdefault(index, []).append(field)
    return found


def _read(row: Any, state: _State) -> tuple[dict[str, Any], list[str]]:
    """The entry in a row and everything wrong with it; an empty entry when it cannot be read."""
    if row is None:
        return {}, []
    try:
        entry = parse_entry(row.bytes)
    except TlogError as error:
        return {}, [str(error)]
    at = datetime.fromisoformat(entry["at"])
    problems = [] if state.newest is None or at >= state.newest else ["at: earlier than before"]
    state.newest = at
    hides = KINDS[entry["kind"]].hides
    expected = (entry["kind"], at, hides, entry.get("by"), entry.get("complaint"))
    if expected != (row.kind, row.at, row.hides, row.by, row.complaint):
        problems.append(f"the columns beside it do not say {expected}")
    if entry.get("project", row.project) != row.project:
        problems.append(f"project: the column says {row.project}")
    return entry, problems


def _check_rotation(index: int, entry: dict[str, Any], state: _State) -> Iterator[Difference]:
    """A change of key counts from here on; one that the key before did not sign does not."""
    if entry.get("kind") != ROTATED:
        return
    try:
        state.chain = state.chain.followed_by(read_rotation(index, entry))
    except RotationError as error:
        yield Difference("bad-signature", index, str(error))


def _check_root(row: Any, state: _State) -> Iterator[Difference]:
    """Hold the tree so far against its checkpoint, if one was signed, and `last-signed`."""
    size = state.tree.size
    last = state.signed is not None and state.signed.size == size
    if row is None and not last:
        return
    root = state.tree.root()
    if last and state.signed.root != root:  # type: ignore[union-attr]
        yield Difference("log-fork", size, "this node signed another root at this size")
    if row is None:
        return
    try:
        due = state.chain.due(size, state.newest or NEVER)
        signed = open_signed_by_all(row.note, due).checkpoint
    except TlogError as error:
        yield Difference("bad-signature", size, str(error))
        return
    claimed = b64encode(signed.root).decode("ascii")
    if (signed.size, claimed, row.root) != (size, root, root):
        yield Difference("log-fork", size, f"the checkpoint says {claimed}, the entries {root}")


def _check_nodes(nodes: list[tuple[int, int, bytes]]) -> Iterator[Difference]:
    """Hold the stored nodes of a batch against the recomputed ones, level by level."""
    levels: dict[int, dict[int, bytes]] = {}
    for level, number, hash_ in nodes:
        levels.setdefault(level, {})[number] = hash_
    for level, row in levels.items():
        stored = db.session.execute(
            select(LogNode.number, LogNode.hash).where(
                LogNode.level == level, LogNode.number.between(min(row), max(row))
            )
        )
        kept = {node.number: node.hash for node in stored}
        for number, hash_ in row.items():
            if kept.get(number) != hash_:
                yield Difference("node-differs", number << level, f"node ({level}, {number})")
