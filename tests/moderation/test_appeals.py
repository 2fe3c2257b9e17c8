"""Whoever a decision concerns gets another look, by somebody who had no part in it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from forum.accounts.models import Account
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound
from forum.complaints import service as complaints
from forum.complaints.models import Reply
from forum.complaints.service import existing
from forum.log import queries as log
from forum.log.models import LogEntry
from forum.moderation import appeals, flags, locking, moving, two_people
from forum.moderation import service as moderation
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Statement
from forum.moderation.moving import Place
from forum.moderation.redress_models import Appeal
from forum.notifications.models import Notice
from forum.response import service as response
from tests.factories import (
    a_complaint,
    a_member,
    a_merge,
    a_person,
    a_project,
    a_removal,
    a_statement,
    an_erasure,
    csrf,
    sign_in,
)
from tests.moderation.flagged import KEPT, a_flag, an_order
from tests.moderation.rooms import LOCK, MOVE, differences, kinds_of, newest
from tests.pages.reading import queries

WORDS = "第二段引的是物业公告的原话，不是我骂人。"
REASONS = "原话出自物业公告，照片可证，不构成辱骂。"


def removed(author: Account, **people: Account) -> Statement:
    """The statement by which a complaint of this author was taken down."""
    number = a_removal(a_complaint(author), people.get("moderator"), second=people.get("second"))
    return db.session.get_one(Statement, number)


def appealed(author: Account) -> tuple[Statement, Appeal]:
    """A removal, and its author's appeal."""
    statement = removed(author)
    return statement, appeals.file(author, statement.entry, WORDS)


def work() -> None:
    """Everything the worker has to do."""
    while outbox.drain():
        pass
    db.session.rollback()


def test_a_statement_leads_to_the_appeals_against_it(app: Flask) -> None:
    statement, appeal = appealed(a_member())
    path, visitor = f"/statements/{statement.number}", app.test_client()
    assert f"/appeals/{appeal.number}" in visitor.get(path).text
    appeals.decide(a_person("auditor"), appeal.number, "rejected", REASONS)
    assert "不成立" in visitor.get(path).text


def test_the_page_of_an_answered_complaint_bears_an_appeal_with_its_outcome(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    response.reply(a_person(), complaint.number, "配件明天到，后天上午更换。")
    statement = db.session.get_one(Statement, a_removal(complaint))
    appeal = appeals.file(author, statement.entry, WORDS)
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    page = app.test_client().get(f"/complaints/{complaint.number}")
    assert page.status_code == 200 and "成立" in page.text


def test_an_upheld_appeal_brings_the_complaint_back_in_the_same_transaction(app: Flask) -> None:
    author, auditor = a_member(), a_person("auditor")
    statement, appeal = appealed(author)
    number = statement.complaint or 0
    appeals.decide(auditor, appeal.number, "upheld", REASONS)
    assert existing(number).state == "visible"
    assert kinds_of(number)[-3:] == ["appeal.filed", "appeal.decided", "complaint.restored"]
    entry = newest(number)
    assert (entry["by"], entry["staff"], entry["reason"]) == (
        "auditor", auditor.staff_no, "appeal-upheld")  # fmt: skip
    decided = log.entry(appeal.decided_entry or 0) or {}
    assert log.opens(appeal.decided_entry or 0, "text", REASONS, decided)
    assert differences() == []


@pytest.mark.parametrize("outcome", ["partly-upheld", "rejected", "inadmissible"])
def test_only_upholding_restores_by_itself(sqlite_app: Flask, outcome: str) -> None:
    statement, appeal = appealed(a_member())
    appeals.decide(a_person("auditor"), appeal.number, outcome, REASONS)
    assert existing(statement.complaint or 0).state == "removed"
    assert differences() == []


def test_the_words_of_an_appeal_are_nowhere_in_the_log_and_on_no_public_page(app: Flask) -> None:
    author = a_member()
    _statement, appeal = appealed(author)
    everything = b"".join(db.session.scalars(select(LogEntry.bytes)))
    assert (log.entry(appeal.entry) or {})["commitments"] == {} and b"\\u" not in everything
    db.session.rollback()
    visitor = app.test_client().get(f"/appeals/{appeal.number}")
    other = sign_in(app, a_member()).get(f"/appeals/{appeal.number}")
    assert WORDS not in visitor.text + other.text + app.test_client().get("/appeals").text
    assert WORDS in sign_in(app, author).get(f"/appeals/{appeal.number}").text
    assert WORDS in sign_in(app, a_person("auditor")).get(f"/appeals/{appeal.number}").text


def test_an_appeal_is_open_for_six_months_and_not_a_day_longer(sqlite_app: Flask) -> None:
    author = a_member()
    first, second = removed(author), removed(author)
    with clock.set_to(first.at + timedelta(days=180)):
        appeals.file(author, first.entry, WORDS)
    with clock.set_to(second.at + timedelta(days=186)), pytest.raises(Conflict, match="申诉期已过"):
        appeals.file(author, second.entry, WORDS)
    assert db.session.scalar(select(func.count(Appeal.number))) == 1


def test_nobody_appeals_for_somebody_else_or_twice(sqlite_app: Flask) -> None:
    author, moderator = a_member(), a_person("moderator")
    statement = removed(author, moderator=moderator)
    for other in (a_member(), moderator, a_person("staff"), a_person("admin")):
        with pytest.raises(NotAllowed):
            appeals.file(other, statement.entry, WORDS)
    appeals.file(author, statement.entry, WORDS)
    with pytest.raises(Conflict, match="每项决定一次"):
        appeals.file(author, statement.entry, WORDS)


@pytest.mark.parametrize("words", ["", "   \n", "不服", "好" * 5_001, "坏\x00字" * 9])
def test_an_appeal_needs_words_that_can_be_judged(sqlite_app: Flask, words: str) -> None:
    author = a_member()
    statement = removed(author)
    with pytest.raises(Invalid):
        appeals.file(author, statement.entry, words)
    assert db.session.scalar(select(func.count(Appeal.number))) == 0


def test_what_is_no_decision_cannot_be_appealed_against(sqlite_app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    for index in (0, complaint.entry, 10**6, -1, 2**40):
        with pytest.raises(NotFound):
            appeals.file(author, index, WORDS)


def test_what_was_undone_already_needs_no_appeal(sqlite_app: Flask) -> None:
    author = a_member()
    statement = removed(author)
    moderation.restore(a_person("moderator"), statement.complaint or 0, "mistake")
    with pytest.raises(Conflict, match="已经撤销"):
        appeals.file(author, statement.entry, WORDS)


def test_what_was_undone_meanwhile_can_still_be_called_wrong(sqlite_app: Flask) -> None:
    statement, appeal = appealed(a_member())
    moderation.restore(a_person("moderator"), statement.complaint or 0, "mistake")
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    assert kinds_of(statement.complaint or 0)[-1] == "appeal.decided"
    assert differences() == []


def test_who_had_a_part_in_it_does_not_decide(sqlite_app: Flask) -> None:
    author, moderator = a_member(), a_person("moderator")
    proposer, asker = a_person("auditor"), a_person("staff")
    complaint = a_complaint(author)
    two_people.propose(asker, Measure("remove", complaint.number, Request("abuse", WORDS)))
    proposal = two_people.propose(proposer, Measure("remove", complaint.number, a_statement()))
    statement = two_people.approve(moderator, proposal.number)
    appeal = appeals.file(author, statement.entry, WORDS)
    asker.role = "auditor"
    db.session.commit()
    for part in (proposer, asker):
        with pytest.raises(NotAllowed, match="参与过"):
            appeals.decide(part, appeal.number, "rejected", REASONS)
    for role in ("moderator", "admin", "executive", "staff"):
        with pytest.raises(NotAllowed):
            appeals.decide(a_person(role), appeal.number, "upheld", REASONS)
    assert appeal.outcome is None


def test_of_two_auditors_one_decides_and_the_other_sees_who_and_how(sqlite_app: Flask) -> None:
    first, second = a_person("auditor"), a_person("auditor")
    _statement, appeal = appealed(a_member())
    appeals.decide(first, appeal.number, "rejected", REASONS)
    browser, token = sign_in(sqlite_app, second), ""
    token = csrf(browser)
    answer = browser.post(f"/appeals/{appeal.number}/decide",
                          data={"csrf_token": token, "outcome": "upheld", "reasons": REASONS})  # fmt: skip
    assert answer.status_code == 409
    assert str(first.staff_no) in answer.text and "不成立" in answer.text
    assert db.session.get_one(Appeal, appeal.number).outcome == "rejected"


@pytest.mark.parametrize(("outcome", "reasons"), [("", REASONS), ("maybe", REASONS),
                                                  ("upheld", ""), ("upheld", "对")])  # fmt: skip
def test_a_decision_needs_an_outcome_and_reasons(
    sqlite_app: Flask, outcome: str, reasons: str
) -> None:
    _statement, appeal = appealed(a_member())
    with pytest.raises(Invalid):
        appeals.decide(a_person("auditor"), appeal.number, outcome, reasons)
    assert db.session.get_one(Appeal, appeal.number).outcome is None


def test_whose_reply_was_removed_may_appeal_and_gets_it_back(sqlite_app: Flask) -> None:
    staff, number = a_person("staff"), a_complaint().number
    reply = response.reply(staff, number, "配件已到，周五装好。")
    measure = Measure("remove", number, a_statement(), reply.id)
    proposal = two_people.propose(a_person("moderator"), measure)
    statement = two_people.approve(a_person("moderator"), proposal.number)
    appeal = appeals.file(staff, statement.entry, WORDS)
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    assert appeal.by == "staff" and db.session.get_one(Reply, reply.id).state == "visible"
    assert differences() == []


def test_a_commenter_appeals_as_the_author_of_the_comment(sqlite_app: Flask) -> None:
    neighbour, number = a_member(), a_complaint().number
    comment = complaints.comment(neighbour, number, "我家也是。")
    measure = Measure("remove", number, a_statement(), comment.id)
    proposal = two_people.propose(a_person("moderator"), measure)
    statement = two_people.approve(a_person("moderator"), proposal.number)
    assert appeals.file(neighbour, statement.entry, WORDS).by == "author"
    assert differences() == []


def test_a_suspended_author_appeals_and_writes_again(app: Flask) -> None:
    author = a_member()
    given = a_statement(until=clock.local_date() + timedelta(days=30))
    measure = Measure("suspend", a_complaint(author).number, given)
    proposal = two_people.propose(a_person("moderator"), measure)
    statement = two_people.approve(a_person("moderator"), proposal.number)
    appeal = appeals.file(author, statement.entry, WORDS)
    with pytest.raises(NotAllowed):
        complaints.comment(author, a_complaint().number, "还在吗？")
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    assert (appeal.by, appeal.complaint) == ("member", None)
    complaints.comment(author, a_complaint().number, "还在吗？")
    assert differences() == []


def test_what_one_person_decided_is_undone_when_upheld(app: Flask) -> None:
    author, moderator, auditor = a_member(), a_person("moderator"), a_person("auditor")
    older, locked, merged, moved = (a_complaint(a) for a in (None, author, author, author))
    locking.lock(moderator, locked.number, LOCK)
    a_merge(merged, older, moderator)
    moving.move(moderator, moved.number, Place(category="parking", type="question"), MOVE)
    for complaint in (locked, merged, moved):
        index = existing(complaint.number).act_entry
        appeal = appeals.file(author, index, WORDS)
        appeals.decide(auditor, appeal.number, "upheld", REASONS)
    assert not existing(locked.number).locked and existing(merged.number).state == "visible"
    assert existing(moved.number).category.slug == "repair"
    assert [kinds_of(n)[-1] for n in (locked.number, merged.number, moved.number)] == [
        "complaint.unlocked", "complaint.unmerged", "complaint.moved"]  # fmt: skip
    assert differences() == []


def test_moving_back_says_by_whom_why_and_by_which_clause(app: Flask) -> None:
    author, auditor, there = a_member(), a_person("auditor"), a_project("lake-view")
    number = a_complaint(author).number
    moving.move(a_person("moderator"), number, Place(there, "parking", "question"), MOVE)
    appeal = appeals.file(author, existing(number).act_entry, WORDS)
    appeals.decide(auditor, appeal.number, "upheld", REASONS)
    entry, back = newest(number), existing(number)
    assert (back.type, back.project.slug) == ("criticism", "spring-garden")
    assert (entry["by"], entry["staff"], entry["reason"], entry["clause"]) == (
        "auditor", auditor.staff_no, "appeal-upheld", MOVE.clause)  # fmt: skip
    assert log.opens(back.act_entry, "facts", REASONS, entry)
    db.session.rollback()
    page = app.test_client().get("/appeals/1").text
    assert "已恢复原样" in page and REASONS in app.test_client().get(f"/complaints/{number}").text


def test_what_was_moved_and_then_taken_down_is_not_moved_back(sqlite_app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    moving.move(a_person("moderator"), complaint.number, Place(category="parking"), MOVE)
    # Proposed before there was an appeal: it may still be agreed to.
    removal = two_people.propose(
        a_person("moderator"), Measure("remove", complaint.number, a_statement())
    )
    appeal = appeals.file(author, existing(complaint.number).act_entry, WORDS)
    two_people.approve(a_person("moderator"), removal.number)
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    assert kinds_of(complaint.number)[-1] == "appeal.decided"
    assert existing(complaint.number).category.slug == "parking"
    assert differences() == []


def test_nobody_decides_who_entered_the_order_or_looked_at_the_flags(sqlite_app: Flask) -> None:
    author, entered, decided = a_member(), a_person("moderator"), a_person("auditor")
    first, second = a_complaint(author), a_complaint(author)
    an_order(first.number, entered)
    a_flag(second.number)
    flags.keep(decided, second.number, None, "abuse", KEPT)
    for complaint in (first, second):
        a_removal(complaint)
    entered.role = "auditor"
    db.session.commit()
    for person, complaint in ((entered, first), (decided, second)):
        appeal = appeals.file(author, existing(complaint.number).act_entry, WORDS)
        with pytest.raises(NotAllowed, match="参与过"):
            appeals.decide(person, appeal.number, "rejected", REASONS)
        appeals.decide(a_person("auditor"), appeal.number, "rejected", REASONS)


def test_a_cut_is_uncovered_and_a_delisting_ends_when_upheld(sqlite_app: Flask) -> None:
    author = a_member()
    delisted = a_complaint(author)
    measure = Measure("delist", delisted.number, a_statement())
    proposal = two_people.propose(a_person("moderator"), measure)
    statement = two_people.approve(a_person("moderator"), proposal.number)
    appeal = appeals.file(author, statement.entry, WORDS)
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    assert existing(delisted.number).listed
    assert differences() == []


def test_an_erasure_can_be_called_wrong_but_brings_nothing_back(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    number = an_erasure(complaint)
    appeal = appeals.file(author, db.session.get_one(Statement, number).entry, WORDS)
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    assert existing(complaint.number).state == "erased"
    assert differences() == []


def test_what_was_written_about_an_erased_complaint_is_destroyed_with_it(app: Flask) -> None:
    author = a_member()
    statement, appeal = appealed(author)
    an_erasure(existing(statement.complaint or 0), reason="authority-order")
    assert db.session.get_one(Appeal, appeal.number).words == ""
    assert differences() == []


def test_the_appellant_is_told_by_mail_and_on_the_site(app: Flask) -> None:
    author = a_member()
    _statement, appeal = appealed(author)
    appeals.decide(a_person("auditor"), appeal.number, "rejected", REASONS)
    work()
    query = select(Notice.what).where(Notice.account_id == author.id).order_by(Notice.id)
    assert list(db.session.scalars(query)) == ["removed", "appeal.filed", "appeal.decided"]
    browser = sign_in(app, author)
    told = browser.get("/account/notices").text
    assert f"/appeals/{appeal.number}" in told and "/statements/1/appeal" in told
    assert "不成立" in told
    mine = browser.get("/account/appeals").text
    assert "不成立" in mine and f"/appeals/{appeal.number}" in mine


def test_the_form_shows_what_was_typed_again_and_leads_to_the_appeal(sqlite_app: Flask) -> None:
    author = a_member()
    statement = removed(author)
    path, browser = f"/log/entries/{statement.entry}/appeal", sign_in(sqlite_app, author)
    form = browser.get(f"/statements/{statement.number}/appeal")
    assert form.status_code == 200 and path in form.text
    token = csrf(browser)
    short = browser.post(path, data={"csrf_token": token, "words": "冤"})
    assert short.status_code == 400 and ">冤</textarea>" in short.text.replace("\r\n", "")
    filed = browser.post(path, data={"csrf_token": token, "words": WORDS})
    assert filed.location.endswith("/appeals/1")
    again = browser.get(path)
    assert again.status_code == 303 and again.location.endswith("/appeals/1")


def test_who_is_not_concerned_is_told_of_challenges(sqlite_app: Flask) -> None:
    statement = removed(a_member())
    db.session.rollback()
    answer = sign_in(sqlite_app, a_member()).get(f"/statements/{statement.number}/appeal")
    assert answer.status_code == 403 and "异议" in answer.text
    visitor = sqlite_app.test_client().get(f"/statements/{statement.number}/appeal")
    assert visitor.status_code == 302 and "/login" in visitor.location


def test_overdue_appeals_are_marked_for_everybody(app: Flask) -> None:
    _statement, appeal = appealed(a_member())
    at = appeal.at
    db.session.rollback()
    visitor = app.test_client()
    assert "已超时 ·" not in visitor.get("/appeals").text
    with clock.set_to(at + timedelta(days=15)):
        assert "已超时 ·" in visitor.get("/appeals").text
        assert "已超时 ·" in visitor.get("/appeals/1").text


def test_notices_and_statements_lead_to_the_appeal(app: Flask) -> None:
    statement = removed(a_member())
    number, index = statement.complaint, statement.entry
    db.session.rollback()
    visitor = app.test_client()
    assert f"/log/entries/{index}/appeal" in visitor.get(f"/complaints/{number}").text
    assert f"/log/entries/{index}/appeal" in visitor.get("/complaints").text
    assert "/statements/1/appeal" in visitor.get("/statements/1").text
    assert "拨打页脚的电话" not in visitor.get("/statements/1").text


def test_a_decided_appeal_shows_its_reasons_with_their_opening(app: Flask) -> None:
    _statement, appeal = appealed(a_member())
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    db.session.rollback()
    page = app.test_client().get("/appeals/1").text
    assert REASONS in page and 'data-salt="text"' in page and "已恢复原样" in page
    assert "成立 1" in app.test_client().get("/appeals").text


def test_no_page_of_redress_asks_more_than_a_dozen_times(sqlite_app: Flask) -> None:
    author, auditor = a_member(), a_person("auditor")
    for outcome in ("upheld", "rejected", "", ""):
        _statement, appeal = appealed(author)
        if outcome:
            appeals.decide(auditor, appeal.number, outcome, REASONS)
    db.session.rollback()
    browser = sign_in(sqlite_app, auditor)
    for path in (
        "/appeals",
        "/appeals/1",
        "/appeals/4",
        "/statements/4/sealed",
        "/account/appeals",
    ):
        with queries() as asked:
            assert browser.get(path).status_code == 200
        assert len(asked) <= 12, (path, len(asked), asked)
