"""Reading the log: nodes for proofs and tiles, checkpoints, entries, openings."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, TextClause, bindparam, select, text

from forum.base.db import db
from forum.base.refusal import Unavailable
from forum.log.models import (
    LogCheckpoint,
    LogCosignature,
    LogEntry,
    LogNode,
    LogPublished,
    Opening,
)
from forum.tlog import merkle
from forum.tlog.commitment import commit
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.proof import format_proof
from forum.tlog.rotation import KIND as ROTATED
from forum.tlog.rotation import Rotation, read_rotation

# Below the least number of bound variables any supported database takes in one statement.
MANY = 400
# The columns of the log hold 32 bits on PostgreSQL; asking beyond them finds nothing.
MOST = 2**31 - 1


@dataclass(frozen=True)
class Tip:
    """The newest signed tree: its size, its root in base64, its signed note."""

    size: int
    root: str
    note: str


# Made once, and asked of the connection: every page or every append asks them, and putting a
# statement through the session takes five times as long as answering it.
_checkpoints, _entries = LogCheckpoint.__table__.c, LogEntry.__table__.c
_TIP = (
    select(_checkpoints.size, _checkpoints.root, _checkpoints.note)
    .order_by(_checkpoints.size.desc())
    .limit(1)
)
_BYTES = (
    select(_entries.bytes)
    .where(_entries.idx.between(bindparam("first"), bindparam("last")))
    .order_by(_entries.idx)
)
_ROTATED = select(_entries.idx, _entries.bytes).where(_entries.kind == ROTATED).order_by("idx")


def tip() -> Tip | None:
    """The newest checkpoint that was committed; None before the log is opened."""
    row = db.session.connection().execute(_TIP).first()
    return Tip(*row) if row else None


def published() -> Tip | None:
    """The checkpoint that is served to all: the stored choice with its cosignatures, or the tip.

    `publishing.publish` makes the choice; on a board that never had witnesses there is none.
    """
    row = db.session.execute(
        select(LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note).where(
            LogCheckpoint.size == published_size()
        )
    ).first()
    if row is None:
        return tip()
    lines = db.session.scalars(
        select(LogCosignature.line)
        .where(LogCosignature.size == row.size)
        .order_by(LogCosignature.name)
    )
    return Tip(row.size, row.root, row.note + "".join(lines))


def published_size() -> int | None:
    """The size that was chosen last for all to see; None before the first choice."""
    return db.session.scalar(select(db.func.max(LogPublished.size)))


def read_nodes(nodes: Sequence[tuple[int, int]]) -> list[bytes]:
    """A `merkle.HashReader` over the stored nodes; ProofError when one is not there."""
    found: dict[tuple[int, int], bytes] = {}
    connection = db.session.connection()
    for start in range(0, len(nodes), MANY):
        some = nodes[start : start + MANY]
        values = {f"{a}{n}": node[k] for n, node in enumerate(some) for k, a in enumerate("ln")}
        rows = connection.execute(_nodes_query(len(some)), values)
        found.update(((level, number), bytes(hash_)) for level, number, hash_ in rows)
    try:
        return [found[node] for node in nodes]
    except KeyError as missing:
        raise merkle.ProofError(f"the node {missing} is not stored") from None


@cache
def _nodes_query(count: int) -> TextClause:
    # Not (level, number) IN (…): for pairs SQLite reads the whole table, at every posting. The
    # cross join makes it go from the wanted pairs to the key.
    pairs = ", ".join(f"(CAST(:l{n} AS INTEGER), CAST(:n{n} AS INTEGER))" for n in range(count))
    return text(
        f"WITH wanted (level, number) AS (VALUES {pairs})"
        " SELECT n.level, n.number, n.hash FROM wanted w CROSS JOIN log_node n"
        " WHERE n.level = w.level AND n.number = w.number"
    )


def read_row(level: int, first: int, count: int) -> list[bytes]:
    """The hashes of `count` neighbouring nodes of one level, from number `first`: a tile."""
    if first + count > MOST:
        return []
    return list(
        db.session.scalars(
            select(LogNode.hash)
            .where(LogNode.level == level, LogNode.number.between(first, first + count - 1))
            .order_by(LogNode.number)
        )
    )


def entry_bytes(first: int, count: int = 1) -> list[bytes]:
    """The bytes of `count` entries from index `first`, as many as there are."""
    if first + count > MOST:
        return []
    found = db.session.connection().execute(_BYTES, {"first": first, "last": first + count - 1})
    return list(found.scalars())


def entry(index: int) -> dict[str, Any] | None:
    """The decoded entry at `index`; None when there is none."""
    found = entry_bytes(index)
    return parse_entry(found[0]) if found else None


def entries_at(indexes: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Index → decoded entry, of those among `indexes` (at most `MANY`) that there are."""
    rows = db.session.execute(
        select(LogEntry.index, LogEntry.bytes).where(LogEntry.index.in_(indexes[:MANY]))
    )
    return {index: parse_entry(data) for index, data in rows}


def rotations() -> list[Rotation]:
    """Every change of the log's key, oldest first. **Not verified**: see `rotation.chain`.

    Unavailable when a stored one cannot be read: nobody can tell which keys are the log's.
    """
    rows = db.session.connection().execute(_ROTATED).all()
    try:
        return [read_rotation(index, parse_entry(data)) for index, data in rows]
    except TlogError as error:
        raise Unavailable(
            _l("意见记录与签署过的不一致，暂时不能写入。"), rule="stored-rotation", why=str(error)
        ) from None


def first_covering(index: int) -> str | None:
    """The signed note of the first checkpoint that covers the entry; None when there is none."""
    return db.session.scalar(
        select(LogCheckpoint.note)
        .where(LogCheckpoint.size > index)
        .order_by(LogCheckpoint.size)
        .limit(1)
    )


def entries_of(complaint: int) -> list[tuple[int, dict[str, Any]]]:
    """Index and decoded entry of everything that touched the complaint, oldest first."""
    rows = db.session.execute(
        select(LogEntry.index, LogEntry.bytes)
        .where(LogEntry.complaint == complaint)
        .order_by(LogEntry.index)
    )
    return [(index, parse_entry(data)) for index, data in rows]


def openings_of(complaint: int) -> list[Opening]:
    """The salts that are still held for the complaint's entries, in order of entry and field."""
    return list(
        db.session.scalars(
            select(Opening)
            .where(Opening.complaint == complaint)
            .order_by(Opening.entry, Opening.field)
        )
    )


def opening(index: int, field: str) -> bytes | None:
    """The salt of one commitment; None when it was never made, or erased."""
    return db.session.scalar(
        select(Opening.salt).where(Opening.entry == index, Opening.field == field)
    )


def opens(index: int, field: str, value: str, found: dict[str, Any]) -> bool:
    """Whether `value` with the kept salt is what entry `found` at `index` committed to."""
    salt = opening(index, field)
    committed = found.get("commitments", {}).get(field)
    return salt is not None and commit(field, salt, value) == committed


def prove(index: int, checkpoint: Tip | None = None) -> str:
    """The c2sp.org/tlog-proof of one entry under `checkpoint`.

    By default under the published one, which witnesses may have cosigned; the newest where that
    does not cover the entry yet.
    """
    under = checkpoint or published()
    if under is not None and index >= under.size:
        under = tip()
    if under is None:
        raise merkle.ProofError("the log is not opened")
    hashes = merkle.prove_inclusion(index, under.size, read_nodes)
    return format_proof(index, hashes, under.note)


def root_at(size: int) -> str:
    """The root of the first `size` entries, recomputed from stored nodes, in base64."""
    return b64encode(merkle.tree_root(size, read_nodes)).decode("ascii")


@dataclass(frozen=True)
class LogFilter:
    """What /log shows: None is no restriction. `hiding` keeps the acts that hide or change."""

    hiding: bool = True
    kind: str | None = None
    by: str | None = None
    complaint: int | None = None
    project: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    below: int | None = None  # keyset: only entries with a smaller index


def readable(wanted: LogFilter, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """Entries for the readable log, newest first."""
    rows = db.session.execute(_filtered(wanted).order_by(LogEntry.index.desc()).limit(limit))
    return [(index, parse_entry(data)) for index, data in rows]


def _filtered(wanted: LogFilter) -> Select[int, bytes]:
    query = select(LogEntry.index, LogEntry.bytes)
    if wanted.hiding and wanted.kind is None:
        query = query.where(LogEntry.hides.is_(True))
    equal = ((LogEntry.kind, wanted.kind), (LogEntry.by, wanted.by),
             (LogEntry.complaint, wanted.complaint), (LogEntry.project, wanted.project))  # fmt: skip
    for column, value in equal:
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(LogEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(LogEntry.at < wanted.until)
    if wanted.below is not None:
        query = query.where(LogEntry.index < wanted.below)
    return query


def newest_of(kinds: Iterable[str]) -> int:
    """The index of the newest entry of any of `kinds`; -1 when there is none."""
    found = db.session.scalar(
        select(db.func.max(LogEntry.index)).where(LogEntry.kind.in_(tuple(kinds)))
    )
    return -1 if found is None else found
