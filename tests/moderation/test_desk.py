"""The desk: what waits, oldest first, with all that is needed; two at once, one wins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import NotAllowed, NotFound
from forum.complaints import service as complaints
from forum.moderation import desk, flags, two_people
from forum.moderation.flag_models import DeskView
from forum.moderation.measures import Measure
from tests.factories import a_complaint, a_member, a_person, a_removal, a_statement, csrf, sign_in
from tests.moderation.flagged import CLAIM, KEPT, ORDER, a_flag, a_notice, an_order
from tests.moderation.rooms import kinds_of

DAY = timedelta(days=1)


def test_what_waits_longest_stands_first(app: Flask) -> None:
    first, second, third = (a_complaint().number for _ in range(3))
    now = clock.now()
    for days, number in enumerate((second, third, first)):
        with clock.set_to(now + days * DAY):
            a_flag(number, a_member(f"读者{days}"))
    with clock.set_to(now + 3 * DAY):
        a_notice(second)
        moderator = a_person("moderator")
        rows = desk.queue(moderator)
        assert [row.complaint.number for row in rows] == [second, third, first]
        assert (len(rows[0].waiting.flags), len(rows[0].waiting.notices)) == (1, 1)


def test_after_seven_days_it_is_overdue_and_counted_in_public(app: Flask) -> None:
    number, other = a_complaint().number, a_complaint().number
    a_flag(number)
    now = clock.now()
    with clock.set_to(now + 6 * DAY):
        a_notice(other)
        assert (desk.undecided().things, desk.undecided().overdue) == (2, 0)
    with clock.set_to(now + 7 * DAY + timedelta(minutes=1)):
        counted = desk.undecided()
        assert (counted.things, counted.overdue) == (2, 1)
        flags.keep(a_person("moderator"), number, None, "abuse", KEPT)
        assert (desk.undecided().things, desk.undecided().overdue) == (1, 0)


def test_flags_of_verified_owners_are_told_apart(sqlite_app: Flask) -> None:
    number = a_complaint().number
    a_flag(number, a_member("二栋小李", verified=True))
    a_flag(number, a_member("路过的人"))
    thing = desk.flagged(a_person("moderator"), number, None)
    assert (len(thing.waiting.flags), thing.verified) == (2, 1)


def test_another_sees_who_has_it_open_for_a_quarter_of_an_hour(app: Flask) -> None:
    number, first, second = a_complaint().number, a_person("moderator"), a_person("moderator")
    a_flag(number)
    desk.open_thing(first, number, None)
    assert [staff for staff, _at in desk.flagged(second, number, None).looking] == [first.staff_no]
    assert desk.flagged(first, number, None).looking == []
    with clock.set_to(clock.now() + timedelta(minutes=16)):
        assert desk.flagged(second, number, None).looking == []
        desk.open_thing(second, number, None)
        assert [row.staff for row in db.session.query(DeskView)] == [second.staff_no]


def test_opening_is_for_the_desk_and_for_what_is_there(sqlite_app: Flask) -> None:
    number = a_complaint().number
    with pytest.raises(NotAllowed):
        desk.open_thing(a_person(), number, None)
    with pytest.raises(NotFound):
        desk.open_thing(a_person("moderator"), number, 99)
    assert db.session.query(DeskView).count() == 0


def test_everything_needed_stands_on_one_screen(sqlite_app: Flask) -> None:
    author, moderator = a_member(), a_person("moderator")
    gone = a_complaint(author, title="早先被下架的一条")
    a_removal(gone)
    complaint = a_complaint(author)
    kept = a_complaint()
    a_flag(kept.number, a_member("四栋小赵"))
    flags.keep(moderator, kept.number, None, "abuse", KEPT)
    a_flag(complaint.number)
    a_notice(complaint.number)
    an_order(complaint.number)
    browser = sign_in(sqlite_app, moderator)
    page = browser.get(f"/moderation/flagged/{complaint.number}").text
    for words in (complaint.title, "第二段骂人。", CLAIM.claim, CLAIM.contact, ORDER.file_number,
                  f"#{gone.number}", KEPT, "/remove", "/redact", "保留，公开理由"):  # fmt: skip
        assert words in page
    assert "早先被下架的一条" not in page and author.email not in page and "二栋小李" not in page


def test_the_desk_asks_the_database_a_dozen_times_at_most(sqlite_app: Flask) -> None:
    numbers = [a_complaint().number for _ in range(5)]
    for k, number in enumerate(numbers):
        a_flag(number, a_member(f"读者{k}"))
    browser, asked = sign_in(sqlite_app, a_person("moderator")), []
    for path in ("/moderation", f"/moderation/flagged/{numbers[0]}"):
        browser.get(path)
        asked.clear()
        listener = lambda *given: asked.append(given[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        browser.get(path)
        event.remove(db.engine, "before_cursor_execute", listener)
        assert len([sql for sql in asked if sql.startswith("SELECT")]) <= 12, asked


def test_a_moderator_opens_and_keeps_by_the_pages(app: Flask) -> None:
    complaint, first, second = a_complaint(), a_person("moderator"), a_person("moderator")
    a_flag(complaint.number)
    browser, other = sign_in(app, first), sign_in(app, second)
    assert "第二段骂人" not in browser.get("/moderation").text
    path = f"/moderation/flagged/{complaint.number}"
    token = {"csrf_token": csrf(browser)}
    assert browser.post(f"{path}/open", data=token).location == path
    assert f"{first.staff_no} 正在看" in other.get(path).text
    form = token | {"reason": "abuse", "words": KEPT, "seen": "1-0"}
    keep = f"/complaints/{complaint.number}/keep"
    wrong = browser.post(keep, data=form | {"words": "短"})
    assert wrong.status_code == 400 and "写得太短" in wrong.text
    assert browser.post(keep, data=form).status_code == 303
    late = other.post(keep, data=form | {"csrf_token": csrf(other)})
    assert late.status_code == 409 and first.staff_no in late.text and KEPT in late.text
    assert kinds_of(complaint) == ["flag.decided"]


def test_a_reader_flags_by_the_form_and_reads_what_became_of_it(app: Flask) -> None:
    complaint, reader = a_complaint(), a_member("二栋小李")
    item = complaints.comment(a_member("三栋老陈"), complaint.number, "你们都是骗子。").id
    browser = sign_in(app, reader)
    path = f"/complaints/{complaint.number}/flag"
    assert f"{path}?item={item}" in browser.get(f"/complaints/{complaint.number}").text
    form = {"csrf_token": csrf(browser), "item": str(item), "reason": "policy", "words": ""}
    wrong = browser.post(path, data=form)
    assert wrong.status_code == 400 and "请写明违反了哪一条" in wrong.text
    done = browser.post(path, data=form | {"words": "违反 3.8。"})
    assert done.location == f"{path}?item={item}"
    assert "已收到您的举报" in browser.get(done.location).text
    assert browser.post(path, data=form | {"words": "再说一次。"}).status_code == 409
    visitor = app.test_client().get(f"{path}?item={item}")
    assert visitor.status_code == 302 and visitor.location.startswith("/login?next=")


def test_what_waits_for_a_second_person_is_said_beside_its_flags(sqlite_app: Flask) -> None:
    number, moderator = a_complaint().number, a_person("moderator")
    a_flag(number)
    proposal = two_people.propose(moderator, Measure("remove", number, a_statement()))
    assert desk.queue(moderator)[0].proposed == [proposal.number]


def test_what_is_gone_is_sealed_at_the_desk_too(app: Flask) -> None:
    complaint, moderator = a_complaint(title="后来被下架的一条"), a_person("moderator")
    item = complaints.comment(a_member("三栋老陈"), complaint.number, "你们都是骗子。").id
    a_flag(complaint.number, item=item)
    measure = Measure("delist", complaint.number, a_statement())
    proposal = two_people.propose(moderator, measure)
    two_people.approve(a_person("moderator"), proposal.number)
    assert desk.flagged(moderator, complaint.number, item).waiting
    a_removal(complaint)
    assert not desk.flagged(moderator, complaint.number, item).waiting
    page = sign_in(app, moderator).get(f"/moderation/flagged/{complaint.number}").text
    assert "后来被下架的一条" not in page and "原文封存" in page
