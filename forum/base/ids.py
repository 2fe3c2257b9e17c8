"""Ids that are named in the log: a row put back under its old id must not be overtaken."""

from __future__ import annotations

from sqlalchemy import text

from forum.base.db import Base, db


def continue_after(*models: type[Base]) -> None:
    """Let new rows of these models (whose key is `id`) come after all that are there.

    SQLite sees to that by itself; PostgreSQL counts apart from the rows.
    """
    if db.engine.dialect.name != "postgresql":
        return
    for model in models:
        name = model.__tablename__
        db.session.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
                " HAVING max(id) IS NOT NULL"
            )
        )
