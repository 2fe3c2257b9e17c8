"""Any reader may dispute an entry of the log, and gets a public answer with reasons."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from forum.accounts.models import Account
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound
from forum.complaints.service import existing
from forum.log import queries as log
from forum.moderation import challenges, locking, moving, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Proposal, Statement
from forum.moderation.moving import Place
from forum.moderation.redress_models import Challenge
from forum.notifications.models import Notice
from tests.factories import (
    a_complaint,
    a_member,
    a_merge,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
    sign_in,
)
from tests.moderation.rooms import LOCK, MOVE, differences, kinds_of, newest

WORDS = "说明里写的条款和事实对不上，请再看一次。"
REASONS = "条款 3.4 说的正是这种情形，事实与原文一致。"


def a_removal_entry() -> int:
    """The index of the entry of a removal."""
    return db.session.get_one(Statement, a_removal(a_complaint())).entry


def told(person: Account) -> list[str]:
    """What the person was told, in order."""
    while outbox.drain():
        pass
    db.session.rollback()
    query = select(Notice.what).where(Notice.account_id == person.id).order_by(Notice.id)
    return list(db.session.scalars(query))


def a_proposal(number: int) -> Proposal:
    """A removal that one moderator proposed."""
    measure = Measure("remove", number, a_statement())
    return two_people.propose(a_person("moderator"), measure)


def test_a_visitor_challenges_an_entry_and_reads_the_answer(app: Flask) -> None:
    index = a_removal_entry()
    visitor = app.test_client()
    assert f"/log/entries/{index}/challenge" in visitor.get(f"/log/entries/{index}").text
    filed = visitor.post(f"/log/entries/{index}/challenge", data={"words": WORDS, "email": ""})
    assert filed.status_code == 303 and filed.location.endswith("/challenges/1")
    auditor = a_person("auditor")
    challenges.decide(auditor, 1, "rejected", REASONS)
    db.session.rollback()
    page = visitor.get("/challenges/1").text
    assert REASONS in page and 'data-salt="text"' in page and WORDS not in page
    assert "第 1 号异议" in visitor.get("/appeals?show=challenges").text
    assert differences() == []


def test_its_entries_stand_with_the_complaint_and_open(app: Flask) -> None:
    index = a_removal_entry()
    challenge = challenges.file(a_member(), index, WORDS)
    challenges.decide(a_person("auditor"), challenge.number, "upheld", REASONS)
    assert kinds_of(challenge.complaint or 0)[-3:] == [
        "challenge.filed", "challenge.decided", "complaint.restored"]  # fmt: skip
    entry = log.entry(challenge.decided_entry or 0) or {}
    assert log.opens(challenge.decided_entry or 0, "text", REASONS, entry)
    assert (log.entry(challenge.entry) or {})["by"] == "member"
    assert differences() == []


@pytest.mark.parametrize("agreed", [False, True])
def test_an_upheld_challenge_undoes_the_decision_and_the_author_hears(
    app: Flask, agreed: bool
) -> None:
    author = a_member("二栋小李")
    number = a_complaint(author).number
    statement = db.session.get_one(Statement, a_removal(existing(number)))
    approved = (log.entries_of(number)[-2][0], statement.entry)[not agreed]
    challenge, auditor = challenges.file(None, approved, WORDS), a_person("auditor")
    page = f"/challenges/{challenge.number}"
    assert "原来的处理当场撤销" in sign_in(app, auditor).get(page).text
    challenges.decide(auditor, challenge.number, "upheld", REASONS)
    assert existing(number).state == "visible"
    entry = newest(number)
    assert (entry["by"], entry["reason"]) == ("auditor", "appeal-upheld")
    assert told(author)[-1] == "restored"
    assert "已恢复原样" in app.test_client().get(page).text
    assert differences() == []


def test_an_upheld_challenge_of_what_one_person_decided_undoes_it_too(app: Flask) -> None:
    author, moderator, auditor = a_member("二栋小李"), a_person("moderator"), a_person("auditor")
    older, locked, merged, moved = (a_complaint(a) for a in (None, author, author, author))
    locking.lock(moderator, locked.number, LOCK)
    a_merge(merged, older)
    moving.move(moderator, moved.number, Place(category="parking"), MOVE)
    with clock.set_to(clock.now() + timedelta(days=1)):
        for complaint in (locked, merged, moved):
            challenge = challenges.file(None, existing(complaint.number).act_entry, WORDS)
            challenges.decide(auditor, challenge.number, "upheld", REASONS)
        assert told(author)[-3:] == ["unlocked", "unmerged", "moved"]
    assert not existing(locked.number).locked and existing(merged.number).state == "visible"
    assert existing(moved.number).category.slug == "repair"
    assert differences() == []


def test_any_entry_can_be_challenged_also_of_no_complaint(sqlite_app: Flask) -> None:
    challenge = challenges.file(None, 0, WORDS)
    challenges.decide(a_person("auditor"), challenge.number, "inadmissible", REASONS)
    assert challenge.complaint is None and challenge.by == "reader"
    assert differences() == []


@pytest.mark.parametrize(("words", "email"), [("", ""), ("错", ""), (WORDS, "不是邮箱"),
                                              (WORDS, "13800138000")])  # fmt: skip
def test_what_cannot_be_judged_is_shown_again(sqlite_app: Flask, words: str, email: str) -> None:
    index = a_removal_entry()
    db.session.rollback()
    answer = sqlite_app.test_client().post(
        f"/log/entries/{index}/challenge", data={"words": words, "email": email}
    )
    assert answer.status_code == 400 and email in answer.text and words in answer.text
    assert db.session.scalar(select(func.count(Challenge.number))) == 0


def test_what_is_not_in_the_log_cannot_be_challenged(sqlite_app: Flask) -> None:
    for index in (10**6, -1, 2**40):
        with pytest.raises(NotFound):
            challenges.file(None, index, WORDS)
    answer = sqlite_app.test_client().get("/log/entries/999999/challenge")
    assert answer.status_code == 404


def test_one_network_cannot_flood_the_auditors(sqlite_app: Flask) -> None:
    index = a_removal_entry()
    visitor, path = sqlite_app.test_client(), f"/log/entries/{index}/challenge"
    answers = [visitor.post(path, data={"words": f"{WORDS}{n}"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert f"{WORDS}10" in answers[-1].text


def test_who_agreed_or_refused_does_not_answer_about_the_first_step(sqlite_app: Flask) -> None:
    agreed, refused = a_person("auditor"), a_person("auditor")
    first, second = (a_proposal(a_complaint().number) for _ in range(2))
    two_people.approve(agreed, first.number)
    two_people.reject(refused, second.number, "没有指名，不是辱骂。")
    for person, proposal in ((agreed, first), (refused, second)):
        challenge = challenges.file(None, proposal.entry, WORDS)
        with pytest.raises(NotAllowed, match="参与写下"):
            challenges.decide(person, challenge.number, "rejected", REASONS)
        challenges.decide(a_person("auditor"), challenge.number, "rejected", REASONS)


def test_whose_entry_it_is_does_not_answer_and_only_auditors_do(sqlite_app: Flask) -> None:
    moderator = a_person("moderator")
    index = db.session.get_one(Statement, a_removal(a_complaint(), moderator)).entry
    challenges.file(None, index, WORDS)
    with pytest.raises(NotAllowed):
        challenges.decide(moderator, 1, "rejected", REASONS)
    moderator.role = "auditor"
    db.session.commit()
    with pytest.raises(NotAllowed, match="参与"):
        challenges.decide(moderator, 1, "rejected", REASONS)
    challenges.decide(a_person("auditor"), 1, "rejected", REASONS)
    with pytest.raises(Conflict, match="不成立"):
        challenges.decide(a_person("auditor"), 1, "upheld", REASONS)


def test_a_challenge_is_not_decided_without_reasons(sqlite_app: Flask) -> None:
    challenges.file(None, 0, WORDS)
    with pytest.raises(Invalid):
        challenges.decide(a_person("auditor"), 1, "upheld", "")
    with pytest.raises(NotFound):
        challenges.decide(a_person("auditor"), 2, "upheld", REASONS)


def test_the_answer_goes_to_the_address_that_was_left_which_is_then_forgotten(app: Flask) -> None:
    index, member = a_removal_entry(), a_member()
    challenges.file(None, index, WORDS, "Reader@Mail.test")
    challenges.file(member, index, WORDS)
    for number in (1, 2):
        challenges.decide(a_person("auditor"), number, "rejected", REASONS)
    while outbox.drain():
        pass
    db.session.rollback()
    mails = [path.read_text() for path in Path(app.config["FORUM_INSTANCE"]).glob("mail/*")]
    assert any("To: reader@mail.test" in mail and "/challenges/1" in mail for mail in mails)
    assert db.session.get_one(Challenge, 1).email is None
    told = select(Notice.what).where(Notice.account_id == member.id)
    assert list(db.session.scalars(told)) == ["challenge.decided"]
    assert "/challenges/2" in sign_in(app, member).get("/account/notices").text


def test_the_words_are_destroyed_with_the_complaint(app: Flask) -> None:
    complaint = a_complaint()
    challenges.file(None, complaint.entry, WORDS, "reader@mail.test")
    an_erasure(complaint, reason="authority-order")
    db.session.rollback()
    kept = db.session.get_one(Challenge, 1)
    assert (kept.words, kept.email) == ("", None)
    assert differences() == []
