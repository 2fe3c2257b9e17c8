"""Nobody agrees to a measure whose own last day is past: there is nothing left of it to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict
from forum.complaints.covering import Cuts
from forum.moderation import service, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Proposal
from forum.transparency import queries as transparency
from tests.factories import a_complaint, a_person, a_statement, csrf, sign_in
from tests.moderation.rooms import differences, kinds_of

# Two days on, and before anything lapses.
LATER = timedelta(hours=50)
CUT = Cuts(("六楼",))


def _proposed(act: str, number: int) -> int:
    """A measure until tomorrow that waits; its number."""
    reason = "lawful-erasure" if act == "erase" else "abuse"
    given = a_statement(reason, facts="来函要求按规则处理这一条。", until=_tomorrow())
    cuts = CUT if act == "redact" else None
    return two_people.propose(a_person("moderator"), Measure(act, number, given, None, cuts)).number


def _tomorrow() -> object:
    return clock.local_date() + timedelta(days=1)


@pytest.mark.parametrize("act", ["remove", "redact", "delist", "suspend", "erase"])
def test_agreeing_after_the_last_day_is_refused_with_a_sentence(app: Flask, act: str) -> None:
    complaint, auditor = a_complaint(), a_person("auditor")
    number = _proposed(act, complaint.number)
    with clock.set_to(clock.now() + LATER), pytest.raises(Conflict, match="处理期限.*已过"):
        two_people.approve(auditor, number)
    assert db.session.get_one(Proposal, number).state == "open"
    assert transparency.balance().visible == 1 and differences() == []


def test_confirming_after_the_last_day_is_refused_with_a_sentence(app: Flask) -> None:
    complaint = a_complaint()
    given = a_statement("personal-data", facts="写了住户的楼层，属于个人信息。", until=_tomorrow())
    alone = service.redact_alone(a_person("moderator"), complaint.number, given, CUT)
    with clock.set_to(clock.now() + LATER), pytest.raises(Conflict, match="处理期限.*已过"):
        two_people.approve(a_person("auditor"), alone.number)
    assert kinds_of(complaint) == ["complaint.redacted"]


def test_on_its_last_day_a_measure_can_still_be_agreed_to(sqlite_app: Flask) -> None:
    number = _proposed("remove", a_complaint().number)
    with clock.set_to(clock.now() + timedelta(days=1)):
        assert two_people.approve(a_person("auditor"), number).number == number


def test_the_desk_says_that_the_last_day_is_past(sqlite_app: Flask) -> None:
    number = _proposed("remove", a_complaint().number)
    browser = sign_in(sqlite_app, a_person("moderator"))
    assert f"/statements/{number}/approve" in browser.get("/moderation").text
    token = {"csrf_token": csrf(browser)}
    with clock.set_to(clock.now() + LATER):
        desk = browser.get("/moderation").text
        assert "处理期限已过，不能再同意" in desk and f"/statements/{number}/approve" not in desk
        answer = browser.post(f"/statements/{number}/approve", data=token)
    assert answer.status_code == 409 and "处理期限" in answer.text
