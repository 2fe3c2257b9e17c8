"""Appending: every public change of state writes its entry here, inside its own transaction.

    with transaction():
        ...change rows...
        log.service.append("support.added", complaint=17, by="member", verified=True, supporters=3)

Before the commit all entries of the transaction are stored, the touched part of the tree is
recomputed from what was stored, and one checkpoint is signed. It leaves the process only after
COMMIT returned; then `last-signed` is raised.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base import clock
from forum.base.db import Transaction, current_transaction, db
from forum.base.refusal import Unavailable
from forum.base.resources import resource
from forum.log import closing, queries, store
from forum.log.last_signed import Signed
from forum.log.models import LogCheckpoint, LogEntry, LogNode, Opening
from forum.log.signing import LogKeys
from forum.tlog import merkle
from forum.tlog.checkpoint import Checkpoint, sign_checkpoint
from forum.tlog.commitment import commit, new_salt
from forum.tlog.entry import KINDS, format_entry, parse_entry
from forum.tlog.rotation import KIND as ROTATED
from forum.tlog.rotation import Rotation, read_rotation


@dataclass(frozen=True)
class Appended:
    """Where an entry stands: its index, its time (UTC, whole seconds) and its bytes."""

    index: int
    at: datetime
    bytes: bytes


@dataclass
class _Open:
    """The log inside one open transaction: as it was found, and what was added since.

    closing: the announced one, if any.

    entries, openings: rows in the order of their tables' columns; an entry's project is what it
    says itself, until it is sealed. read_at: the shared clock when it was read, None where there is none,
    and ours then (monotonic s). said: the newest time as entries write it.
    """

    size: int
    frontier: list[bytes]
    newest: datetime | None
    rotations: list[Rotation]
    closing: closing.Announced | None = None
    entries: list[store.Row] = field(default_factory=list)
    openings: list[store.Row] = field(default_factory=list)
    read_at: tuple[datetime | None, float] | None = None
    said: str = ""


def append(
    kind: str,
    *,
    texts: Mapping[str, str] | None = None,
    salts: Mapping[str, bytes] | None = None,
    **fields: Any,
) -> Appended:
    """Append one entry. `texts` (field → value) are committed to, with fresh or given salts.

    EntryError for anything that is not exactly an entry of its kind; Unavailable when this node
    must not sign: its database is behind or beside what it signed before, or its clock is wrong;
    Closed when the board is, except for what goes on then.
    """
    open_log = _open_log(current_transaction())
    closing.require_open(open_log.closing, kind, fields)
    at = _time(open_log)
    if at != open_log.newest or not open_log.said:
        open_log.newest, open_log.said = at, clock.format_utc(at)
    salts = {name: (salts or {}).get(name) or new_salt() for name in texts or ()}
    entry: dict[str, Any] = {"v": 1, "kind": kind, "at": open_log.said, **fields}
    if texts is not None:
        entry["commitments"] = {name: commit(name, salts[name], texts[name]) for name in texts}
    data = format_entry(entry)
    index = open_log.size + len(open_log.entries)
    complaint = entry.get("complaint")
    open_log.openings += [(index, name, salt, complaint) for name, salt in salts.items()]
    open_log.entries.append(
        (index, data, kind, at, KINDS[kind].hides, entry.get("by"), complaint, entry.get("project"))
    )
    if kind == ROTATED:
        open_log.rotations.append(read_rotation(index, entry))
    return Appended(index, at, data)


def _open_log(change: Transaction) -> _Open:
    """The log's state in this transaction; on first use: read it, check it, plan the sealing."""
    if "log" not in change.notes:
        keys: LogKeys = resource("log")
        size, newest = store.newest()
        frontier = queries.read_nodes(merkle.frontier_nodes(size)) if size else []
        _refuse_to_fork(keys, size, frontier)
        rotations = queries.rotations()
        chain = keys.chain(rotations)
        if newest is not None:
            keys.require_own(chain, size, newest, store.newest_note)
            keys.signers(chain, size, newest)
        change.notes["log"] = _Open(size, frontier, newest, rotations, closing.announced())
        change.before_commit.append(lambda: _seal(change, keys))
    return change.notes["log"]


def _refuse_to_fork(keys: LogKeys, size: int, frontier: list[bytes]) -> None:
    if keys.last_signed.refusal() is not None:
        raise Unavailable(_l("意见记录与外部见证的不一致，暂时不能写入。"), rule="witness-conflict")
    signed = keys.last_signed.read()
    if signed is None:
        return
    if size < signed.size:
        raise Unavailable(
            _l("意见记录不完整，暂时不能写入。请稍后再试。"), size=size, signed=signed
        )
    here = _base64(merkle.root_from_frontier(frontier))
    root = here if size == signed.size else queries.root_at(signed.size)
    if root != signed.root:
        raise Unavailable(_l("意见记录与签署过的不一致，暂时不能写入。"), root=root, signed=signed)


def _time(open_log: _Open) -> datetime:
    """max(now, time of the entry before), refusing a clock that is plainly wrong."""
    now = _now(open_log).replace(microsecond=0)
    if now == open_log.newest and open_log.said:
        return now  # The second that was looked at for the entry before.
    if clock.has_stepped():
        raise Unavailable(_l("服务器时钟异常，暂时不能写入。请稍后再试。"), rule="clock-stepped")
    if open_log.newest is None or now >= open_log.newest:
        return now
    behind = open_log.newest - now
    if behind > clock.MAX_STEP and not _clock_accepted(open_log.newest):
        raise Unavailable(_l("服务器时钟异常，暂时不能写入。请稍后再试。"), rule="clock-behind")
    return open_log.newest


def _now(open_log: _Open) -> datetime:
    """PostgreSQL's clock, which all nodes of a board share; else the host's.

    It is asked once in a transaction: to ask for every entry of an import would double its time.
    """
    if clock.is_set():
        return clock.now()
    if open_log.read_at is None:
        open_log.read_at = (store.database_clock(), monotonic())
    moment, then = open_log.read_at
    return clock.now() if moment is None else moment + timedelta(seconds=monotonic() - then)


def _clock_accepted(newest: datetime) -> bool:
    """Whether the administrator accepted a clock that is behind a log ending at `newest`."""
    changed = db.session.scalars(
        select(LogEntry.bytes).where(LogEntry.kind == "setting.changed", LogEntry.at == newest)
    )
    return any(parse_entry(data)["setting"] == "clock" for data in changed)


def accept_clock() -> Appended:
    """`forum log accept-clock`: go on with the previous time, and say so in the log."""
    clock.accept_step()
    open_log = _open_log(current_transaction())
    behind = open_log.newest is not None and clock.now() < open_log.newest
    moment = open_log.newest if behind and open_log.newest else clock.now()
    with clock.set_to(moment):
        return append("setting.changed", by="admin", staff=None, setting="clock", value="accepted")


def _with_projects(entries: list[store.Row]) -> Iterator[store.Row]:
    """The rows, each with the project its complaint belongs to by then, for the log's filter."""
    asked = {complaint for *_, complaint, project in entries if complaint and project is None}
    known = store.newest_projects(asked)
    for *row, complaint, project in entries:
        if complaint is not None and project is not None:
            known[complaint] = project
        yield (*row, complaint, project or known.get(complaint))


def _seal(change: Transaction, keys: LogKeys) -> None:
    """Store the entries and their nodes, recompute the root from storage, sign it."""
    open_log: _Open = change.notes["log"]
    if not open_log.entries:
        return
    leaves = [merkle.leaf_hash(data) for _index, data, *_beside in open_log.entries]
    nodes, _frontier = merkle.new_nodes(open_log.size, leaves, open_log.frontier)
    size, at = open_log.size + len(leaves), open_log.entries[-1][3]
    signers = keys.signers(keys.chain(open_log.rotations), size, at)
    db.session.flush()
    store.insert(LogEntry, list(_with_projects(open_log.entries)))
    store.insert(LogNode, nodes)
    if open_log.openings:
        store.insert(Opening, open_log.openings)
    root = _stored_root(open_log, size)
    note = sign_checkpoint(Checkpoint(keys.origin, size, root), *signers)
    signed = Signed(size, _base64(root))
    store.insert(LogCheckpoint, [(size, signed.root, note)])
    change.after_commit.append(lambda: keys.last_signed.raise_to(signed))


def _stored_root(open_log: _Open, size: int) -> bytes:
    """The root two ways from what the database now holds: entry bytes, and nodes.

    A flipped bit between memory and storage killed more than one public log: signing only what
    was read back is the lesson.
    """
    stored = queries.entry_bytes(open_log.size, size - open_log.size)
    leaves = [merkle.leaf_hash(data) for data in stored]
    _nodes, frontier = merkle.new_nodes(open_log.size, leaves, open_log.frontier)
    root = merkle.root_from_frontier(frontier)
    if root != merkle.tree_root(size, queries.read_nodes):
        raise Unavailable(_l("写入后核对不一致，已取消。请稍后再试。"), rule="stored-root")
    return root


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
