"""A notice hides nothing: the page says that it waits, the author answers, a moderator decides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from forum.base import outbox
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound
from forum.base.resources import resource
from forum.complaints import service as complaints
from forum.log import queries as log
from forum.moderation import flags, notices
from forum.moderation.flag_models import PartyNotice
from forum.moderation.recovery_flags import recover_flags
from forum.notifications.models import Notice
from tests.factories import a_complaint, a_member, a_person, a_removal, an_erasure, csrf, sign_in
from tests.moderation.flagged import CLAIM, KEPT, ORDER, a_flag, a_notice, an_order
from tests.moderation.rooms import differences, kinds_of, newest
from tests.page_forms import errors_on

ANSWER = "采购单我也看过，配件型号不一样，照片在上面。"
FORM = {"sender": CLAIM.sender, "contact": CLAIM.contact, "claim": CLAIM.claim, "evidence": ""}


def told() -> list[str]:
    """What people were told, in order."""
    while outbox.drain():
        pass
    return [notice.what for notice in db.session.query(Notice).order_by(Notice.id)]


def page_of(app: Flask, number: int) -> str:
    """The complaint as a visitor reads it."""
    db.session.rollback()
    answer = app.test_client().get(f"/complaints/{number}")
    assert answer.status_code == 200
    return answer.text


def test_a_notice_is_an_entry_without_its_words(app: Flask) -> None:
    complaint = a_complaint()
    row = a_notice(complaint.number)
    entry = newest(complaint.number)
    assert (entry["kind"], entry["by"], entry["reason"], entry["staff"], entry["notice"]) == (
        "notice.received", "party", "defamation-notice", None, 1)  # fmt: skip
    assert entry["commitments"] == {} and row.contact == "party@firm.test"
    assert told() == ["notice.received"] and differences() == []


def test_the_page_says_that_a_notice_waits_and_hides_nothing(app: Flask) -> None:
    complaint = a_complaint()
    a_notice(complaint.number)
    page = page_of(app, complaint.number)
    assert "提出名誉投诉" in page and complaint.title in page
    assert CLAIM.claim not in page and CLAIM.sender not in page and CLAIM.contact not in page
    flags.keep(a_person("moderator"), complaint.number, None, "defamation-notice", KEPT)
    page = page_of(app, complaint.number)
    assert "正在处理" not in page and KEPT in page


def test_an_order_is_entered_by_a_moderator_and_its_file_number_is_private(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    row = an_order(complaint.number, moderator)
    entry = newest(complaint.number)
    assert (entry["by"], entry["reason"], entry["staff"]) == (
        "authority", "authority-order", moderator.staff_no)  # fmt: skip
    page = page_of(app, complaint.number)
    assert "主管部门要求处理" in page and row.file_number not in page and differences() == []


def test_the_author_answers_in_public_and_the_words_open_their_commitment(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    row = notices.counter(author, complaint.number, a_notice(complaint.number).number, ANSWER)
    entry = newest(complaint.number)
    assert (entry["kind"], entry["by"], entry["notice"]) == ("notice.countered", "author", 1)
    assert log.opens(row.countered or 0, "text", ANSWER, entry)
    assert ANSWER in page_of(app, complaint.number)
    form = app.test_client().get(f"/complaints/{complaint.number}.json").json
    assert any(o["entry"] == row.countered and o["field"] == "text" for o in form["openings"])
    assert differences() == []


def test_flags_and_notices_are_decided_together(app: Flask) -> None:
    complaint = a_complaint()
    a_flag(complaint.number)
    a_notice(complaint.number)
    an_order(complaint.number)
    decision = flags.keep(a_person("auditor"), complaint.number, None, "authority-order", KEPT)
    assert (decision.flags, decision.notices) == (1, 2) and differences() == []
    assert told().count("notice.kept") == 1


def test_a_removal_answers_the_notice_and_the_sender_is_mailed(app: Flask) -> None:
    complaint = a_complaint()
    a_notice(complaint.number)
    number = a_removal(complaint)
    row = db.session.query(PartyNotice).one()
    assert newest(complaint.number)["statement"] == number and row.decided
    told()
    mails = [path.read_text() for path in resource("mailer").folder.glob("*.eml")]
    assert any(CLAIM.contact in mail for mail in mails) and differences() == []


def test_an_erasure_leaves_no_word_of_a_notice_and_its_answer(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    row = notices.counter(author, complaint.number, a_notice(complaint.number).number, ANSWER)
    an_erasure(complaint)
    assert (row.claim, row.evidence, row.counter) == ("", "", "")
    assert log.opening(row.countered or 0, "text") is None and differences() == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"sender": ""}, "sender"), ({"contact": "somewhere"}, "contact"), ({"contact": ""}, "contact"),
     ({"claim": ""}, "claim"), ({"claim": "假的"}, "claim"), ({"claim": "字" * 2001}, "claim"),
     ({"evidence": "停车\x00场"}, "evidence"), ({"sender": "字" * 81}, "sender")],
)  # fmt: skip
def test_a_notice_needs_who_how_to_reach_them_and_what_is_false(
    sqlite_app: Flask, wrong: dict[str, str], field: str
) -> None:
    complaint = a_complaint()
    with pytest.raises(Invalid) as refused:
        notices.send(complaint.number, None, replace(CLAIM, **wrong))
    assert refused.value.field == field and kinds_of(complaint) == []


@pytest.mark.parametrize(
    ("reason", "wrong", "field"),
    [("defamation-notice", {}, "reason"), ("", {}, "reason"),
     ("court-order", {"file_number": ""}, "file_number"), ("court-order", {"claim": ""}, "claim")],
)  # fmt: skip
def test_an_order_needs_a_file_number_and_says_whose_it_is(
    sqlite_app: Flask, reason: str, wrong: dict[str, str], field: str
) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    with pytest.raises(Invalid) as refused:
        notices.enter_order(moderator, complaint.number, None, reason, replace(ORDER, **wrong))
    assert refused.value.field == field and kinds_of(complaint) == []


@pytest.mark.parametrize("role", ["member", "staff", "executive", "auditor", "admin"])
def test_only_a_moderator_enters_an_order(sqlite_app: Flask, role: str) -> None:
    person = a_member("二栋小李") if role == "member" else a_person(role)
    with pytest.raises(NotAllowed):
        an_order(a_complaint().number, person)


def test_the_same_notice_is_taken_once_while_it_waits(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    a_notice(complaint.number)
    with pytest.raises(Conflict):
        a_notice(complaint.number)
    a_notice(complaint.number, contact="13800138000")
    assert kinds_of(complaint) == ["notice.received", "notice.received"]


def test_nobody_complains_about_what_is_gone(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    a_removal(complaint)
    for send in (a_notice, an_order):
        with pytest.raises(Conflict):
            send(complaint.number)


def test_only_the_author_answers_once_and_before_the_decision(sqlite_app: Flask) -> None:
    author = a_member()
    complaint, other = a_complaint(author), a_complaint(author)
    number = a_notice(complaint.number).number
    with pytest.raises(NotAllowed):
        notices.counter(a_member("二栋小李"), complaint.number, number, ANSWER)
    with pytest.raises(NotFound):
        notices.counter(author, other.number, number, ANSWER)
    with pytest.raises(Invalid):
        notices.counter(author, complaint.number, number, " ")
    notices.counter(author, complaint.number, number, ANSWER)
    with pytest.raises(Conflict):
        notices.counter(author, complaint.number, number, ANSWER)
    late = a_notice(other.number, contact="13800138000").number
    flags.keep(a_person("moderator"), other.number, None, "defamation-notice", KEPT)
    with pytest.raises(Conflict):
        notices.counter(author, other.number, late, ANSWER)


def test_whoever_wrote_a_comment_answers_a_notice_about_it(sqlite_app: Flask) -> None:
    complaint, neighbour = a_complaint(), a_member("三栋老陈")
    item = complaints.comment(neighbour, complaint.number, "配件是旧的。").id
    number = a_notice(complaint.number, item).number
    assert "第 1 条回复提出名誉投诉" in page_of(sqlite_app, complaint.number)
    notices.counter(neighbour, complaint.number, number, ANSWER)
    assert newest(complaint.number)["item"] == item and differences() == []


def test_a_visitor_sends_a_notice_by_the_form(app: Flask) -> None:
    number, path = a_complaint().number, "/complaints/1/notice"
    db.session.rollback()
    visitor = app.test_client()
    assert visitor.get(path).status_code == 200
    wrong = visitor.post(path, data=FORM | {"contact": "nowhere"})
    assert wrong.status_code == 400 and any("contact" in place for place in errors_on(wrong.text))
    assert CLAIM.claim in wrong.text and "Set-Cookie" not in wrong.headers
    sent = visitor.post(path, data=FORM)
    received = visitor.get(sent.location).text
    assert sent.location == f"/complaints/{number}/notices/1" and "已收到：第 1 号" in received
    assert CLAIM.claim not in received and CLAIM.sender not in received
    again = visitor.post(path, data=FORM)
    assert sent.location in again.text
    assert again.status_code == 409 and db.session.query(PartyNotice).count() == 1


def test_one_network_sends_only_so_many_notices(sqlite_app: Flask) -> None:
    author, visitor = a_member(), sqlite_app.test_client()
    numbers = [a_complaint(author).number for _ in range(11)]
    db.session.rollback()
    sent = [visitor.post(f"/complaints/{n}/notice", data=FORM).status_code for n in numbers]
    assert sent == [303] * 10 + [429]
    assert db.session.query(PartyNotice).count() == 10


def test_the_author_reads_what_is_said_to_be_false_and_answers_by_the_form(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    a_notice(complaint.number)
    path = f"/complaints/{complaint.number}/notices/1/counter"
    browser, other = sign_in(app, author), sign_in(app, a_member("二栋小李"))
    assert CLAIM.claim in browser.get(path).text and CLAIM.sender not in browser.get(path).text
    assert other.get(path).status_code == 403
    form = {"csrf_token": csrf(browser), "text": ""}
    assert browser.post(path, data=form).status_code == 400
    assert browser.post(path, data=form | {"text": ANSWER}).status_code == 303
    assert ANSWER in page_of(app, complaint.number)


def test_notices_come_back_without_their_words(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    notices.counter(author, complaint.number, a_notice(complaint.number).number, ANSWER)
    flags.keep(a_person("moderator"), complaint.number, None, "defamation-notice", KEPT)
    names = ("number", "complaint", "item", "entry", "by", "reason", "staff", "at", "decided",
             "countered")  # fmt: skip
    before = [getattr(db.session.query(PartyNotice).one(), name) for name in names]
    with transaction():
        db.session.query(PartyNotice).delete()
        recover_flags(0)
        recover_flags(0)
    assert [getattr(db.session.query(PartyNotice).one(), name) for name in names] == before
