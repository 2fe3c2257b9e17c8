"""A board that is not as it should be is not served, and how it is set is in the log."""

import pytest
from sqlalchemy import select, text

from forum.app import create_app
from forum.base.db import db
from forum.log import queries as log
from forum.log.models import LogEntry
from forum.startup import NotReady, check
from tests.conftest import settings


def changes():
    """Setting and value of every `setting.changed`, oldest first."""
    db.session.rollback()
    rows = db.session.scalars(
        select(LogEntry.index).where(LogEntry.kind == "setting.changed").order_by(LogEntry.index)
    )
    entries = [log.entry(index) for index in rows]
    db.session.rollback()
    return [(entry["setting"], entry["value"]) for entry in entries]


def test_a_setting_that_hides_is_logged_when_it_changes_and_only_then(app):
    assert changes() == [("hold", "off")]
    app.config["FORUM_HOLD"] = "on"
    check(app)
    check(app)
    assert changes() == [("hold", "off"), ("hold", "on")]


def test_a_log_without_its_triggers_is_not_served(app):
    on = " ON log_entry" if db.engine.dialect.name == "postgresql" else ""
    with db.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER log_entry_refuses_update{on}"))
    with pytest.raises(NotReady, match="log_entry_refuses_update"):
        check(app)


def test_another_address_would_be_another_log(sqlite_app, tmp_path):
    with pytest.raises(ValueError, match=r"keeps the log board\.test/tlog, for ever"):
        create_app(settings(tmp_path / "instance", FORUM_BASE_URL="http://other.test"))


def test_a_database_with_another_log_is_not_served(app, tmp_path):
    from forum.base import resources
    from forum.log.keys import LogKeys
    from forum.log.ring import KeyRing, secret_line
    from forum.tlog.note import new_key

    (tmp_path / "other.key").write_text(secret_line("other.test/tlog", new_key()))
    ring = KeyRing(tmp_path / "other.key")
    resources.provide(app, "log", LogKeys(ring, resources.resource("log").last_signed))
    with pytest.raises(NotReady, match=r"not other\.test/tlog"):
        check(app)


@pytest.mark.parametrize(
    ("base", "bind"),
    [("http://complaints.example.com", None), ("http://127.0.0.1:8000", "8.8.8.8:80")],
)
def test_cookies_do_not_travel_in_the_clear_unless_that_is_allowed(sqlite_app, base, bind):
    sqlite_app.config["FORUM_BASE_URL"] = base
    with pytest.raises(NotReady, match="FORUM_ALLOW_HTTP=1"):
        check(sqlite_app, bind)
    sqlite_app.config["FORUM_ALLOW_HTTP"] = "1"
    assert "unprotected" in check(sqlite_app, bind)[0]


@pytest.mark.parametrize("base", ["https://complaints.example.com", "http://192.168.1.9:8000"])
def test_https_and_the_house_next_door_need_no_permission(sqlite_app, base):
    sqlite_app.config["FORUM_BASE_URL"] = base
    assert check(sqlite_app, "0.0.0.0:8000") == []
