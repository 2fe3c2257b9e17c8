"""Whether the log still holds: what every digest says of it."""

from __future__ import annotations

from sqlalchemy import select

from forum.accounts.check import check_rows as check_roles
from forum.base.db import db
from forum.base.refusal import Unavailable
from forum.complaints.check import check_rows as check_complaints
from forum.complaints.check_sealed import check_sealed
from forum.digest.check import check_rows as check_digests
from forum.digest.value import LogCheck
from forum.log import queries as log
from forum.log import rotation
from forum.log.check import Difference, check_log
from forum.log.models import LogCheckpoint, LogEntry, LogNode
from forum.moderation.check import check_rows as check_statements
from forum.moderation.check_closing import check_closing
from forum.moderation.check_flags import check_flags
from forum.moderation.check_redress import check_redress
from forum.moderation.check_suspensions import check_suspensions
from forum.places.check import check_rows as check_places
from forum.tlog import merkle
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.rotation import open_signed_by_all
from forum.transparency.check import check_rows as check_opinions

ROW_CHECKS = (check_roles, check_places, check_complaints, check_sealed, check_statements,
              check_suspensions, check_closing, check_flags, check_redress, check_opinions, check_digests)  # fmt: skip
# A log up to this size is checked whole for every digest, with the rows; of a larger one the
# newest entries, so that the worker is not held up for minutes.
WHOLE_UP_TO = 50_000
NEWEST = 20_000
BATCH = 2_000


def check() -> LogCheck:
    """The log recomputed from its stored bytes, and rows against it; ends the read transaction."""
    tip = log.tip()
    size = tip.size if tip else 0
    if size <= WHOLE_UP_TO:
        return LogCheck("whole", size, len(_lasting_differences()))
    return LogCheck("newest", NEWEST, check_newest(size))


def _lasting_differences() -> set[Difference]:
    """What two checks in a row find: rows that change while they are read differ only once."""
    found = set(check_log(ROW_CHECKS))
    return found & set(check_log(ROW_CHECKS)) if found else found


def check_newest(size: int) -> int:
    """How many differences the newest entries of a tree of `size` show, and its root and signature.

    Each entry is parsed and hashed against its stored leaf; the root is recomputed from stored
    nodes. What lies further back is left to `forum log check`.
    """
    first = max(0, size - NEWEST)
    differences = sum(
        _leaf_differences(start, min(start + BATCH, size)) for start in range(first, size, BATCH)
    )
    return differences + _root_differences(size)


def _leaf_differences(start: int, stop: int) -> int:
    rows = db.session.execute(
        select(LogEntry.bytes, LogNode.hash)
        .join(LogNode, (LogNode.level == 0) & (LogNode.number == LogEntry.index))
        .where(LogEntry.index >= start, LogEntry.index < stop)
    ).all()
    return (stop - start - len(rows)) + sum(not _holds(data, leaf) for data, leaf in rows)


def _holds(data: bytes, leaf: bytes) -> bool:
    try:
        parse_entry(data)
    except TlogError:
        return False
    return merkle.leaf_hash(data) == leaf


def _root_differences(size: int) -> int:
    row = db.session.get(LogCheckpoint, size)
    try:
        note = open_signed_by_all(row.note if row else "", rotation.due_keys())
        root = merkle.tree_root(size, log.read_nodes)
    except (TlogError, Unavailable):
        return 1
    signed = note.checkpoint
    return int((signed.size, signed.root) != (size, root))
