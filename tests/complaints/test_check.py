"""`forum log check` names every row that is not what its entry says."""

import secrets
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from forum.app import ROW_CHECKS
from forum.base import clock
from forum.base.db import db
from forum.complaints import author_acts, photos, service
from forum.complaints.author_acts import Proof
from forum.complaints.service import existing
from forum.log.check import check_log
from forum.moderation import service as moderation
from forum.response import service as response
from forum.response.service import Resolution
from tests.complaints.test_photos import a_picture
from tests.factories import a_code, a_complaint, a_member, a_person, a_removal


def _history() -> None:
    """A bit of everything that has happened to complaints."""
    key = secrets.token_urlsafe(32)
    first = a_complaint(key=key, remedy="换电梯", photos=(photos.prepare(a_picture(80, 60), "梯"),))
    author = first.account
    service.support(a_member("邻居"), first.number)
    service.comment(a_member("楼上"), first.number, "我们也是。")
    tomorrow = clock.local_date() + timedelta(days=1)
    response.reply(a_person(), first.number, "查过了，明天换。", until=tomorrow)
    response.resolve(a_person(), first.number, Resolution("fixed", "execution"), "换好了。")
    author_acts.change_status(author, 1, "confirmed", Proof(existing(1).act_entry, a_code(key)))
    second = a_complaint(author)
    author_acts.edit(author, 2, second.title, "改。", Proof(second.act_entry))
    author_acts.withdraw(author, 2, Proof(existing(2).act_entry))
    third = a_complaint()
    a_removal(third)
    moderation.restore(a_person("moderator"), 3, "mistake")
    a_removal(existing(3))


def test_an_honest_history_is_clean(app: Flask) -> None:
    _history()
    assert check_log(ROW_CHECKS) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE complaint SET body = 'other' WHERE number = 1",
        "UPDATE complaint SET state = 'visible', statement = NULL WHERE number = 3",
        "UPDATE complaint SET status = 'open' WHERE number = 1",
        "UPDATE complaint SET supporters = 40 WHERE number = 1",
        "UPDATE complaint SET author = 'somebody' WHERE number = 2",
        "UPDATE complaint SET remedy = NULL WHERE number = 1",
        "UPDATE complaint SET posted_at = '2020-01-01 00:00:00' WHERE number = 1",
        "UPDATE complaint_version SET body = 'other' WHERE complaint = 1",
        "UPDATE reply SET body = 'other' WHERE kind = 'comment'",
        "UPDATE photo SET sha256 = received WHERE complaint = 1",
        "DELETE FROM photo WHERE complaint = 1",
        "UPDATE statement SET facts = 'something else entirely' WHERE number = 1",
        "UPDATE statement SET reason = 'spam' WHERE number = 1",
        "DELETE FROM opening WHERE complaint = 2",
        "UPDATE promise SET state = 'open' WHERE complaint = 1",
        "UPDATE complaint SET category_id = category_id % 9 + 1 WHERE number = 2",
    ],
)
def test_a_change_behind_the_log_is_named(sqlite_app: Flask, change: str) -> None:
    _history()
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        assert connection.execute(text(change)).rowcount >= 1
    assert check_log(ROW_CHECKS) != []
