"""Side effects after the commit: a row written with the change, carried out by the worker.

`emit()` writes one row per receiver inside the verb's transaction, so a crash can neither lose
the effect nor show it before the change is real. Receivers must bear being called again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from forum.base import clock
from forum.base.db import Base, UtcDateTime, current_transaction, db, transaction

Payload = dict[str, Any]
Receiver = Callable[[Sequence[Payload]], None]

BATCH = 1000
GIVE_UP_AFTER = 12
KEEP_DONE = timedelta(days=7)
logger = logging.getLogger("forum.outbox")
_receivers: dict[str, dict[str, tuple[Receiver, bool]]] = {}


class OutboxRow(Base):
    """One effect still to be carried out by one receiver."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    receiver: Mapped[str] = mapped_column(String(80))
    payload: Mapped[Payload] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_outbox_open", "done_at", "due_at", "id"),)


def subscribe(topic: str, name: str, receiver: Receiver, *, batch: bool = False) -> None:
    """Let `receiver` hear of `topic`; with `batch` it gets many payloads in one call."""
    _receivers.setdefault(topic, {})[name] = (receiver, batch)


def emit(topic: str, **payload: Any) -> None:
    """Write the effect's rows into the open transaction."""
    current_transaction()
    now = clock.now()
    for name in _receivers.get(topic, {}):
        db.session.add(
            OutboxRow(
                receiver=f"{topic}:{name}", payload=payload, created_at=now, due_at=now, attempts=0
            )
        )


def drain(limit: int = BATCH) -> int:
    """Carry out what is due, oldest first; the number of rows taken up (0: nothing was due)."""
    due = (OutboxRow.done_at.is_(None)) & (OutboxRow.due_at <= clock.now())
    rows = db.session.execute(
        select(OutboxRow.id, OutboxRow.receiver, OutboxRow.payload, OutboxRow.attempts)
        .where(due)
        .order_by(OutboxRow.id)
        .limit(limit)
    ).all()
    db.session.rollback()  # no read transaction stays open while mail is sent
    by_receiver: dict[str, list[Any]] = {}
    for row in rows:
        by_receiver.setdefault(row.receiver, []).append(row)
    for name, group in by_receiver.items():
        _deliver(name, group)
    return len(rows)


def _deliver(name: str, rows: list[Any]) -> None:
    topic, _, key = name.partition(":")
    receiver, batch = _receivers.get(topic, {}).get(key, (None, False))
    if receiver is None:
        _failed(rows, f"no receiver {name}")
        return
    for group in [rows] if batch else [[row] for row in rows]:
        try:
            receiver([row.payload for row in group])
        except Exception as error:  # one bad effect must not stop the others
            logger.exception("outbox receiver %s failed", name)
            _failed(group, f"{type(error).__name__}: {error}")
        else:
            _finished(group)


def _finished(rows: list[Any]) -> None:
    with transaction():
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_([row.id for row in rows]))
            .values(done_at=clock.now(), error=None)
        )


def _failed(rows: list[Any], error: str) -> None:
    with transaction():
        for row in rows:
            attempts = row.attempts + 1
            wait = timedelta(seconds=min(2**attempts, 3600))
            if attempts >= GIVE_UP_AFTER:
                wait = timedelta(days=1)  # kept and tried daily; `forum status` shows it
            db.session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == row.id)
                .values(attempts=attempts, error=error[:2000], due_at=clock.now() + wait)
            )


def sweep() -> None:
    """Forget effects that were carried out more than a week ago."""
    with transaction():
        db.session.execute(delete(OutboxRow).where(OutboxRow.done_at < clock.now() - KEEP_DONE))


def waiting() -> int:
    """How many effects are not carried out yet."""
    query = select(db.func.count()).select_from(OutboxRow).where(OutboxRow.done_at.is_(None))
    return db.session.scalar(query) or 0
