"""Rows: the one `db`, portable column types, and `transaction()`, the only way to change anything.

SQLite runs WAL with ``synchronous=FULL``: with NORMAL a power cut loses rows whose receipt was
already sent. Every writing transaction begins IMMEDIATE, because a read transaction that is
upgraded fails at once, whatever the busy timeout, and because "read last, append" forks a log
under the driver's deferred default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, LargeBinary, MetaData, TypeDecorator, event, text
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=5000",
    "foreign_keys=ON",
    "cache_size=-8192",
    "secure_delete=ON",
    "recursive_triggers=ON",
    "temp_store=MEMORY",
)
# Any constant will do, as long as every node of one board takes the same.
WRITE_LOCK = 0x5A48_4959


class Base(DeclarativeBase):
    """Parent of every model; names its constraints so that SQLite can alter them."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment: ``timestamptz`` on PostgreSQL, naive UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Bytes = LargeBinary
db = SQLAlchemy(model_class=Base)


class Transaction:
    """What hangs on one open transaction: steps before its commit and after it, and notes."""

    def __init__(self) -> None:
        self.before_commit: list[Callable[[], None]] = []
        self.after_commit: list[Callable[[], None]] = []
        self.notes: dict[str, Any] = {}


def current_transaction() -> Transaction:
    """The open transaction; RuntimeError outside of one: no change happens without it."""
    found = db.session().info.get("transaction")
    if found is None:
        raise RuntimeError("a change of state needs transaction()")
    return found


@contextmanager
def transaction() -> Iterator[Transaction]:
    """One change of state, whole or not at all.

    Ends an open read transaction first, takes the write lock, and leaves what was read before
    expired, so that it is read again. Joins the outer transaction when there is one. On leaving
    the block: `before_commit` steps, COMMIT, `after_commit` steps; after any error, ROLLBACK.
    """
    session = db.session()
    outer = session.info.get("transaction")
    if outer is not None:
        yield outer
        return
    opened = _begin(session)
    try:
        yield opened
        for step in opened.before_commit:
            step()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("transaction", None)
    for step in opened.after_commit:
        step()


def _begin(session: Session) -> Transaction:
    session.rollback()
    connection = session.connection(execution_options={"write": True})
    if connection.dialect.name == "postgresql":
        # Before any max(): READ COMMITTED then sees what the last holder committed.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
    opened = session.info["transaction"] = Transaction()
    return opened


def prepare_engine(engine: Engine) -> None:
    """Attach the SQLite recipe to `engine`; call before its first connection."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute("PRAGMA " + pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _(connection: Any) -> None:
        writes = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
