"""Silence buries nothing: what is held has its number at once, and is published by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Conflict, NotAllowed
from forum.complaints import holding as waiting
from forum.complaints import receipts
from forum.complaints import service as complaints
from forum.complaints.models import Complaint
from forum.complaints.service import existing
from forum.log import queries as log
from forum.moderation import bulk, holding, service, two_people
from forum.moderation.bulk import Wish
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Proposal
from forum.notifications.models import Notice
from forum.response import service as response
from forum.transparency import queries as transparency
from tests.factories import a_complaint, a_member, a_person, a_statement, csrf, sign_in
from tests.moderation.rooms import differences, kinds_of, newest

SOON = timedelta(hours=24, seconds=1)


@pytest.fixture
def holds(app: Flask) -> Flask:
    """A board that looks first, on each database."""
    app.config["FORUM_HOLD"] = "on"
    return app


def refused(complaint: Complaint) -> int:
    """Two people refuse it; the number of the statement."""
    measure = Measure("refuse", complaint.number, a_statement())
    proposal = two_people.propose(a_person("moderator"), measure)
    return two_people.approve(a_person("moderator"), proposal.number).number


def test_a_held_complaint_has_number_receipt_and_clock_at_once(holds: Flask) -> None:
    complaint = a_complaint(key="k" * 43)
    (posted, first), (held, second) = log.entries_of(complaint.number)
    assert (first["kind"], second["kind"], second["of"]) == (
        "complaint.posted", "complaint.held", posted)  # fmt: skip
    assert complaint.state == "held" and complaint.act_entry == held
    assert complaint.held_until == complaint.posted_at + timedelta(hours=24)
    assert clock.format_utc(complaint.held_until) == second["due"]
    assert f'"number":{complaint.number}' in receipts.receipt_of(complaint)
    again = a_complaint(complaint.account, key="k" * 43)
    assert again.number == complaint.number
    assert differences() == []


def test_nothing_is_held_where_the_board_does_not_hold(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    assert complaint.state == "visible" and kinds_of(complaint) == []


def test_it_is_published_by_itself_when_nobody_decides(holds: Flask) -> None:
    complaint = a_complaint()
    assert holding.publish_due() == 0
    with clock.set_to(clock.now() + SOON):
        assert holding.publish_due() == 1 and holding.publish_due() == 0
    entry = newest(complaint.number)
    assert (entry["kind"], entry["by"], entry["staff"]) == ("complaint.published", "system", None)
    shown = existing(complaint.number)
    assert shown.state == "visible" and shown.due_at is not None and shown.held_until is None
    assert differences() == []


def test_a_moderator_publishes_earlier_and_the_second_one_sees_who_did(holds: Flask) -> None:
    complaint, first = a_complaint(), a_person("moderator")
    holding.publish(first, complaint.number)
    assert newest(complaint.number)["staff"] == first.staff_no
    with pytest.raises(Conflict) as late:
        holding.publish(a_person("moderator"), complaint.number)
    assert first.staff_no in str(late.value.sentence)
    assert kinds_of(complaint) == ["complaint.held", "complaint.published"]


@pytest.mark.parametrize("role", ["member", "staff", "executive", "auditor", "admin"])
def test_only_a_moderator_publishes_early(sqlite_app: Flask, role: str) -> None:
    sqlite_app.config["FORUM_HOLD"] = "on"
    person = a_member("二栋小李") if role == "member" else a_person(role)
    with pytest.raises(NotAllowed):
        holding.publish(person, a_complaint().number)


def test_refusing_takes_two_and_leaves_statement_notice_and_figures(holds: Flask) -> None:
    complaint = a_complaint(title="等着发布的")
    number = refused(complaint)
    entry = newest(complaint.number)
    assert (entry["kind"], entry["statement"]) == ("complaint.refused", number)
    assert entry["second"] and entry["scope"] == "everywhere"
    outbox.drain()
    assert [n.what for n in db.session.query(Notice)] == ["refused"]
    balance = transparency.balance()
    assert (balance.received, balance.held, balance.refused) == (1, 0, 1)
    answer = holds.test_client().get(f"/complaints/{complaint.number}")
    assert answer.status_code == 410 and f"/statements/{number}" in answer.text
    assert "等着发布的" not in answer.text
    assert holds.test_client().get(f"/statements/{number}").status_code == 200
    assert differences() == []


def test_a_refusal_that_is_only_proposed_does_not_stop_the_clock(holds: Flask) -> None:
    complaint = a_complaint()
    measure = Measure("refuse", complaint.number, a_statement())
    proposal = two_people.propose(a_person("moderator"), measure)
    with clock.set_to(clock.now() + SOON):
        holding.publish_due()
        with pytest.raises(Conflict):
            two_people.approve(a_person("moderator"), proposal.number)
    assert db.session.get_one(Proposal, proposal.number).state == "lapsed"
    assert existing(complaint.number).state == "visible"
    assert differences() == []


def test_what_was_published_cannot_be_refused(app: Flask) -> None:
    with pytest.raises(Conflict):
        refused(a_complaint())


def test_a_refused_complaint_can_be_restored(holds: Flask) -> None:
    complaint = a_complaint()
    refused(complaint)
    service.restore(a_person("moderator"), complaint.number, "mistake")
    assert existing(complaint.number).state == "visible"
    assert differences() == []


def test_nobody_acts_on_what_nobody_can_read(holds: Flask) -> None:
    number, neighbour = a_complaint().number, a_member("二栋小李")
    for act in (
        lambda: complaints.comment(neighbour, number, "我家也是。"),
        lambda: complaints.support(neighbour, number),
        lambda: response.reply(a_person(), number, "已在排查。"),
    ):
        with pytest.raises(Conflict):
            act()
    assert kinds_of(number) == ["complaint.held"]


def test_the_queue_is_counted(holds: Flask) -> None:
    first = a_complaint()
    a_complaint()
    queue = waiting.queue()
    assert (queue.waiting, queue.received, queue.oldest_at) == (2, 2, first.posted_at)


def test_the_placeholder_says_what_waits_and_shows_none_of_it(holds: Flask) -> None:
    complaint = a_complaint(title="等着发布的", body="里面的话")
    client = holds.test_client()
    for path in ("", "/history"):
        answer = client.get(f"/complaints/{complaint.number}{path}")
        assert answer.status_code == 200 and "待发布" in answer.text
        assert "等着发布的" not in answer.text and "里面的话" not in answer.text
        assert clock.format_utc(complaint.held_until) in answer.text
        assert f"/log/entries/{complaint.act_entry}" in answer.text
    form = client.get(f"/complaints/{complaint.number}.json").json
    assert set(form) == {"number", "state", "posted_at", "statement", "entries"}
    for path in ("/", "/complaints", "/feed.atom", "/projects/spring-garden"):
        assert "等着发布的" not in client.get(path).text, path
    assert 'data-figure="held"' in client.get("/").text


def test_the_forms_publish_and_propose_to_refuse(holds: Flask) -> None:
    first, second = a_complaint(), a_complaint()
    browser = sign_in(holds, a_person("moderator"))
    form = {"csrf_token": csrf(browser)}
    assert browser.post(f"/complaints/{first.number}/publish", data=form).status_code == 303
    path = f"/complaints/{second.number}/refuse"
    assert browser.get(path).status_code == 200
    assert browser.post(path, data=form).status_code == 400
    form |= {"reason": "abuse", "clause": "3.4", "facts": "第二段辱骂楼下住户，点名道姓。",
             "detection": "own-initiative", "automated_decision": "none"}  # fmt: skip
    assert browser.post(path, data=form).status_code == 303
    assert kinds_of(second.number) == ["complaint.held", "statement.proposed"]
    assert browser.get(f"/complaints/{first.number}/refuse").status_code == 409


def test_the_receipt_page_says_that_it_waits(holds: Flask) -> None:
    complaint = a_complaint()
    page = sign_in(holds, complaint.account).get(f"/complaints/{complaint.number}/receipt/page")
    assert "先审后发" in page.text


def test_the_author_reads_their_own_text_and_the_moderators_have_the_oldest_first(
    holds: Flask,
) -> None:
    first = a_complaint(title="先来的")
    second = a_complaint(title="后到的")
    own = sign_in(holds, first.account).get(f"/complaints/{first.number}").text
    assert "先来的" in own
    desk = sign_in(holds, a_person("moderator")).get("/moderation/held").text
    assert desk.index("先来的") < desk.index("后到的")
    assert f"/complaints/{second.number}/publish" in desk


def test_the_placeholder_says_that_a_refusal_is_asked_for_or_proposed(holds: Flask) -> None:
    complaint = a_complaint()
    visitor = holds.test_client()
    path = f"/complaints/{complaint.number}"
    assert "复核中" not in visitor.get(path).text
    for role, given in (
        ("staff", Request("abuse", "第二段点名道姓，请不要发布。")),
        ("moderator", a_statement()),
    ):
        proposal = two_people.propose(a_person(role), Measure("refuse", complaint.number, given))
        page = visitor.get(path)
        assert page.status_code == 200 and complaint.title not in page.text
        assert f"复核中：有人提出不予发布（处理说明 {proposal.number}）" in page.text
    two_people.reject(a_person("moderator"), proposal.number, "没有违反规则，照常发布。")
    assert "复核中" not in visitor.get(path).text


@pytest.mark.parametrize("step", ["propose", "approve"])
def test_after_its_time_nothing_is_refused_though_no_timer_ran(holds: Flask, step: str) -> None:
    complaint, second = a_complaint(), a_person("moderator")
    measure = Measure("refuse", complaint.number, a_statement())
    first = a_person("moderator")
    waits = two_people.propose(first, measure).number if step == "approve" else 0
    with clock.set_to(clock.now() + SOON), pytest.raises(Conflict):
        two_people.approve(second, waits) if waits else two_people.propose(first, measure)
    assert existing(complaint.number).state == "visible"
    assert kinds_of(complaint)[-1] == "complaint.published" and differences() == []


def test_many_are_not_refused_after_their_time(holds: Flask) -> None:
    numbers = (a_complaint().number, a_complaint().number)
    wish = Wish("refuse", numbers, statement=a_statement())
    with clock.set_to(clock.now() + SOON), pytest.raises(Conflict, match="自动发布"):
        bulk.carry_out(a_person("moderator"), wish)
    assert [existing(number).state for number in numbers] == ["held", "held"]
