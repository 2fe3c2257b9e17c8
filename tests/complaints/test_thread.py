"""A few words under a complaint, with photos where words do not do."""

from __future__ import annotations

import io
from datetime import timedelta

from flask import Flask

from forum.base import clock
from forum.base.db import db
from forum.complaints import service as complaints
from forum.complaints.models import Photo
from forum.log import queries as log
from forum.response import service as response
from tests.factories import a_complaint, a_member, a_person, sign_in
from tests.page_forms import form_to
from tests.scenes import a_picture

COMMENTS = "/complaints/1/comments"


def a_file() -> tuple[io.BytesIO, str]:
    return io.BytesIO(a_picture()), "IMG_1.jpg"


def test_a_comments_photos_are_shown_and_committed(app: Flask) -> None:
    a_complaint()
    browser = sign_in(app, a_member("二栋小李"))
    form = form_to(browser.get("/complaints/1").text, COMMENTS)
    sent = form.filled(body="我家也漏。") | {"photos": a_file(), "photo_alt": "天花板滴水"}
    assert browser.post(COMMENTS, data=sent).status_code == 303
    photo = db.session.query(Photo).one()
    page = app.test_client().get("/complaints/1").text
    assert f"/photos/{photo.sha256}.jpg" in page and "天花板滴水" in page
    assert "photo.1" in log.entry(photo.entry)["commitments"]


def test_too_many_photos_are_named_and_the_words_kept(app: Flask) -> None:
    a_complaint()
    browser = sign_in(app, a_member("二栋小李"))
    form = form_to(browser.get("/complaints/1").text, COMMENTS)
    sent = form.filled(body="我家也漏。") | {"photos": [a_file() for _ in range(10)]}
    answer = browser.post(COMMENTS, data=sent)
    assert answer.status_code == 400 and "最多附 9 张照片" in answer.text
    assert "照片需要重新选一次" in answer.text
    assert form_to(answer.text, COMMENTS).values["body"] == ["我家也漏。"]


def test_a_second_tap_says_nothing_twice(app: Flask) -> None:
    neighbour, staff, number = a_member("邻居"), a_person(), a_complaint().number
    first = complaints.comment(neighbour, number, "我家也是。")
    assert complaints.comment(neighbour, number, "我家也是。 ").id == first.id
    answer = response.reply(staff, number, "明天上午换新的主板。")
    assert response.reply(staff, number, "明天上午换新的主板。").id == answer.id
    assert complaints.comment(neighbour, number, "另外，灯也不亮。").id > answer.id
    kinds = [entry["kind"] for _index, entry in log.entries_of(number)]
    assert (kinds.count("comment.posted"), kinds.count("reply.posted")) == (2, 1)


def test_the_same_words_on_another_day_are_said_again(sqlite_app: Flask) -> None:
    neighbour, number = a_member("邻居"), a_complaint().number
    first = complaints.comment(neighbour, number, "还是没有人来。")
    with clock.set_to(clock.now() + timedelta(days=1)):
        assert complaints.comment(neighbour, number, "还是没有人来。").id > first.id
