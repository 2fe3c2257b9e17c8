"""What those inside asked to be hidden is in the digest, refused or not; so are open appeals."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from forum.base import clock
from forum.base.db import db
from forum.digest.compose import compose
from forum.digest.render import render_text
from forum.digest.value import Digest, Redress, from_payload, to_payload
from forum.moderation import appeals, challenges, two_people
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Statement
from tests.factories import a_complaint, a_member, a_person, a_removal

SAID = "第二段是物业公告的原话，不是骂人。"


def composed() -> Digest:
    return compose(clock.local_date())


def test_a_request_that_was_refused_is_named_with_who_asked(app: Flask) -> None:
    executive, complaint = a_person("executive"), a_complaint()
    asked = Measure("remove", complaint.number, Request("abuse", "第二段点名道姓，请下架。"))
    proposal = two_people.propose(executive, asked)
    two_people.refuse_request(a_person("moderator"), proposal.number, "批评属实，不予下架。")
    db.session.rollback()
    found = composed()
    (line,) = found.asked
    assert (line.act, line.number, line.role, line.state) == ("remove", 1, "executive", "refused")
    text = render_text(found)
    assert f"总经理 {executive.staff_no}" in text or str(executive.staff_no) in text
    assert "申请下架" in text and "第二段点名道姓" in text and "申请不予采纳" in text


def test_open_appeals_and_challenges_are_counted_and_overdue_ones_apart(app: Flask) -> None:
    author = a_member()
    index = db.session.get_one(Statement, a_removal(a_complaint(author))).entry
    appeals.file(author, index, SAID)
    challenges.file(None, index, SAID)
    with clock.set_to(clock.now() + timedelta(days=15)):
        found = composed()
        assert (found.appeals, found.challenges) == (Redress(1, 1), Redress(1, 1))
        assert "申诉没有结果的 1 件，其中超时 1 件" in render_text(found)


def test_an_issue_from_before_there_were_appeals_is_still_shown(sqlite_app: Flask) -> None:
    payload = to_payload(composed())
    for name in ("asked", "appeals", "challenges"):
        del payload[name]
    old = from_payload(payload)
    assert (old.asked, old.appeals) == ((), Redress())
