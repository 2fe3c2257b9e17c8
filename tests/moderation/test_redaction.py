"""A part is covered and the rest stays: in every version, with its reason, and it can be undone."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from forum.accounts.models import Account
from forum.app import ROW_CHECKS
from forum.base import clock, outbox
from forum.base.cuts import MARK, cut, marked, without_marks
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.covering import Cuts
from forum.complaints.models import Complaint, Photo, Sealed, Version
from forum.complaints.service import existing
from forum.log import queries as log
from forum.log.check import check_log
from forum.log.models import Opening
from forum.moderation import redaction, service, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Proposal, Statement
from forum.moderation.sealed import sealed_content
from tests.factories import (
    a_code,
    a_complaint,
    a_member,
    a_person,
    a_statement,
    an_erasure,
    csrf,
    sign_in,
)
from tests.moderation.everywhere import a_photo

KEY = "r" * 43
PHONE = "13800138000"
BODY = f"物业经理老林，电话 {PHONE}，从来不接。\n电梯还是停着。"
CUT = Cuts((PHONE,))
SHOWN = "物业经理老林，电话 〔此处遮盖 11 字〕，从来不接。\n电梯还是停着。"
WHY = "第一段写出了物业经理的手机号。"


def given(reason: str = "personal-data", **other: object):
    return a_statement(reason, **({"facts": WHY} | other))


def a_case(**more: object) -> Complaint:
    """A complaint with a telephone number in it, and an edit that still has it."""
    found = a_complaint(title="电梯坏了没人接电话", body=BODY, key=KEY, **more)
    number, author = found.number, db.session.get(Account, found.account_id)
    author_acts.edit(author, number, found.title, BODY + "\n又一周。",
                     Proof(of=found.act_entry, code=a_code(KEY)))  # fmt: skip
    return existing(number)


def covered(complaint: Complaint, cuts: Cuts = CUT, item: int | None = None) -> Statement:
    """Covered by one person alone."""
    return service.redact_alone(a_person("moderator"), complaint.number, given(), cuts, item)


def bodies(complaint: Complaint) -> list[str]:
    query = select(Version.body).where(Version.complaint == complaint.number)
    return list(db.session.scalars(query.order_by(Version.entry)))


def clean() -> bool:
    db.session.expire_all()
    return check_log(ROW_CHECKS) == []


def test_marks_stand_for_what_they_cover_and_are_never_cut_themselves():
    once = cut("林先生和林太太", ["林先生", "生和"])
    assert once == "〔此处遮盖 4 字〕林太太"
    assert cut(once, ["遮盖", "4 字〕林"]) == once
    assert without_marks(once) == "林太太" and MARK.search(once)
    assert marked("<b>" + once) == ('&lt;b&gt;<mark class="cut">〔此处遮盖 4 字〕</mark>林太太')


def test_words_are_covered_in_every_version_and_the_openings_are_gone(app: Flask):
    complaint = a_case()
    statement = covered(complaint)
    assert bodies(complaint) == [SHOWN, SHOWN + "\n又一周。"]
    complaint = existing(complaint.number)
    assert (complaint.body, complaint.redacted) == (SHOWN + "\n又一周。", True)
    index, entry = log.entries_of(complaint.number)[-1]
    assert (entry["kind"], entry["scope"], entry["second"]) == ("complaint.redacted", "part", None)
    assert len(entry["closes"]) == 2 and entry["statement"] == statement.number
    held = db.session.scalars(select(Opening.entry).where(Opening.entry.in_(entry["closes"])))
    assert list(held) == [] and log.opens(index, "facts", WHY, entry)
    assert clean()


def test_what_was_covered_is_sealed_with_what_opens_it(app: Flask):
    complaint = a_case()
    covered(complaint)
    sealed = list(db.session.scalars(select(Sealed).where(Sealed.name == "text")))
    assert all(PHONE in row.value for row in sealed) and len(sealed) == 2
    assert all(log.entry(row.entry)["commitments"]["text"] for row in sealed)


def test_a_cut_done_alone_lapses_and_everything_can_be_opened_again(app: Flask):
    complaint = a_case()
    before = bodies(complaint)
    covered(complaint)
    with clock.set_to(clock.now() + timedelta(hours=73)):
        two_people.lapse_due()
        assert bodies(complaint) == before and not existing(complaint.number).redacted
        entry = log.entries_of(complaint.number)[-1][1]
        assert (entry["kind"], entry["reason"], entry["by"]) == (
            "complaint.restored", "lapsed", "system")  # fmt: skip
        assert db.session.scalar(select(Sealed.id)) is None and clean()


def test_a_second_person_confirms_it_or_undoes_it(app: Flask):
    complaint = a_case()
    first = covered(complaint)
    two_people.approve(a_person("auditor"), first.number)
    assert existing(complaint.number).redacted and clean()
    second = covered(complaint, Cuts(("老林",)))
    two_people.reject(a_person("moderator"), second.number, "职务行为，应当公开。")
    assert (
        "老林" in existing(complaint.number).body and PHONE not in existing(complaint.number).body
    )
    assert existing(complaint.number).redacted and clean()


@pytest.mark.parametrize("end", ["lapsed", "rejected", "lifted"])
def test_what_others_did_not_confirm_takes_two_from_then_on(app: Flask, end: str):
    complaint, moderator, second = a_case(), a_person("moderator"), a_person("moderator")
    first = service.redact_alone(moderator, complaint.number, given(), CUT)
    if end == "lifted":
        two_people.approve(second, first.number)
        service.lift(second, first.number, "mistake")
    elif end == "rejected":
        two_people.reject(second, first.number, "职务行为，应当公开。")
    with clock.set_to(clock.now() + timedelta(hours=73)):
        two_people.lapse_due()
        with pytest.raises(Conflict, match="请按双人复核提出"):
            service.redact_alone(moderator, complaint.number, given(), CUT)
        measure = Measure("redact", complaint.number, given(), None, CUT)
        two_people.approve(second, two_people.propose(moderator, measure).number)
    assert PHONE not in existing(complaint.number).body and clean()


def test_a_cut_that_lapsed_says_nothing_about_another_item(sqlite_app: Flask):
    complaint, moderator = a_case(), a_person("moderator")
    reply = complaints.comment(
        a_member("二栋小李"), complaint.number, f"我打过 {PHONE}，没人接，物业也说不知道。"
    )
    two_people.reject(a_person("auditor"), covered(complaint).number, "职务行为，应当公开。")
    statement = service.redact_alone(moderator, complaint.number, given(), CUT, reply.id)
    assert statement.item == reply.id and clean()


def test_who_covers_what_waits_already_is_told_whose_and_why(sqlite_app: Flask):
    complaint = a_case()
    first = covered(complaint)
    with pytest.raises(Conflict) as refused:
        covered(complaint, Cuts(("老林",)))
    said = str(refused.value.sentence)
    assert first.staff in said and "泄露个人信息" in said and f"处理说明 {first.number}" in said


def test_cuts_are_undone_newest_first(app: Flask):
    complaint = a_case()
    first, other = covered(complaint), a_person("moderator")
    with pytest.raises(Conflict):
        covered(complaint, Cuts(("老林",)))  # the first is not confirmed yet
    two_people.approve(other, first.number)
    second = covered(complaint, Cuts(("老林",)))
    with pytest.raises(Conflict):
        service.lift(other, first.number, "mistake")
    for statement in (second, first):
        service.lift(other, statement.number, "mistake")
        assert clean()
    assert bodies(complaint)[0] == BODY
    with pytest.raises(Conflict):
        service.lift(other, first.number, "mistake")


@pytest.mark.parametrize(
    ("wrong", "cuts"),
    [({"reason": "abuse"}, CUT), ({"facts": ""}, CUT), ({"facts": f"写了 {PHONE} 这个号码。"}, CUT),
     ({"clause": "9.9"}, CUT), ({}, Cuts()), ({}, Cuts(("没有写过的话",))),
     ({}, Cuts(("电梯坏了没人接电话", *BODY.split("\n"), "又一周。")))],
)  # fmt: skip
def test_a_cut_needs_all_its_facts_and_leaves_something(sqlite_app: Flask, wrong, cuts):
    complaint, moderator = a_case(), a_person("moderator")
    reason = wrong.pop("reason", "personal-data")
    with pytest.raises(Invalid):
        statement = given(reason, **wrong) if "clause" not in wrong else _with_clause(wrong)
        service.redact_alone(moderator, complaint.number, statement, cuts)
    assert PHONE in existing(complaint.number).body and db.session.scalar(select(Sealed.id)) is None


def _with_clause(wrong: dict[str, str]):
    from dataclasses import replace

    return replace(given(), **wrong)


def test_for_other_grounds_it_takes_two(app: Flask):
    complaint, moderator = a_case(), a_person("moderator")
    measure = Measure("redact", complaint.number, given("abuse"), None, Cuts(("从来不接",)))
    proposal = two_people.propose(moderator, measure)
    assert "从来不接" in existing(complaint.number).body
    with pytest.raises(NotAllowed):
        two_people.approve(moderator, proposal.number)
    statement = two_people.approve(a_person("moderator"), proposal.number)
    assert (statement.second, statement.lapses_at) != (None, None)
    assert "从来不接" not in existing(complaint.number).body
    assert db.session.get(Proposal, proposal.number).cuts is None and clean()


@pytest.mark.parametrize("role", ["member", "staff", "executive", "auditor", "admin"])
def test_nobody_else_covers_alone(sqlite_app: Flask, role: str):
    person = a_member("二栋小李") if role == "member" else a_person(role)
    with pytest.raises(NotAllowed):
        service.redact_alone(person, a_case().number, given(), CUT)


def test_a_photo_goes_whole_and_comes_back(app: Flask):
    photos = (a_photo((9, 9, 200), f"名片上是 {PHONE}"), a_photo((200, 9, 9), "电梯"))
    complaint = a_case(photos=photos)
    statement = covered(complaint, Cuts((PHONE,), (1,)))
    left = list(db.session.scalars(select(Photo).where(Photo.complaint == complaint.number)))
    assert [photo.position for photo in left] == [2] and existing(complaint.number).photos == 1
    assert clean()
    service.lift(a_person("moderator"), statement.number, "mistake")
    query = select(Photo).where(Photo.complaint == complaint.number).order_by(Photo.position)
    again = list(db.session.scalars(query))
    assert [photo.alt for photo in again] == [f"名片上是 {PHONE}", "电梯"] and clean()


def test_a_comment_is_covered_like_a_complaint(app: Flask):
    complaint = a_case()
    said = complaints.comment(
        a_member("二栋小李"), complaint.number, f"我打过 {PHONE}，空号，物业也说不知道。"
    )
    covered(complaint, CUT, said.id)
    db.session.refresh(said)
    assert said.body == "我打过 〔此处遮盖 11 字〕，空号，物业也说不知道。"
    assert PHONE in existing(complaint.number).body and existing(complaint.number).redacted
    assert clean()


def test_what_is_covered_can_still_be_erased(app: Flask):
    complaint = a_case(photos=(a_photo((9, 9, 200), "名片"),))
    said = complaints.comment(
        a_member("二栋小李"), complaint.number, f"我打过 {PHONE}，空号，物业也说不知道。"
    )
    covered(complaint, Cuts((PHONE,), (1,)))
    covered(complaint, CUT, said.id)
    an_erasure(complaint, item=said.id)
    assert clean() and existing(complaint.number).redacted
    an_erasure(complaint)
    assert clean() and db.session.scalar(select(Sealed.id)) is None


def test_phrases_are_typed_one_a_line():
    assert redaction.cuts_of(" 老林 \r\n\n老林\n13800\n", [2, 2]) == Cuts(("老林", "13800"), (2,))
    with pytest.raises(Invalid):
        redaction.cuts_of("林")


def test_nobody_reads_it_on_any_page_but_its_author(sqlite_app: Flask):
    complaint = a_case(photos=(a_photo((9, 9, 200), "名片"),))
    number, author = complaint.number, db.session.get(Account, complaint.account_id)
    own, visitor = sign_in(sqlite_app, author), sqlite_app.test_client()
    photo = db.session.scalar(select(Photo.sha256))
    covered(existing(number), Cuts((PHONE,), (1,)))
    while outbox.drain():
        pass
    db.session.rollback()
    for path in ("", ".json", "/history", "/feed.atom"):
        answer = visitor.get(f"/complaints/{number}{path}")
        assert answer.status_code == 200 and PHONE not in answer.text
        assert "此处遮盖 11 字" in answer.text
    page = visitor.get(f"/complaints/{number}").text
    assert (
        '<mark class="cut">〔此处遮盖 11 字〕</mark>' in page and "有遮盖，其余与记录一致" in page
    )
    assert "与公开记录对不上" not in page and "看处理说明" in page
    assert visitor.get(f"/photos/{photo}.jpg").status_code == 404
    assert f"/complaints/{number}" not in visitor.get(f"/search?q={PHONE}").text
    assert PHONE in own.get(f"/complaints/{number}").text
    assert own.get(f"/complaints/{number}/receipt").status_code == 404


def test_a_moderator_sees_the_effect_before_it_is_done(sqlite_app: Flask):
    complaint = a_case()
    number = complaint.number
    browser = sign_in(sqlite_app, a_person("moderator"))
    path = f"/complaints/{number}/redact"
    typed = {"csrf_token": csrf(browser), "phrases": PHONE, "reason": "personal-data",
             "clause": "3.2", "facts": WHY, "detection": "notice", "automated_decision": "none",
             "alone": "cover"}  # fmt: skip
    assert browser.get(path).status_code == 200
    assert browser.post(path, data=typed | {"phrases": "没有写过"}).status_code == 400
    preview = browser.post(path, data=typed)
    assert preview.status_code == 200 and preview.text.count("data-preview") == 2
    assert PHONE in existing(number).body
    seen = preview.text.split('name="seen"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    other = browser.post(path, data=typed | {"seen": seen, "phrases": "老林"})
    assert other.status_code == 200 and "老林" in existing(number).body
    done = browser.post(path, data=typed | {"seen": seen})
    assert done.status_code == 303 and clean()
    db.session.rollback()
    assert PHONE not in existing(number).body
    statement = browser.get(done.location).text
    assert "只遮盖一部分" in statement and PHONE not in statement


def test_sealed_words_are_for_auditors_and_those_who_decided(app: Flask):
    complaint, moderator, other = a_case(), a_person("moderator"), a_person("moderator")
    statement = service.redact_alone(moderator, complaint.number, given(), CUT)
    for person in (moderator, a_person("auditor")):
        parts = sealed_content(person, statement.number)
        assert [part.value for part in parts if part.field == "text" and PHONE in part.value]
    for person in (a_person("staff"), a_person("admin")):
        with pytest.raises(NotAllowed):
            sealed_content(person, statement.number)
    # Whoever may be the second person reads what it is about.
    assert sealed_content(other, statement.number)
    two_people.approve(other, statement.number)
    assert sealed_content(other, statement.number)
    with pytest.raises(NotAllowed):
        sealed_content(a_person("moderator"), statement.number)


def test_sealed_words_that_were_altered_are_found(app: Flask):
    covered(a_case())
    with transaction():
        db.session.scalars(select(Sealed).where(Sealed.name == "text")).first().value = "没什么"
    assert [found.code for found in check_log(ROW_CHECKS)] == ["commitment-differs"]
