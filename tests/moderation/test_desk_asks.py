"""The rooms of the desk ask the database the same, however much waits in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import db
from forum.complaints import service as complaints
from forum.complaints.covering import Cuts
from forum.moderation import merging, two_people
from forum.moderation.measures import Measure
from tests.factories import a_complaint, a_member, a_person, a_statement, sign_in
from tests.moderation.flagged import a_flag

# Whoever asks, the log's tip, what waits with its places; and where cuts, suspensions, flags and
# replies wait, what is needed for each kind.
MOST = {"/moderation": 14, "/moderation/merges": 4}


def asked(browser: FlaskClient, path: str) -> list[str]:
    """What one page asks, once everything that is kept is kept."""
    browser.get(path)
    said: list[str] = []
    listener = lambda *given: said.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    assert browser.get(path).status_code == 200
    event.remove(db.engine, "before_cursor_execute", listener)
    return [sql for sql in said if sql.startswith("SELECT")]


def all_that_can_wait(moderator: Account, round_: int) -> None:
    """One of each: a flag, a merge, a removal, a cut and a suspension, about people of their own."""
    author = a_member(f"作者{round_}")
    first, second = a_complaint(author), a_complaint(author)
    reader = a_member(f"读者{round_}")
    a_flag(first.number, reader)
    a_flag(first.number, author, item=complaints.comment(reader, first.number, "我家也是。").id)
    merging.propose(moderator, second.number, first.number)
    until = clock.local_date() + timedelta(days=3)
    for act, given, cuts in (
        ("remove", a_statement(), None),
        ("redact", a_statement(facts="第一段写了一句不该写的。"), Cuts(("电梯停在六楼",))),
        ("suspend", a_statement(until=until), None),
    ):
        two_people.propose(moderator, Measure(act, first.number, given, None, cuts))


@pytest.mark.parametrize("path", MOST)
def test_a_room_asks_no_more_for_many_rows(app: Flask, path: str) -> None:
    moderator = a_person("moderator")
    browser = sign_in(app, a_person("moderator"))
    all_that_can_wait(moderator, 0)
    few = asked(browser, path)
    for round_ in range(1, 5):
        all_that_can_wait(moderator, round_)
    many = asked(browser, path)
    assert len(many) == len(few) <= MOST[path], "\n\n".join(many)
