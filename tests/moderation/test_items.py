"""One reply or comment can be taken down, with its notice in the thread, and brought back."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from forum.app import ROW_CHECKS
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotFound
from forum.complaints import service as complaints
from forum.complaints.models import Photo, Reply
from forum.log import queries as log
from forum.log.check import check_log
from forum.moderation import service, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Statement
from forum.notifications.models import Notice
from forum.response import service as response
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_statement,
    an_erasure,
    csrf,
    sign_in,
)
from tests.moderation.everywhere import a_photo

WORDS = "楼下那家都是骗子"


def a_comment(**more: object) -> Reply:
    return complaints.comment(a_member("二栋小李"), a_complaint().number, WORDS, **more)


def taken_down(said: Reply, **other: object) -> Statement:
    measure = Measure("remove", said.complaint, a_statement(**other), said.id)
    proposal = two_people.propose(a_person("moderator"), measure)
    return two_people.approve(a_person("moderator"), proposal.number)


def clean() -> bool:
    db.session.expire_all()
    return check_log(ROW_CHECKS) == []


def newest(said: Reply) -> dict[str, object]:
    return log.entries_of(said.complaint)[-1][1]


def test_a_comment_leaves_its_notice_in_the_thread(app: Flask):
    said, visitor = a_comment(), app.test_client()
    number, item = said.complaint, said.id
    statement = taken_down(said)
    assert (newest(said)["kind"], newest(said)["statement"]) == (
        "comment.removed",
        statement.number,
    )
    assert said.state == "removed" and clean()
    db.session.rollback()
    page = visitor.get(f"/complaints/{number}")
    assert page.status_code == 200 and WORDS not in page.text
    assert f'data-reply="{item}" data-state="removed"' in page.text
    assert (
        "此处原有一条评论，已下架" in page.text and f"/statements/{statement.number}" in page.text
    )
    machine = visitor.get(f"/complaints/{number}.json").json
    assert (
        machine["replies"] == []
        and WORDS not in visitor.get(f"/complaints/{number}/feed.atom").text
    )
    assert all(opening["entry"] != said.entry for opening in machine["openings"])


def test_an_official_reply_is_taken_down_no_more_silently(app: Flask):
    complaint = a_complaint()
    said = response.reply(a_person(), complaint.number, "业主自己弄坏的，不修。")
    taken_down(said)
    assert newest(said)["kind"] == "reply.removed" and clean()


def test_it_comes_back_with_a_reason(app: Flask):
    said, moderator = a_comment(), a_person("moderator")
    statement = taken_down(said)
    service.lift(moderator, statement.number, "mistake")
    db.session.refresh(said)
    assert (said.state, said.statement) == ("visible", None)
    assert (newest(said)["kind"], newest(said)["reason"]) == ("comment.restored", "mistake")
    assert clean()
    with pytest.raises(Conflict):
        service.lift(moderator, statement.number, "mistake")


def test_after_its_last_day_it_comes_back_by_itself(app: Flask):
    said = a_comment()
    taken_down(said, until=clock.local_date() + timedelta(days=2))
    with clock.set_to(clock.now() + timedelta(days=4)):
        service.restore_ended()
        db.session.refresh(said)
        assert said.state == "visible" and newest(said)["reason"] == "lapsed" and clean()


def test_nothing_is_taken_down_twice_or_after_it_is_gone(sqlite_app: Flask):
    said, other = a_comment(), a_comment()
    taken_down(said)
    an_erasure(complaints.existing(other.complaint), item=other.id)
    for gone in (said, other):
        with pytest.raises(Conflict):
            taken_down(gone)
    with pytest.raises(NotFound):
        two_people.propose(a_person("moderator"), Measure("remove", 1, a_statement(), 999))
    for number in (0, 999):
        with pytest.raises(NotFound):
            service.lift(a_person("moderator"), number, "mistake")
    with pytest.raises(Invalid):
        service.lift(a_person("moderator"), 1, "because")


def test_what_was_taken_down_can_be_erased(app: Flask):
    said = a_comment()
    taken_down(said)
    an_erasure(complaints.existing(said.complaint), item=said.id)
    assert clean() and said.state == "erased"


def test_whoever_said_it_is_told_and_keeps_it_to_read(sqlite_app: Flask):
    said = a_comment(photos=(a_photo((9, 9, 200), "楼道"),))
    author = db.session.get_one(type(a_member()), said.account_id)
    own, number, photo = (
        sign_in(sqlite_app, author),
        said.complaint,
        db.session.scalar(select(Photo.sha256)),
    )
    taken_down(said)
    outbox.drain()
    notice = db.session.scalars(select(Notice).where(Notice.account_id == said.account_id)).one()
    assert notice.what == "item.removed" and notice.details["reason"] == "abuse"
    db.session.rollback()
    assert WORDS in own.get(f"/complaints/{number}").text
    assert sqlite_app.test_client().get(f"/photos/{photo}.jpg").status_code == 404


def test_the_first_steps_are_pages_beside_what_they_are_about(sqlite_app: Flask):
    said = a_comment(photos=(a_photo((9, 9, 200), "楼道"),))
    number, item = said.complaint, said.id
    browser = sign_in(sqlite_app, a_person("moderator"))
    page = browser.get(f"/complaints/{number}").text
    for act in ("redact", "remove", "erase", "suspend"):
        assert f"/complaints/{number}/{act}?item={item}" in page
        form = browser.get(f"/complaints/{number}/{act}?item={item}")
        assert form.status_code == 200 and WORDS in form.text
    assert "第 1 张：楼道" in browser.get(f"/complaints/{number}/redact?item={item}").text
    for act in ("delist", "redact", "suspend"):
        assert browser.get(f"/complaints/{number}/{act}").status_code == 200
    statement = taken_down(said)
    assert "恢复原样" in browser.get(f"/statements/{statement.number}").text
    token = csrf(browser)
    done = browser.post(f"/statements/{statement.number}/lift",
                        data={"csrf_token": token, "reason": "mistake"})  # fmt: skip
    assert done.status_code == 303 and WORDS in browser.get(f"/complaints/{number}").text
