"""How many rows every table has: whether something was stored that should not have been."""

from __future__ import annotations

from sqlalchemy import func, inspect, select, table

from forum.base.db import db


def row_counts(*, without: frozenset[str] = frozenset()) -> dict[str, int]:
    """Table → number of rows, for every table that the database has (but `without`)."""
    names = [name for name in inspect(db.engine).get_table_names() if name not in without]
    counts = {
        name: db.session.scalar(select(func.count()).select_from(table(name))) for name in names
    }
    db.session.rollback()
    return counts
