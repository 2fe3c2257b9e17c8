"""A board of an earlier version goes on with all it holds, and is not served before that."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from forum.app import ROW_CHECKS, create_app
from forum.base.db import db
from forum.log import queries as log
from forum.log.check import check_log
from forum.log.triggers import missing_triggers
from forum.startup import NotReady, check
from forum.upkeep.upgrade import know_migrations, known_revisions, upgrade, why_not_current
from tests.conftest import settings
from tests.factories import a_complaint, a_member

FIRST = "2026_11_22_board"


def rows_of(path: Path) -> dict[str, tuple[list[str], list[tuple[object, ...]]]]:
    """Table → its columns and rows, but for what Alembic keeps."""
    with closing(sqlite3.connect(path)) as base:
        names = [n for (n,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in names:
            if name != "alembic_version" and not name.startswith("sqlite_"):
                read = base.execute(f"SELECT * FROM {name}")
                found[name] = ([column[0] for column in read.description], read.fetchall())
    return found


def fill(path: Path, found: dict[str, tuple[list[str], list[tuple[object, ...]]]]) -> None:
    """Put rows into a database of an earlier version, as far as it has the columns."""
    with closing(sqlite3.connect(path)) as base:
        for name, (columns, rows) in found.items():
            there = {row[1] for row in base.execute(f"PRAGMA table_info({name})")}
            kept = [k for k, column in enumerate(columns) if column in there]
            if not kept:
                continue
            names = ", ".join(f'"{columns[k]}"' for k in kept)
            order = f"INSERT INTO {name} ({names}) VALUES ({', '.join('?' * len(kept))})"
            base.executemany(order, [[row[k] for k in kept] for row in rows])
        base.commit()


@pytest.fixture
def old_board(sqlite_app: Flask, tmp_path: Path) -> Flask:
    """A board in use whose database is as the first landed version made it."""
    a_complaint(a_member())
    db.session.remove()
    db.engine.dispose()
    instance = tmp_path / "old"
    shutil.copytree(tmp_path / "instance", instance)
    found = rows_of(instance / "zhiyan.db")
    for path in instance.glob("zhiyan.db*"):
        path.unlink()
    app = create_app(settings(instance))
    know_migrations(app)
    from flask_migrate import upgrade as run

    with app.app_context():
        run(revision=FIRST)
        db.engine.dispose()
    fill(instance / "zhiyan.db", found)
    return app


def test_a_board_of_the_first_version_is_upgraded_with_all_it_holds(old_board):
    assert upgrade(old_board) == (FIRST, known_revisions()[-1])
    with old_board.app_context():
        assert check_log(ROW_CHECKS) == []
        assert missing_triggers(db.session.connection()) == set()
        assert a_complaint().number == 2 and log.tip().size > 2
        db.session.remove()
        db.engine.dispose()


def test_upgrading_again_changes_nothing(old_board):
    upgrade(old_board)
    assert upgrade(old_board) == (known_revisions()[-1],) * 2


def test_a_database_of_an_older_version_is_not_served(old_board):
    with pytest.raises(NotReady, match=r"older version \(2026_11_22_board\): run `forum upgrade`"):
        check(old_board)


def test_a_database_of_a_newer_version_is_not_served(app):
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '2031_01_01_later'"))
    with pytest.raises(NotReady, match="newer version"):
        check(app)


def test_an_opened_board_is_current_on_both_databases(app):
    assert why_not_current() is None


def test_the_files_name_the_same_newest_revision_as_alembic_does(sqlite_app):
    from alembic.script import ScriptDirectory

    know_migrations(sqlite_app)
    from flask import current_app

    config = current_app.extensions["migrate"].migrate.get_config()
    assert (known_revisions()[-1],) == tuple(ScriptDirectory.from_config(config).get_heads())


def test_asking_for_the_version_takes_no_time(sqlite_app):
    why_not_current()
    known_revisions.cache_clear()
    started = time.perf_counter()
    why_not_current()
    assert time.perf_counter() - started < 0.1


def test_models_and_upgraded_tables_have_the_same_columns(old_board):
    upgrade(old_board)
    with old_board.app_context():
        found = inspect(db.engine)
        for name, table in db.metadatas[None].tables.items():
            columns = {column["name"] for column in found.get_columns(name)}
            assert columns == {column.name for column in table.columns}, name
        db.engine.dispose()
