"""Flags are private and once for each person; keeping and acting answer them all, in public."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from forum.base import clock, outbox
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed, TooMany
from forum.complaints import service as complaints
from forum.complaints.covering import Cuts
from forum.complaints.models import Reply
from forum.log import queries as log
from forum.moderation import flags, two_people
from forum.moderation import service as moderation
from forum.moderation.answering import waiting_about
from forum.moderation.flag_models import Flag, FlagDecision
from forum.moderation.measures import Measure, Request
from forum.moderation.recovery_flags import recover_flags
from forum.moderation.recovery_rulings import LOST_TEXT
from forum.notifications.models import Notice
from forum.response import service as response
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
    sign_in,
)
from tests.moderation.flagged import KEPT, a_flag
from tests.moderation.rooms import differences, kinds_of, newest


def told() -> list[str]:
    """What people were told, in order."""
    while outbox.drain():
        pass
    return [notice.what for notice in db.session.query(Notice).order_by(Notice.id)]


def test_a_flag_is_private_and_leaves_no_entry(app: Flask) -> None:
    complaint, size = a_complaint(), log.tip().size
    row = a_flag(complaint.number)
    assert (row.reason, row.words, row.decided) == ("abuse", "第二段骂人。", None)
    assert log.tip().size == size
    assert "第二段骂人" not in app.test_client().get(f"/complaints/{complaint.number}").text


def test_keeping_is_an_entry_that_answers_all_flags_and_tells_who_flagged(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    readers = [a_member("二栋小李"), a_member("五栋老王")]
    for reader in readers:
        a_flag(complaint.number, reader)
    decision = flags.keep(moderator, complaint.number, None, "abuse", KEPT)
    entry = newest(complaint.number)
    assert (entry["kind"], entry["decision"], entry["flags"], entry["notices"]) == (
        "flag.decided", "kept", 2, 0)  # fmt: skip
    assert (entry["reason"], entry["staff"], entry["statement"]) == (
        "abuse", moderator.staff_no, None)  # fmt: skip
    assert log.opens(decision.entry, "text", KEPT, entry)
    assert not waiting_about(complaint.number, None) and differences() == []
    assert told() == ["flag.kept", "flag.kept"]


def test_a_removal_answers_the_flags_by_its_statement(app: Flask) -> None:
    complaint = a_complaint()
    item = complaints.comment(a_member("三栋老陈"), complaint.number, "你们都是骗子。").id
    a_flag(complaint.number)
    a_flag(complaint.number, item=item)
    number = a_removal(complaint)
    kinds = kinds_of(complaint)
    assert kinds[-4:] == ["statement.approved", "flag.decided", "flag.decided", "complaint.removed"]
    answers = db.session.query(FlagDecision).all()
    assert {(a.item, a.decision, a.statement) for a in answers} == {
        (0, "acted", number), (item, "acted", number)}  # fmt: skip
    assert differences() == [] and told().count("flag.acted") == 2


def test_a_measure_on_one_reply_answers_only_what_is_about_it(app: Flask) -> None:
    complaint = a_complaint()
    said = "电话 13800138000 找他，他说第二天来，又没有来。"
    reply = complaints.comment(a_member("三栋老陈"), complaint.number, said)
    a_flag(complaint.number)
    a_flag(complaint.number, item=reply.id, reason="personal-data", words="")
    given, cuts = a_statement("personal-data"), Cuts(("13800138000",), ())
    alone = moderation.redact_alone(a_person("moderator"), complaint.number, given, cuts, reply.id)
    assert waiting_about(complaint.number, None) and waiting_about(complaint.number, reply.id)
    two_people.approve(a_person("moderator"), alone.number)
    assert waiting_about(complaint.number, None) and not waiting_about(complaint.number, reply.id)
    assert differences() == []


def test_what_was_done_alone_answers_flags_when_a_second_person_confirms_it(app: Flask) -> None:
    complaint, second = a_complaint(), a_person("auditor")
    a_flag(complaint.number, reason="spam")
    alone = moderation.remove_alone(a_person("moderator"), complaint.number, a_statement(), "emergency")  # fmt: skip
    assert waiting_about(complaint.number, None) and told() == ["removed"]
    two_people.approve(second, alone.number)
    assert kinds_of(complaint) == ["complaint.removed", "statement.approved", "flag.decided"]
    entry = newest(complaint.number)
    assert (entry["decision"], entry["statement"], entry["staff"]) == (
        "acted", alone.number, second.staff_no)  # fmt: skip
    assert not waiting_about(complaint.number, None) and differences() == []
    assert told() == ["removed", "flag.acted"]


@pytest.mark.parametrize("end", ["lapsed", "rejected", "lifted"])
def test_flags_wait_on_when_what_was_done_alone_does_not_hold(app: Flask, end: str) -> None:
    complaint, moderator, second = a_complaint(), a_person("moderator"), a_person("moderator")
    a_flag(complaint.number)
    alone = moderation.remove_alone(moderator, complaint.number, a_statement(), "emergency")
    if end == "rejected":
        two_people.reject(second, alone.number, "没有骂人。")
    elif end == "lifted":
        moderation.lift(second, alone.number, "mistake")
    with clock.set_to(clock.now() + timedelta(hours=25)):
        two_people.lapse_due()
        assert waiting_about(complaint.number, None)
        decision = flags.keep(second, complaint.number, None, "abuse", KEPT)
    assert decision.decision == "kept" and differences() == []


@pytest.mark.parametrize("way", ["proposed", "alone"])
def test_nothing_is_kept_while_a_measure_about_it_waits(sqlite_app: Flask, way: str) -> None:
    complaint, moderator, second = a_complaint(), a_person("moderator"), a_person("moderator")
    a_flag(complaint.number)
    if way == "alone":
        waits = moderation.remove_alone(moderator, complaint.number, a_statement(), "emergency").number  # fmt: skip
    else:
        measure = Measure("remove", complaint.number, a_statement())
        waits = two_people.propose(moderator, measure).number
    with pytest.raises(Conflict, match=f"处理说明 {waits} 正等第二个人复核"):
        flags.keep(second, complaint.number, None, "abuse", KEPT)
    page = sign_in(sqlite_app, second).get(f"/moderation/flagged/{complaint.number}").text
    assert "正等第二个人复核" in page and "/keep" not in page
    two_people.reject(second, waits, "没有骂人。")
    assert flags.keep(moderator, complaint.number, None, "abuse", KEPT).flags == 1


def test_a_comment_is_not_kept_while_the_whole_may_go_and_the_whole_while_a_comment_may(
    sqlite_app: Flask,
) -> None:
    complaint, moderator, second = a_complaint(), a_person("moderator"), a_person("moderator")
    item = complaints.comment(a_member("三栋老陈"), complaint.number, "你们都是骗子。").id
    a_flag(complaint.number)
    a_flag(complaint.number, item=item)
    of_item = two_people.propose(moderator, Measure("remove", complaint.number, a_statement(), item))  # fmt: skip
    flags.keep(second, complaint.number, None, "abuse", KEPT)
    two_people.reject(second, of_item.number, "没有骂人。")
    whole = two_people.propose(moderator, Measure("remove", complaint.number, a_statement()))
    with pytest.raises(Conflict, match=f"处理说明 {whole.number} 正等第二个人复核"):
        flags.keep(second, complaint.number, item, "abuse", KEPT)


def test_a_request_of_somebody_inside_does_not_stop_keeping(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    a_flag(complaint.number)
    asked = Measure("remove", complaint.number, Request("abuse", "这一条点名道姓，请下架。"))
    two_people.propose(a_person("executive"), asked)
    flags.keep(a_person("moderator"), complaint.number, None, "abuse", KEPT)
    assert not waiting_about(complaint.number, None)


def test_a_suspension_answers_no_flag(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    a_flag(complaint.number)
    given = a_statement(until=clock.local_date() + flags.WAIT)
    measure = Measure("suspend", complaint.number, given)
    proposal = two_people.propose(a_person("moderator"), measure)
    two_people.approve(a_person("moderator"), proposal.number)
    assert waiting_about(complaint.number, None)


def test_flags_wait_on_when_a_proposal_is_rejected(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    a_flag(complaint.number)
    measure = Measure("remove", complaint.number, a_statement())
    proposal = two_people.propose(a_person("moderator"), measure)
    two_people.reject(a_person("moderator"), proposal.number, "没有骂人。")
    assert waiting_about(complaint.number, None)


def test_an_erasure_leaves_no_word_of_flags_and_answers(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    kept = (a_flag(complaint.number), flags.keep(moderator, complaint.number, None, "abuse", KEPT))
    a_flag(complaint.number, a_member("五栋老王"))
    an_erasure(complaint)
    assert {row.words for row in db.session.query(Flag)} == {""}
    answers = {a.decision: a.text for a in db.session.query(FlagDecision)}
    assert answers["kept"] == "" and answers["acted"].startswith("主管部门来函")
    assert log.opening(kept[1].entry, "text") is None and differences() == []
    with pytest.raises(Conflict):
        flags.keep(moderator, complaint.number, None, "abuse", KEPT)


def test_one_person_flags_one_thing_once(app: Flask) -> None:
    complaint, reader = a_complaint(), a_member("二栋小李")
    a_flag(complaint.number, reader)
    with pytest.raises(Conflict):
        a_flag(complaint.number, reader, reason="spam")
    decided = flags.keep(a_person("moderator"), complaint.number, None, "abuse", KEPT)
    with pytest.raises(Conflict) as again:
        a_flag(complaint.number, reader)
    assert str(decided.entry) in str(again.value.sentence)
    assert db.session.query(Flag).count() == 1


@pytest.mark.parametrize(
    ("reason", "words", "field"),
    [("policy", "", "words"), ("illegal", " \n", "words"), ("abuse", "字" * 1001, "words"),
     ("abuse", "停车\x00场", "words"), ("lapsed", "为什么", "reason"), ("", "为什么", "reason")],
)  # fmt: skip
def test_a_flag_needs_a_reason_and_where_it_says_nothing_words(
    sqlite_app: Flask, reason: str, words: str, field: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        a_flag(a_complaint().number, reason=reason, words=words)
    assert wrong.value.field == field and db.session.query(Flag).count() == 0


def test_what_is_gone_or_ones_own_is_not_flagged(sqlite_app: Flask) -> None:
    author = a_member()
    complaint, gone = a_complaint(author), a_complaint(author)
    a_removal(gone)
    for number, person in ((gone.number, a_member("二栋小李")), (complaint.number, author)):
        with pytest.raises(Conflict):
            a_flag(number, person)
    assert db.session.query(Flag).count() == 0


def test_a_removed_comment_is_not_flagged(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    item = complaints.comment(a_member("三栋老陈"), complaint.number, "你们都是骗子。").id
    given = Measure("remove", complaint.number, a_statement(), item)
    two_people.approve(
        a_person("moderator"), two_people.propose(a_person("moderator"), given).number
    )
    with pytest.raises(Conflict):
        a_flag(complaint.number, item=item)


def test_somebody_who_flags_everything_is_slowed_down(sqlite_app: Flask, monkeypatch) -> None:
    monkeypatch.setattr(flags, "A_DAY", 2)
    author, reader = a_member(), a_member("二栋小李")
    numbers = [a_complaint(author).number for _ in range(3)]
    for number in numbers[:2]:
        a_flag(number, reader)
    with pytest.raises(TooMany):
        a_flag(numbers[2], reader)


@pytest.mark.parametrize("role", ["staff", "moderator", "executive", "auditor", "admin"])
def test_only_members_flag(sqlite_app: Flask, role: str) -> None:
    with pytest.raises(NotAllowed):
        a_flag(a_complaint().number, a_person(role))


@pytest.mark.parametrize("role", ["member", "staff", "executive", "admin"])
def test_only_moderators_and_auditors_keep(sqlite_app: Flask, role: str) -> None:
    complaint = a_complaint()
    a_flag(complaint.number)
    person = a_member("五栋老王") if role == "member" else a_person(role)
    with pytest.raises(NotAllowed):
        flags.keep(person, complaint.number, None, "abuse", KEPT)


@pytest.mark.parametrize(
    ("reason", "words", "field"),
    [("abuse", "", "words"), ("abuse", "没有", "words"), ("spam", KEPT, "reason"),
     ("99.9", KEPT, "reason"), ("", KEPT, "reason"), ("abuse", "字" * 2001, "words")],
)  # fmt: skip
def test_keeping_needs_words_and_a_reason_that_was_named(
    sqlite_app: Flask, reason: str, words: str, field: str
) -> None:
    complaint = a_complaint()
    a_flag(complaint.number)
    with pytest.raises(Invalid) as wrong:
        flags.keep(a_person("moderator"), complaint.number, None, reason, words)
    assert wrong.value.field == field and kinds_of(complaint) == []


def test_what_nobody_flagged_cannot_be_kept(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    with pytest.raises(Conflict):
        flags.keep(a_person("moderator"), complaint.number, None, "abuse", KEPT)
    assert kinds_of(complaint) == []


def test_the_second_moderator_sees_who_decided_and_why(app: Flask) -> None:
    complaint, first = a_complaint(), a_person("moderator")
    a_flag(complaint.number)
    flags.keep(first, complaint.number, None, "abuse", KEPT)
    with pytest.raises(Conflict) as late:
        flags.keep(a_person("auditor"), complaint.number, None, "abuse", KEPT)
    assert first.staff_no in str(late.value.sentence) and KEPT in str(late.value.sentence)


def test_nobody_answers_a_flag_that_came_after_they_looked(sqlite_app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    a_flag(complaint.number)
    seen = waiting_about(complaint.number, None).seen
    a_flag(complaint.number, a_member("五栋老王"))
    with pytest.raises(Conflict):
        flags.keep(moderator, complaint.number, None, "abuse", KEPT, seen)
    seen = waiting_about(complaint.number, None).seen
    assert flags.keep(moderator, complaint.number, None, "abuse", KEPT, seen).flags == 2


def test_nobody_decides_on_their_own_words_or_their_own_flag(sqlite_app: Flask) -> None:
    complaint, staff, reader = a_complaint(), a_person(), a_member("二栋小李")
    reply = response.reply(staff, complaint.number, "我们在查图纸。")
    a_flag(complaint.number, reader, item=reply.id)
    a_flag(complaint.number, reader)
    with transaction():  # both became moderators later
        staff.role = reader.role = "moderator"
        reader.staff_no = "S-777"
    for person, item in ((staff, reply.id), (reader, None)):
        with pytest.raises(NotAllowed):
            flags.keep(person, complaint.number, item, "abuse", KEPT)
    assert db.session.query(FlagDecision).count() == 0


def test_answers_come_back_without_their_words(app: Flask) -> None:
    complaint = a_complaint()
    a_flag(complaint.number)
    decision = flags.keep(a_person("moderator"), complaint.number, None, "abuse", KEPT)
    entry = decision.entry
    with transaction():
        db.session.query(FlagDecision).delete()
        db.session.query(Flag).update({"decided": None})
        recover_flags(0)
        recover_flags(0)
    row = db.session.get_one(FlagDecision, entry)
    assert (row.text, row.decision, row.flags, row.item) == (LOST_TEXT, "kept", 1, 0)
    assert db.session.query(Flag).one().decided == entry
    assert db.session.query(Reply).count() == 0


@pytest.mark.parametrize(
    ("role", "place"), [("moderator", "/moderation/flagged/1"), ("auditor", "/moderation/flagged/1"),
                        ("staff", "/complaints/1/ask"), ("executive", "/complaints/1/ask"),
                        ("admin", "/complaints/1/ask")],
)  # fmt: skip
def test_whoever_is_inside_is_led_from_the_flag_to_where_they_say_so(
    sqlite_app: Flask, role: str, place: str
) -> None:
    a_complaint()
    browser = sign_in(sqlite_app, a_person(role))
    answer = browser.get("/complaints/1/flag")
    assert answer.status_code == 303 and answer.location.endswith(place)
    assert browser.get(answer.location).status_code == 200
