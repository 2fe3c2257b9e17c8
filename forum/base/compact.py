"""Leaving nothing of deleted rows in the files of the database.

SQLite overwrites what is deleted (``secure_delete``), but pages as they were before still lie in
the write-ahead log. PostgreSQL keeps the rows before a change until its tables are rewritten, and
samples of column values in its statistics. PostgreSQL's own write-ahead log and its archive are
files of the operator, and expire by the operator's rules.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select, text
from sqlalchemy.exc import ProgrammingError

from forum.base.db import Base, db, transaction
from forum.base.outbox import OutboxRow, Payload

logger = logging.getLogger("forum.compact")
# The receivers of erasures, of whom `after_erasure` is the last.
TOPIC = "content.erased"
OWN = f"{TOPIC}:compact"


class StillAtWork(Exception):
    """Another part of the erasure is not done, or somebody reads old pages; tried again later."""


def after_erasure(_payloads: Sequence[Payload]) -> None:
    """The last receiver of content.erased: when all others are done, nothing may be left in files."""
    rows = OutboxRow.receiver.startswith(f"{TOPIC}:") & (OutboxRow.receiver != OWN)
    waiting = select(OutboxRow.receiver).where(rows, OutboxRow.done_at.is_(None)).limit(1)
    if (other := db.session.scalar(waiting)) is not None:
        raise StillAtWork(other)
    with transaction():
        # They name the files by their digests.
        db.session.execute(delete(OutboxRow).where(rows))
    compact()


def compact() -> None:
    """Make deleted content unreadable in the files of the database; outside of a transaction.

    The tables of the log are left alone: they hold nothing that could be erased. StillAtWork
    when a reader of an earlier state is under way.
    """
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        _truncate_wal()
    else:
        _rewrite(name for name in Base.metadata.tables if not name.startswith("log_"))


def _truncate_wal() -> None:
    connection = db.engine.raw_connection()
    try:
        busy, _pages, _moved = connection.cursor().execute(
            "PRAGMA wal_checkpoint(TRUNCATE)"
        ).fetchone()  # fmt: skip
    finally:
        connection.close()
    if busy:
        raise StillAtWork("the write-ahead log is being read; it is truncated later")


def _rewrite(tables: Iterable[str]) -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f"VACUUM (FULL, ANALYZE) {table}"))
        for further in ("VACUUM FULL pg_catalog.pg_statistic", "CHECKPOINT"):
            try:
                connection.execute(text(further))
            except ProgrammingError as refused:  # a right that not every owner of a database has
                logger.warning("%s: %s", further, refused.orig)
