"""Whoever covers a part leaves at least half of the letters; what needs more is a removal by two."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Invalid
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.covering import Cuts
from forum.complaints.models import Complaint, Sealed
from forum.complaints.service import existing
from forum.moderation import sealed_end, service, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Statement
from forum.moderation.part_left import letters
from tests.factories import (
    a_code,
    a_complaint,
    a_member,
    a_person,
    a_statement,
    csrf,
    sign_in,
)
from tests.moderation.rooms import differences

KEY = "h" * 43
GIVEN = a_statement("personal-data", facts="有一处写出了别人的私事。")
# 4 letters and 12; half of them are 8.
TITLE, BODY = "甲乙丙丁", "戊己庚辛，壬癸子丑，寅卯辰巳。"


def _alone(complaint: Complaint, *phrases: str, item: int | None = None) -> Statement:
    return service.redact_alone(a_person("moderator"), complaint.number, GIVEN, Cuts(phrases), item)


def _by_two(complaint: Complaint, *phrases: str) -> Statement:
    measure = Measure("redact", complaint.number, GIVEN, None, Cuts(phrases))
    proposal = two_people.propose(a_person("moderator"), measure)
    return two_people.approve(a_person("moderator"), proposal.number)


@pytest.mark.parametrize(("text", "count"), [
    ("电话 138，老林。", 7), ("〔此处遮盖 11 字〕。", 0), ("……！？~", 0), ("🤬 ok", 3), ("", 0),
])  # fmt: skip
def test_letters_and_digits_are_counted_and_nothing_else(text: str, count: int) -> None:
    assert letters(text) == count


@pytest.mark.parametrize("cover", [_alone, _by_two])
def test_half_may_be_covered_and_no_letter_more(app: Flask, cover) -> None:
    complaint = a_complaint(title=TITLE, body=BODY)
    with pytest.raises(
        Invalid, match="只剩下 7 个字.*不到原来 16 个的一半.*提出下架，由两个人决定"
    ):
        cover(complaint, "戊己庚辛，壬癸子丑，寅")
    assert db.session.scalar(select(func.count(Statement.number))) == 0
    cover(complaint, "戊己庚辛，壬癸子丑")
    assert (
        existing(complaint.number).body == "〔此处遮盖 9 字〕，寅卯辰巳。" and differences() == []
    )


def test_all_cuts_together_leave_half(app: Flask) -> None:
    complaint = a_complaint(title=TITLE, body=BODY)
    first = _by_two(complaint, "戊己庚辛")
    second = _by_two(complaint, "壬癸子丑")
    with pytest.raises(Invalid, match="只剩下 6 个字"):
        _alone(complaint, "寅卯")
    for cut in (second, first):
        service.lift(a_person("moderator"), cut.number, "mistake")
    assert _alone(complaint, "寅卯").number and differences() == []


@pytest.mark.parametrize("phrase", [TITLE, "戊己"], ids=["title", "body"])
def test_title_and_body_each_keep_a_letter(sqlite_app: Flask, phrase: str) -> None:
    complaint = a_complaint(title=TITLE, body="戊己？！" if phrase == "戊己" else BODY)
    with pytest.raises(Invalid, match="标题或正文就一个字都不剩了"):
        _alone(complaint, phrase)


def test_a_number_that_is_most_of_a_comment_is_left_to_a_removal(sqlite_app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    said = complaints.comment(a_member("二栋小李"), complaint.number, "找13800138000。")
    with pytest.raises(Invalid, match="只剩下 1 个字.*不到原来 12 个的一半.*提出下架"):
        _alone(complaint, "13800138000", item=said.id)
    measure = Measure("remove", complaint.number, GIVEN, said.id)
    two_people.approve(a_person("auditor"), two_people.propose(moderator, measure).number)
    db.session.refresh(said)
    assert said.state == "removed"


def test_the_version_that_is_shown_is_the_one_that_counts(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author, title=TITLE, body=BODY, key=KEY)
    longer = BODY + "午未申酉戌亥天地玄黄宇宙洪荒。"
    proof = Proof(of=existing(complaint.number).act_entry, code=a_code(KEY))
    author_acts.edit(author, complaint.number, TITLE, longer, proof)
    _alone(existing(complaint.number), "壬癸子丑，寅卯辰巳", "戊己庚")
    assert existing(complaint.number).body.startswith("〔此处遮盖 3 字〕辛") and differences() == []


def test_what_was_destroyed_still_counts_by_its_marks(sqlite_app: Flask) -> None:
    complaint = a_complaint(title=TITLE, body=BODY)
    _by_two(complaint, "戊己庚辛，壬癸")
    with clock.set_to(clock.now() + timedelta(days=200)):
        assert sealed_end.destroy_due() == 1
        assert db.session.scalar(select(Sealed.id)) is None
        with pytest.raises(Invalid, match="只剩下 7 个字.*原来 17 个"):
            _by_two(complaint, "子丑，寅")


def test_a_mark_that_the_author_typed_hides_nothing(sqlite_app: Flask) -> None:
    complaint = a_complaint(title=TITLE, body=BODY + "〔此处遮盖 99999 字〕")
    assert _alone(complaint, "戊己").number


def test_the_form_says_how_to_go_on_before_anything_is_done(sqlite_app: Flask) -> None:
    number = a_complaint(title=TITLE, body=BODY).number
    browser = sign_in(sqlite_app, a_person("moderator"))
    typed = {"csrf_token": csrf(browser), "phrases": "戊己庚辛，壬癸子丑，寅", "alone": "cover",
             "reason": "personal-data", "clause": "3.2", "facts": GIVEN.facts,
             "detection": "notice", "automated_decision": "none"}  # fmt: skip
    answer = browser.post(f"/complaints/{number}/redact", data=typed)
    assert answer.status_code == 400 and "提出下架，由两个人决定" in answer.text
    assert "戊己庚辛，壬癸子丑，寅" in answer.text and "data-preview" not in answer.text
