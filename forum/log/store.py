"""What an append reads and writes, by the shortest way to the database.

These statements are part of every change of state and run thousands of times in an import, so
they go to the connection as prepared text, past the unit of work. What they write is read back
and recomputed before anything is signed: see `service._seal`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Dialect, Table, bindparam, func, select, text

from forum.base.db import db
from forum.log.models import LogCheckpoint, LogEntry

Row = tuple[Any, ...]

_entries = cast(Table, LogEntry.__table__)
_checkpoints = cast(Table, LogCheckpoint.__table__)
_NEWEST = select(_entries.c.idx, _entries.c.at).order_by(_entries.c.idx.desc()).limit(1)
_NOTE = select(_checkpoints.c.note).order_by(_checkpoints.c.size.desc()).limit(1)
_LAST = (
    select(func.max(_entries.c.idx))
    .where(_entries.c.complaint.in_(bindparam("complaints", expanding=True)))
    .group_by(_entries.c.complaint)
)
_PROJECTS = select(_entries.c.complaint, _entries.c.project).where(_entries.c.idx.in_(_LAST))
# So many are asked for at once: a statement holds a bounded number of parameters.
_ASKED = 500
_CLOCK = text("SELECT clock_timestamp()")


class Newest(NamedTuple):
    """How many entries there are, and when the last was made (UTC); None of an empty log."""

    size: int
    at: datetime | None


def newest() -> Newest:
    """Where the log ends now."""
    row = db.session.connection().execute(_NEWEST).first()
    return Newest(row.idx + 1, row.at) if row else Newest(0, None)


def newest_note() -> str:
    """The newest signed checkpoint; empty before the first."""
    return db.session.connection().execute(_NOTE).scalar() or ""


def database_clock() -> datetime | None:
    """PostgreSQL's present moment, which all nodes of a board share; None on SQLite."""
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        return None
    return cast(datetime, connection.execute(_CLOCK).scalar_one())


def newest_projects(complaints: Iterable[int]) -> dict[int, str | None]:
    """The project beside the newest entry about each of the complaints that have one."""
    connection, asked = db.session.connection(), sorted(complaints)
    found: dict[int, str | None] = {}
    for first in range(0, len(asked), _ASKED):
        some = connection.execute(_PROJECTS, {"complaints": asked[first : first + _ASKED]})
        found.update((complaint, project) for complaint, project in some)
    return found


def insert(table: Any, rows: Sequence[Row]) -> None:
    """Write rows, in this order, each a tuple in the order of the table's columns."""
    connection = db.session.connection()
    statement, change = _insertion(cast(Table, table.__table__), connection.dialect)
    connection.exec_driver_sql(statement, [change(row) for row in rows] if change else list(rows))


@cache
def _insertion(table: Table, dialect: Dialect) -> tuple[str, Callable[[Row], Row] | None]:
    """The statement, and what turns a row into what the driver takes, where it does not as is."""
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    marks = ", ".join(mark for _column in table.columns)
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"
    times = [k for k, column in enumerate(table.columns) if column.name == "at"]
    if not times:
        return statement, None
    of = table.columns["at"].type.dialect_impl(dialect)
    place, process = times[0], of.bind_processor(dialect)
    if process is None:
        return statement, None
    # Thousands of entries of one import are of the same second.
    said = lru_cache(maxsize=64)(process)
    return statement, lambda row: (*row[:place], said(row[place]), *row[place + 1 :])
