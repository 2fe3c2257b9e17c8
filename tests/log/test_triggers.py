"""The database itself refuses to change or to lose what is logged."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forum.base.db import db, transaction
from forum.log import service
from forum.log.triggers import APPEND_ONLY, missing_triggers, trigger_names
from tests.log.board import SUPPORT, support

COLUMNS = {
    "log_entry": "(idx, bytes, kind, at, hides) VALUES (:key, 'x', 'k', '2026-11-22 03:04:05', false)",
    "log_node": "(level, number, hash) VALUES (0, :key, 'x')",
    "log_checkpoint": "(size, root, note) VALUES (:key, 'x', 'x')",
    "log_cosignature": ("(size, name, line, time) VALUES (:key, 'w1', 'x', '2026-11-22 03:04:05')"),
    "log_published": "(size) VALUES (:key)",
}
COLUMN = {"log_entry": "kind", "log_node": "level", "log_checkpoint": "note",
          "log_cosignature": "line", "log_published": "size"}  # fmt: skip


@pytest.fixture(autouse=True)
def three_entries(app):
    support(1)
    support(2)
    with transaction():
        for table in ("log_cosignature", "log_published"):
            db.session.execute(text(f"INSERT INTO {table} {COLUMNS[table]}"), {"key": 2})


def _refused(statement, **values):
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.execute(text(statement), values)
    return True


def _rows(table):
    return db.session.execute(text(f"SELECT * FROM {table}")).all()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_logged_is_ever_changed(table):
    before = _rows(table)
    column = COLUMN[table]
    assert _refused(f"UPDATE {table} SET {column} = {column}")
    assert _rows(table) == before


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_logged_is_ever_deleted(table):
    before = _rows(table)
    assert _refused(f"DELETE FROM {table}")
    assert _rows(table) == before


@pytest.mark.parametrize(
    ("table", "key"),
    [("log_entry", 5), ("log_entry", 2), ("log_entry", -1), ("log_node", 5), ("log_node", 0),
     ("log_checkpoint", 3), ("log_checkpoint", 1), ("log_published", 1), ("log_published", 2),
     ("log_published", 4), ("log_cosignature", 4)],
)  # fmt: skip
def test_nothing_is_put_anywhere_but_at_the_end(table, key):
    assert _refused(f"INSERT INTO {table} {COLUMNS[table]}", key=key)


@pytest.mark.parametrize(
    ("table", "key"),
    [("log_entry", 2), ("log_node", 2), ("log_checkpoint", 3), ("log_cosignature", 2)],
)
def test_nothing_logged_is_replaced(table, key, url):
    put, otherwise = "INSERT OR REPLACE", ""
    if url:
        column = COLUMN[table]
        put = "INSERT"
        otherwise = f" ON CONFLICT ON CONSTRAINT pk_{table} DO UPDATE SET {column} = DEFAULT"
    before = _rows(table)
    assert _refused(f"{put} INTO {table} {COLUMNS[table]}{otherwise}", key=key)
    assert _rows(table) == before


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("how", ["", " CASCADE"])
def test_nothing_logged_is_truncated(table, how, url):
    # SQLite knows no TRUNCATE; its DELETE without a condition runs the triggers as any other.
    assert _refused(f"TRUNCATE {table}{how}" if url else f"DELETE FROM {table} WHERE true")


def test_at_the_end_is_open_to_many_rows_at_once():
    with transaction():
        for n in range(20):
            service.append("support.added", supporters=n, **SUPPORT)
    assert len(_rows("log_entry")) == 23


def test_a_trigger_that_is_gone_is_missed(url):
    assert missing_triggers(db.session.connection()) == set()
    on_table = " ON log_entry" if url else ""
    db.session.execute(text(f"DROP TRIGGER log_entry_refuses_update{on_table}"))
    assert missing_triggers(db.session.connection()) == {"log_entry_refuses_update"}


def test_a_trigger_that_is_switched_off_is_missed(url):
    if url:
        db.session.execute(text("ALTER TABLE log_node DISABLE TRIGGER ALL"))
        missing = missing_triggers(db.session.connection())
        assert missing == {name for name in trigger_names("postgresql") if "node" in name}
    else:
        assert db.session.scalar(text("PRAGMA recursive_triggers")) == 1
