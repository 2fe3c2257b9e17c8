"""Which checkpoint the world is shown: one stored choice, whose size only rises.

It is the newest that enough witnesses cosigned. When that is more than 60 seconds behind, it is the
newest of our own: a witness that is away must not stop the log, and the pages say that it is away.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.resources import resource
from forum.log import queries
from forum.log.models import LogCosignature, LogEntry, LogPublished
from forum.log.queries import Tip
from forum.tlog.note import parse_signature_line
from forum.tlog.policy import Policy, quorum_met

LATE = timedelta(seconds=60)
# A witness counts as watching while it missed nothing but the entries of so long.
AWAY = timedelta(minutes=5)
# The worker gathers once a second at most, so this many sizes reach back over `LATE` for sure.
SIZES_BACK = 64
logger = logging.getLogger("forum.log")


class Cosigners(NamedTuple):
    """A size, and the names of the policy's witnesses who cosigned its checkpoint."""

    size: int
    names: frozenset[str]


def publish() -> None:
    """Raise the choice if a better one is there. A board that never had witnesses needs none."""
    policy: Policy | None = resource("policy")
    newest, shown = queries.tip(), queries.published_size()
    if newest is None or (policy is None and shown is None):
        return
    # Until the first choice the newest was shown, and what is shown must never shrink.
    chosen = newest.size if shown is None else _choice(policy, newest.size, shown)
    if shown is None or chosen > shown:
        _raise_to(chosen)


def current() -> Tip | None:
    """The checkpoint to serve now; None before the log is opened.

    The worker makes the choice. A reader makes it only where there is none yet, or where it is
    late, since the worker may be down; a choice that cannot be stored leaves the one before.
    """
    policy, shown = resource("policy"), queries.published_size()
    newest = queries.tip()
    if newest is None or (policy is None and shown is None):
        return newest
    if shown is None or _is_late(shown, newest.size):
        try:
            publish()
        except SQLAlchemyError:
            logger.exception("the choice of the published checkpoint could not be stored")
            db.session.rollback()
    return queries.published()


def witness_count() -> int:
    """How many independent witnesses watch the log: those of the policy who keep up with it."""
    policy: Policy | None = resource("policy")
    newest = queries.tip() if policy else None
    if policy is None or newest is None:
        return 0
    covered: dict[str, int] = {}
    for size, names in cosigned(policy):
        for name in names:
            covered.setdefault(name, size)
    return sum(not _is_late(size, newest.size, AWAY) for size in covered.values())


def cosigned(policy: Policy) -> Iterator[Cosigners]:
    """The newest checkpoints that any witness of the policy cosigned, newest first.

    A line by another key than the policy's does not count, whatever name stands in it.
    """
    known = {verifier.name: verifier.key_id for verifier in policy.verifiers}
    rows = db.session.execute(
        select(LogCosignature.size, LogCosignature.name, LogCosignature.line)
        .where(LogCosignature.name.in_(known))
        .order_by(LogCosignature.size.desc())
        .limit(SIZES_BACK * len(known))
    ).all()
    for size, group in groupby(rows, key=lambda row: row.size):
        keys = ((row.name, parse_signature_line(row.line.rstrip("\n")).key_id) for row in group)
        yield Cosigners(size, frozenset(name for name, key in keys if known[name] == key))


def _choice(policy: Policy | None, newest: int, shown: int) -> int:
    """The newest size with a quorum, or the newest of all when that is late."""
    if newest == shown or policy is None or policy.quorum is None:
        return newest
    sizes = (size for size, names in cosigned(policy) if quorum_met(policy, names))
    size = next(sizes, 0)
    return newest if _is_late(size, newest) else size


def _raise_to(chosen: int) -> None:
    with transaction():
        shown = queries.published_size()
        if shown is None or chosen > shown:
            db.session.add(LogPublished(size=chosen))


def _is_late(size: int, newest: int, after: timedelta = LATE) -> bool:
    """Whether an entry that a tree of `size` does not cover is older than `after`."""
    if size >= newest:
        return False
    at = db.session.scalar(select(LogEntry.at).where(LogEntry.index == size))
    return at is not None and clock.now() - at > after
