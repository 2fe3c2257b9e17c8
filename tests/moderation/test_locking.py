"""Locking stops comments and nothing else, with a reason that everybody reads."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.base import outbox
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints import service as complaints
from forum.complaints.service import existing
from forum.log import queries as log
from forum.moderation import locking
from forum.moderation.models import Ruling
from forum.moderation.rulings import Grounds
from forum.notifications.models import Notice
from tests.factories import a_complaint, a_member, a_person, a_removal, csrf, sign_in
from tests.moderation.rooms import LOCK, differences, kinds_of, newest


def test_locking_is_an_entry_with_reason_clause_and_facts(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    ruling = locking.lock(moderator, complaint.number, LOCK)
    entry = newest(complaint.number)
    assert (entry["kind"], entry["reason"], entry["clause"], entry["staff"]) == (
        "complaint.locked", "abuse", "3.4", moderator.staff_no)  # fmt: skip
    assert log.opens(ruling.entry, "facts", LOCK.facts, entry)
    with pytest.raises(Conflict):
        complaints.comment(a_member(), complaint.number, "我也说两句。")
    complaints.support(a_member("二栋小李"), complaint.number)
    outbox.drain()
    assert "locked" in [notice.what for notice in db.session.query(Notice)]
    assert differences() == []


def test_unlocking_opens_it_again(app: Flask) -> None:
    complaint = a_complaint()
    locking.lock(a_person("moderator"), complaint.number, LOCK)
    auditor = a_person("auditor")
    for reason in ("because", "appeal-upheld", "lapsed"):
        with pytest.raises(Invalid, match="处理有误"):
            locking.unlock(auditor, complaint.number, reason)
    locking.unlock(auditor, complaint.number, "mistake")
    complaints.comment(a_member("二栋小李"), complaint.number, "我也说两句。")
    assert kinds_of(complaint) == ["complaint.locked", "complaint.unlocked", "comment.posted"]
    assert differences() == []


@pytest.mark.parametrize(
    "wrong",
    [Grounds("abuse", "3.4", ""), Grounds("abuse", "3.4", "短"), Grounds("abuse", "99.9", LOCK.facts),
     Grounds("abuse", "3.3", LOCK.facts), Grounds("misfiled", "2.3", LOCK.facts),
     Grounds("", "3.4", LOCK.facts)],
)  # fmt: skip
def test_locking_needs_reason_clause_and_facts(sqlite_app: Flask, wrong: Grounds) -> None:
    complaint = a_complaint()
    with pytest.raises(Invalid):
        locking.lock(a_person("moderator"), complaint.number, wrong)
    assert kinds_of(complaint) == [] and db.session.query(Ruling).count() == 0


@pytest.mark.parametrize("role", ["member", "staff", "executive", "auditor", "admin"])
def test_only_a_moderator_locks(sqlite_app: Flask, role: str) -> None:
    person = a_member("二栋小李") if role == "member" else a_person(role)
    with pytest.raises(NotAllowed):
        locking.lock(person, a_complaint().number, LOCK)


def test_the_second_moderator_sees_who_locked_and_why(app: Flask) -> None:
    complaint, first = a_complaint(), a_person("moderator")
    locking.lock(first, complaint.number, LOCK)
    with pytest.raises(Conflict) as late:
        locking.lock(a_person("moderator"), complaint.number, LOCK)
    assert first.staff_no in str(late.value.sentence) and "辱骂" in str(late.value.sentence)


def test_what_is_gone_is_not_locked(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    a_removal(complaint)
    with pytest.raises(Conflict):
        locking.lock(a_person("moderator"), complaint.number, LOCK)


def test_the_page_says_why_in_the_place_of_the_form(sqlite_app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    browser = sign_in(sqlite_app, moderator)
    path = f"/complaints/{complaint.number}"
    form = {"csrf_token": csrf(browser), "reason": "abuse", "clause": "3.4", "facts": LOCK.facts}
    assert browser.get(f"{path}/lock").status_code == 200
    assert browser.post(f"{path}/lock", data=form | {"facts": ""}).status_code == 400
    assert browser.post(f"{path}/lock", data=form).status_code == 303
    page = sign_in(sqlite_app, a_member("二栋小李")).get(path).text
    assert LOCK.facts in page and f"/complaints/{complaint.number}/comments" not in page
    assert sqlite_app.test_client().get(f"{path}.json").json["locked"] is True
    form = {"csrf_token": csrf(browser), "reason": "mistake"}
    assert browser.post(f"{path}/unlock", data=form).status_code == 303
    assert existing(complaint.number).locked is False
