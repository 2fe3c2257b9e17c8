"""Rows of the log. Only `Opening` may ever be deleted; triggers refuse it for the others.

LogNode keeps the hash of every complete subtree, so that any tile, root or proof is a handful
of keyed reads (the layout of "stored hashes" in golang.org/x/mod/sumdb/tlog, as (level, number)).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Base, Bytes, UtcDateTime


class LogEntry(Base):
    """One entry: its canonical bytes, and beside them what the readable log filters by."""

    __tablename__ = "log_entry"

    index: Mapped[int] = mapped_column("idx", primary_key=True, autoincrement=False)
    bytes: Mapped[bytes] = mapped_column(Bytes)
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    hides: Mapped[bool]
    by: Mapped[str | None] = mapped_column(String(16))
    complaint: Mapped[int | None]
    project: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index("ix_log_entry_complaint", "complaint", "idx"),
        Index("ix_log_entry_kind", "kind", "idx"),
        Index("ix_log_entry_hides", "hides", "idx"),
    )


class LogNode(Base):
    """The hash of one complete subtree: leaves [number × 2^level, (number + 1) × 2^level)."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(Bytes)

    __table_args__ = {"sqlite_with_rowid": False}


class LogCheckpoint(Base):
    """The signed note of the tree after one commit; `root` is base64, as in the note."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(44))
    note: Mapped[str] = mapped_column(Text)


class LogCosignature(Base):
    """A witness's line under the checkpoint of `size`, verified before it was stored.

    `name` is that in the witness's key, `time` when it vouched by its own clock.
    """

    __tablename__ = "log_cosignature"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    line: Mapped[str] = mapped_column(Text)
    time: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = {"sqlite_with_rowid": False}


class LogPublished(Base):
    """A size that /tlog/checkpoint was raised to; it serves the largest, which only rises."""

    __tablename__ = "log_published"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Opening(Base):
    """The salt behind one commitment. Kept apart from the log: an erasure destroys it."""

    __tablename__ = "opening"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    salt: Mapped[bytes] = mapped_column(Bytes)
    complaint: Mapped[int | None] = mapped_column(index=True)

    __table_args__ = {"sqlite_with_rowid": False}
