"""`forum log check` names every row that is not what its entry says."""

import secrets
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from forum.app import ROW_CHECKS, create_app
from forum.base import clock, outbox
from forum.base.db import db
from forum.complaints import author_acts, photos, service
from forum.complaints.author_acts import Proof
from forum.complaints.service import existing
from forum.digest import service as digest
from forum.log.check import check_log
from forum.moderation import service as moderation
from forum.moderation import two_people
from forum.moderation.measures import Measure, Request
from forum.response import service as response
from forum.response.service import Resolution
from tests.complaints.test_photos import a_picture
from tests.conftest import settings
from tests.factories import (
    a_code,
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
)

REMOVED, ERASED, UNDER_REVIEW = 3, 4, 5


def _answered(key: str) -> None:
    """Complaint 1 with a photo, a wish, a me-too, a comment, a kept promise; confirmed."""
    first = a_complaint(key=key, remedy="换电梯", photos=(photos.prepare(a_picture(80, 60), "梯"),))
    service.support(a_member("邻居"), first.number)
    service.comment(a_member("楼上"), first.number, "我们也是。")
    tomorrow = clock.local_date() + timedelta(days=1)
    response.reply(a_person(), first.number, "查过了，明天换。", until=tomorrow)
    response.resolve(a_person(), first.number, Resolution("fixed", "execution"), "换好了。")
    author_acts.change_status(
        first.account, 1, "confirmed", Proof(existing(1).act_entry, a_code(key))
    )


def _edited_and_waiting(author) -> None:
    """Complaint 2 with an unproven edit and an unproven withdrawal that waits."""
    second = a_complaint(author)
    author_acts.edit(author, 2, second.title, "改。", Proof(second.act_entry))
    author_acts.withdraw(author, 2, Proof(existing(2).act_entry))


def _measures() -> None:
    """3 removed, restored and removed again; 4 erased; 5 with a refused request and a proposal."""
    third, moderator = a_complaint(), a_person("moderator")
    a_removal(third)
    moderation.restore(moderator, REMOVED, "mistake")
    a_removal(existing(REMOVED))
    fourth = a_complaint()
    service.comment(a_member("楼上"), ERASED, "也要清除。")
    an_erasure(fourth)
    a_complaint()
    asked = two_people.propose(
        a_person(), Measure("remove", UNDER_REVIEW, Request("abuse", "第二段点名道姓，请下架。"))
    )
    two_people.refuse_request(moderator, asked.number, "没有辱骂，不予处理。")
    two_people.propose(moderator, Measure("remove", UNDER_REVIEW, a_statement()))


def _history() -> None:
    """A bit of everything that has happened to complaints."""
    _answered(secrets.token_urlsafe(32))
    _edited_and_waiting(existing(1).account)
    _measures()
    digest.send(clock.local_date())
    while outbox.drain():
        pass
    db.session.rollback()


@pytest.fixture(scope="module")
def lived_in(opened_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance of a board with a history; copied, never changed."""
    folder = Path(shutil.copytree(opened_sqlite, tmp_path_factory.mktemp("lived") / "instance"))
    app = create_app(settings(folder))
    with app.app_context():
        _history()
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def board(lived_in: Path, tmp_path: Path) -> Iterator[Flask]:
    """A copy of it that a test may change behind the log's back."""
    app = create_app(settings(Path(shutil.copytree(lived_in, tmp_path / "instance"))))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_an_honest_history_is_clean(app: Flask) -> None:
    _history()
    assert check_log(ROW_CHECKS) == []


def test_the_board_is_clean_before_it_is_changed(board: Flask) -> None:
    assert check_log(ROW_CHECKS) == []


CHANGES = [
    "UPDATE complaint SET body = 'other' WHERE number = 1",
    "UPDATE complaint SET body_html = '<p>other</p>' WHERE number = 1",
    "UPDATE complaint SET state = 'visible', statement = NULL WHERE number = 3",
    "UPDATE complaint SET state = 'visible', statement = NULL WHERE number = 4",
    "UPDATE complaint SET title = 'still here' WHERE number = 4",
    "UPDATE complaint SET status = 'open' WHERE number = 1",
    "UPDATE complaint SET supporters = 40 WHERE number = 1",
    "UPDATE complaint SET replies = 7 WHERE number = 1",
    "UPDATE complaint SET author = 'somebody' WHERE number = 2",
    "UPDATE complaint SET remedy = NULL WHERE number = 1",
    "UPDATE complaint SET listed = 0 WHERE number = 1",
    "UPDATE complaint SET locked = 1 WHERE number = 1",
    "UPDATE complaint SET redacted = 1 WHERE number = 1",
    "UPDATE complaint SET merged_into = 2 WHERE number = 1",
    "UPDATE complaint SET imported = 1 WHERE number = 1",
    "UPDATE complaint SET made = 'device' WHERE number = 1",
    "UPDATE complaint SET last_entry = last_entry + 1 WHERE number = 1",
    "UPDATE complaint SET posted_at = '2020-01-01 00:00:00' WHERE number = 1",
    "UPDATE complaint SET answered_at = '2020-01-01 00:00:00' WHERE number = 1",
    "UPDATE complaint SET status_at = '2020-01-01 00:00:00' WHERE number = 1",
    "UPDATE complaint SET state_at = '2020-01-01 00:00:00' WHERE number = 3",
    "UPDATE complaint SET due_at = '2199-01-01 00:00:00' WHERE number = 2",
    "UPDATE complaint SET withdrawal_due = NULL WHERE number = 2",
    "UPDATE complaint SET category_id = category_id % 9 + 1 WHERE number = 2",
    "UPDATE complaint_version SET body = 'other' WHERE complaint = 1",
    "UPDATE complaint_version SET body_html = '<p>other</p>' WHERE complaint = 2",
    "UPDATE complaint_version SET proven = 1 WHERE complaint = 2",
    "DELETE FROM complaint_version WHERE complaint = 2 AND NOT proven",
    "INSERT INTO complaint_version SELECT 999, complaint, title, body, body_html, at, proven"
    " FROM complaint_version WHERE complaint = 1",
    "UPDATE reply SET body = 'other' WHERE kind = 'comment' AND complaint = 1",
    "UPDATE reply SET body_html = '<p>other</p>' WHERE kind = 'comment' AND complaint = 1",
    "UPDATE reply SET kind = 'holding' WHERE kind = 'reply'",
    "UPDATE reply SET role = 'executive' WHERE kind = 'reply'",
    "UPDATE reply SET department = 'board' WHERE kind = 'reply'",
    "UPDATE reply SET until = '2199-01-01' WHERE until IS NOT NULL",
    "UPDATE reply SET verified = NOT verified WHERE kind = 'comment'",
    "UPDATE reply SET state = 'removed' WHERE kind = 'reply'",
    "UPDATE reply SET body = 'still here' WHERE complaint = 4",
    "DELETE FROM reply WHERE kind = 'comment' AND complaint = 1",
    "UPDATE photo SET sha256 = received WHERE complaint = 1",
    "DELETE FROM photo WHERE complaint = 1",
    "DELETE FROM opening WHERE complaint = 2",
    "INSERT INTO opening SELECT entry, 'text', zeroblob(32), 4 FROM complaint WHERE number = 4",
    "UPDATE promise SET state = 'open' WHERE complaint = 1",
    "UPDATE promise SET until = '2199-01-01' WHERE complaint = 1",
    "DELETE FROM support WHERE complaint = 1",
    "INSERT INTO support SELECT 1, id, created_at, NULL FROM account WHERE role = 'moderator'",
    "UPDATE statement SET facts = 'something else entirely' WHERE number = 1",
    "UPDATE statement SET reason = 'spam' WHERE number = 1",
    "UPDATE statement SET act = 'erase' WHERE number = 1",
    "UPDATE statement SET until = '2199-01-01' WHERE number = 1",
    "UPDATE statement SET at = '2020-01-01 00:00:00' WHERE number = 1",
    "UPDATE statement SET lapses_at = '2199-01-01 00:00:00' WHERE number = 1",
    "UPDATE statement SET second = NULL WHERE number = 1",
    "UPDATE statement SET restored_entry = NULL WHERE number = 1",
    "UPDATE statement SET restored_reason = 'lapsed' WHERE number = 1",
    "UPDATE statement SET restored_entry = 9 WHERE number = 2",
    "DELETE FROM statement WHERE number = 2",
    "UPDATE proposal SET state = 'lapsed' WHERE state = 'open'",
    "UPDATE proposal SET state = 'open' WHERE state = 'refused'",
    "UPDATE proposal SET facts = 'something else entirely' WHERE state = 'open'",
    "UPDATE proposal SET answer = 'something else' WHERE state = 'refused'",
    "UPDATE proposal SET staff = 'S-099' WHERE state = 'open'",
    "UPDATE proposal SET lapses_at = '2199-01-01 00:00:00' WHERE state = 'open'",
    "DELETE FROM proposal WHERE state = 'refused'",
    "UPDATE rules SET preamble = 'other' WHERE version = 1",
    "UPDATE rules SET clauses = '[]' WHERE version = 1",
    "DELETE FROM rules",
    "UPDATE project SET name = 'other'",
    "UPDATE project SET households = 9",
    "UPDATE project SET phase = 'on_sale'",
    "UPDATE project SET city_id = NULL",
    "UPDATE city SET name = 'other'",
    "UPDATE category SET name = 'other' WHERE slug = 'repair'",
    "DELETE FROM department",
    "UPDATE account SET role = 'admin' WHERE role = 'staff'",
    "UPDATE account SET role = 'moderator' WHERE role = 'member'",
    "UPDATE account SET department = 'board' WHERE role = 'staff'",
    "UPDATE digest_issue SET text = 'all is well'",
    "UPDATE digest_issue SET sent_at = '2020-01-01 00:00:00'",
    "DELETE FROM digest_issue",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_behind_the_log_is_named(board: Flask, change: str) -> None:
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        assert connection.execute(text(change)).rowcount >= 1
    assert check_log(ROW_CHECKS) != []


@pytest.mark.parametrize(
    "kind", ["complaint.posted", "complaint.removed", "statement.proposed", "rules.published",
             "place.changed", "role.granted", "digest.sent", "complaint.erased"],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_is_named_and_hides_nothing_else(board, kind) -> None:
    changes = (
        "DROP TRIGGER log_entry_refuses_update",
        f"UPDATE log_entry SET bytes = CAST('{{}}' AS BLOB) WHERE kind = '{kind}'",
        "UPDATE city SET name = 'other'",
    )
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        for change in changes:
            connection.execute(text(change))
    found = {difference.code for difference in check_log(ROW_CHECKS)}
    assert {"entry-invalid", "trigger-missing"} <= found
    assert "commitment-differs" in found or kind == "place.changed"
