"""What the digest says of the log: checked whole, or when that takes too long its newest part."""

import pytest
from sqlalchemy import text

from forum.base.db import db, transaction
from forum.complaints.models import Complaint
from forum.digest import logcheck
from forum.digest.value import LogCheck
from forum.log import queries as log
from forum.log.check import Difference
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
    assert logcheck.check() == LogCheck("whole", log.tip().size, 0)


def test_a_large_log_is_checked_in_its_newest_part_and_says_so(app, monkeypatch):
    monkeypatch.setattr(logcheck, "WHOLE_UP_TO", 5)
    monkeypatch.setattr(logcheck, "NEWEST", 10)
    a_complaint()
    assert logcheck.check() == LogCheck("newest", 10, 0)


def test_a_changed_entry_fails_the_whole_check(tampered):
    a_complaint()
    tampered(2)
    assert not logcheck.check().passed


def test_a_changed_entry_fails_the_check_of_the_newest_part(tampered):
    a_complaint()
    size = log.tip().size
    tampered(size - 1)
    assert logcheck.check_newest(size) == 1


def test_a_text_changed_behind_the_log_fails_the_check(app):
    number = a_complaint().number
    with transaction():
        db.session.get(Complaint, number).body = "一切都好。"
    assert not logcheck.check().passed


def test_a_difference_that_does_not_last_is_none(app, monkeypatch):
    passing = iter([[Difference("row-differs", 1, "changed while it was read")], []])
    monkeypatch.setattr(logcheck, "ROW_CHECKS", (lambda: next(passing),))
    assert logcheck.check().passed
