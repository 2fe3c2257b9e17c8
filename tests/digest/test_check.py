"""What the digest says of the log: checked whole, or when that takes too long its newest part."""

import pytest
from sqlalchemy import text

from forum.base.db import db
from forum.digest import acts
from forum.digest.value import LogCheck
from forum.log import queries as log
from tests.factories import a_complaint


@pytest.fixture
def tampered(sqlite_app):
    """A board whose database owner dropped a trigger and changed one entry."""

    def change(index: int) -> None:
        db.session.execute(text("DROP TRIGGER log_entry_refuses_update"))
        db.session.execute(
            text("UPDATE log_entry SET bytes = CAST('{}' AS BLOB) WHERE idx = :n"), {"n": index}
        )
        db.session.commit()

    return change


def test_an_untouched_log_passes_whole(app):
    a_complaint()
    assert acts.check() == LogCheck("whole", log.tip().size, 0)


def test_a_large_log_is_checked_in_its_newest_part_and_says_so(app, monkeypatch):
    monkeypatch.setattr(acts, "WHOLE_UP_TO", 5)
    monkeypatch.setattr(acts, "NEWEST", 10)
    a_complaint()
    assert acts.check() == LogCheck("newest", 10, 0)


def test_a_changed_entry_fails_the_whole_check(tampered):
    a_complaint()
    tampered(2)
    assert not acts.check().passed


def test_a_changed_entry_fails_the_check_of_the_newest_part(tampered):
    a_complaint()
    size = log.tip().size
    tampered(size - 1)
    assert acts.check_newest(size) == 1
