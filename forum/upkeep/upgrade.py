"""Revisions of the database: whether it is the one this program knows, and bringing it there.

Alembic takes long to import, so a start compares the stored revision with what the file names of
`migrations/versions` say, and only `forum upgrade` and `forum init` run migrations.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, text

from forum.base.db import db

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_NAMED = re.compile(r"^(revision|down_revision) *= *(?:['\"](\w+)['\"]|None)", re.MULTILINE)


def stored_revision() -> str | None:
    """The revision of the database; None when no migration ever ran on it."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(text("SELECT version_num FROM alembic_version"))


@cache
def known_revisions() -> tuple[str, ...]:
    """Every revision that this program knows, oldest first."""
    follows: dict[str | None, str] = {}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        names = dict(_NAMED.findall(path.read_text("utf-8")))
        follows[names["down_revision"] or None] = names["revision"]
    found: list[str] = []
    while (following := follows.get(found[-1] if found else None)) is not None:
        found.append(following)
    return tuple(found)


def why_not_current() -> str | None:
    """In one line, why the database must not be used as it is; None when it is as it should be."""
    stored, known = stored_revision(), known_revisions()
    if stored == known[-1]:
        return None
    if stored is None or stored in known:
        return f"the database is of an older version ({stored}): run `forum upgrade`"
    return f"the database is of a newer version ({stored}) than this program: install that one"


def upgrade(app: Flask) -> tuple[str | None, str]:
    """Run the migrations that are missing; the revision before and the one after."""
    know_migrations(app)
    # Here, not above: Alembic and what it brings are a fifth of the time that a start takes.
    from flask_migrate import upgrade as run

    with app.app_context():
        before = stored_revision()
        run()
        db.session.remove()
    return before, known_revisions()[-1]


def know_migrations(app: Flask) -> None:
    """Let Flask-Migrate find them."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
