"""What was taken from view is kept for appeals, seen by few, each time in the open, and then ends."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from forum.accounts.models import Account
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Conflict, NotAllowed, NotFound
from forum.complaints import photos
from forum.complaints.covering import Cuts
from forum.complaints.models import Complaint, Photo, Reply, Sealed, Version
from forum.complaints.service import existing
from forum.digest import service as digest
from forum.log import queries as log
from forum.log.models import LogEntry
from forum.moderation import appeals, challenges, sealed_views, service, two_people
from forum.moderation.flag_erasing import CONTACTS_KEPT
from forum.moderation.measures import Measure
from forum.moderation.models import Statement
from forum.moderation.redress import appeal_until
from forum.moderation.sealed_end import destroy_due
from forum.response import service as response
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
    csrf,
    sign_in,
)
from tests.moderation.everywhere import a_complaint_everywhere, left_in
from tests.moderation.flagged import a_flag, a_notice
from tests.moderation.rooms import differences, kinds_of
from tests.scenes import a_picture

PHONE = "13800138000"
BODY = f"物业经理的电话 {PHONE}，从来不接。"
APPEAL = "电话是物业自己贴在电梯里的，不是我泄露的。"
REASONS = "号码由物业张贴在公共场所，遮盖没有依据。"


def viewed() -> int:
    """How often somebody looked."""
    query = select(func.count(LogEntry.index)).where(LogEntry.kind == "sealed.viewed")
    return db.session.scalar(query) or 0


def a_cut(complaint: Complaint, moderator: Account | None = None, item: int | None = None) -> int:
    """Cover the telephone number, as two people decide; the statement's number."""
    given = a_statement("personal-data", facts="写出了物业经理的手机号。")
    measure = Measure("redact", complaint.number, given, item, Cuts((PHONE,)))
    proposal = two_people.propose(moderator or a_person("moderator"), measure)
    return two_people.approve(a_person("moderator"), proposal.number).number


def after_the_window(number: int, days: int = 1) -> datetime:
    """A moment on a day after the last one for appeals against this statement."""
    until = appeal_until(db.session.get_one(Statement, number).at)
    return datetime.combine(until, datetime.min.time(), clock.BOARD_ZONE) + timedelta(
        days=days, hours=9
    )


def work() -> None:
    """Everything the worker has to do."""
    while outbox.drain():
        pass
    db.session.rollback()


def test_the_entry_of_a_look_is_there_before_anything_is_shown(app: Flask) -> None:
    photo = photos.prepare(a_picture(), "电梯里的告示")
    photos.store((photo,))
    complaint = a_complaint(body=BODY, photos=(photo,))
    number, auditor = a_removal(complaint), a_person("auditor")
    browser = sign_in(app, auditor)
    path, token = f"/statements/{number}/sealed", csrf(browser)
    before = browser.get(path)
    assert PHONE not in before.text and "还没有人看过" in before.text and viewed() == 0
    shown = browser.post(path, data={"csrf_token": token})
    assert PHONE in shown.text and "data:image/jpeg;base64," in shown.text and viewed() == 1
    assert shown.headers["Cache-Control"] == "no-store"
    again = browser.get(path).text
    assert str(auditor.staff_no) in again and PHONE not in again
    assert differences() == []


def test_only_auditors_and_those_who_decided_look(app: Flask) -> None:
    moderator = a_person("moderator")
    number = a_cut(a_complaint(body=BODY), moderator)
    for person in (a_person("moderator"), a_person("staff"), a_person("admin"), a_member()):
        with pytest.raises(NotAllowed):
            sealed_views.view(person, number)
    other = sign_in(app, a_person("moderator")).get(f"/statements/{number}/sealed")
    assert other.status_code == 403 and viewed() == 0
    parts = sealed_views.view(moderator, number)
    assert any(PHONE in part.value for part in parts) and viewed() == 1
    with pytest.raises(NotFound):
        sealed_views.view(moderator, 99)
    assert differences() == []


def test_nothing_is_logged_where_nothing_is_sealed(sqlite_app: Flask) -> None:
    complaint, auditor = a_complaint(), a_person("auditor")
    number = a_removal(complaint)
    service.restore(a_person("moderator"), complaint.number, "mistake")
    with pytest.raises(Conflict, match="已经恢复"):
        sealed_views.view(auditor, number)
    assert viewed() == 0


def test_a_moderator_who_looked_does_not_decide_the_appeal_later(sqlite_app: Flask) -> None:
    author, moderator = a_member(), a_person("moderator")
    number = a_cut(a_complaint(author, body=BODY), moderator)
    appeal = appeals.file(author, db.session.get_one(Statement, number).entry, APPEAL)
    looked, judge = a_person("auditor"), a_person("auditor")
    sealed_views.view(looked, number)
    appeals.decide(judge, appeal.number, "upheld", REASONS)
    assert PHONE in existing(1).body
    assert differences() == []


def test_a_removed_complaint_ends_with_its_time_for_appeal(app: Flask) -> None:
    complaint = a_complaint(body=BODY, remedy="换人。")
    reply = response.reply(a_person("staff"), complaint.number, "已在核实此事。")
    number = a_removal(complaint)
    moment = after_the_window(number)
    with clock.set_to(moment - timedelta(days=1)):
        assert destroy_due() == 0
    with clock.set_to(moment):
        assert destroy_due() == 1 and destroy_due() == 0
        work()
        assert db.session.get_one(Reply, reply.id).body == ""
        gone = existing(complaint.number)
        assert (gone.state, gone.title, gone.body, gone.remedy) == ("removed", "", "", None)
        assert db.session.scalar(select(func.count(Version.entry))) == 0
        assert kinds_of(gone)[-2:] == ["sealed.destroyed", "sealed.destroyed"]
        assert differences() == []


def test_what_was_destroyed_is_left_in_no_file(sqlite_app: Flask) -> None:
    trace = a_complaint_everywhere(sqlite_app)
    number = a_removal(existing(trace.number))
    with clock.set_to(after_the_window(number)):
        assert destroy_due() == 1
        work()
        assert left_in(Path(sqlite_app.config["FORUM_INSTANCE"]), trace) == set()
        assert differences() == []


def test_what_was_destroyed_cannot_come_back(sqlite_app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    number = a_removal(complaint)
    with clock.set_to(after_the_window(number)):
        destroy_due()
        with pytest.raises(Conflict, match="已按规则销毁"):
            service.restore(moderator, complaint.number, "mistake")
        with pytest.raises(Conflict, match="已按规则销毁"):
            service.lift(moderator, number, "mistake")
        with pytest.raises(Conflict, match="已按规则销毁"):
            sealed_views.view(a_person("auditor"), number)
        page = sqlite_app.test_client().get(f"/statements/{number}").text
        assert "不能恢复" in page and "申诉</a>" not in page
        an_erasure(complaint)
        assert differences() == []


def test_the_author_is_told_that_the_text_is_gone(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author, body=BODY)
    number = a_removal(complaint)
    browser = sign_in(app, author)
    assert BODY in browser.get("/complaints/1").text
    with clock.set_to(after_the_window(number)):
        destroy_due()
        browser = sign_in(app, author)
        page = browser.get("/complaints/1")
        assert "已按规则销毁" in browser.get("/complaints/1/receipt").text
        assert page.status_code == 410 and BODY not in page.text and "已按规则销毁" in page.text


def test_a_cut_stays_a_cut_when_its_original_ends(app: Flask) -> None:
    complaint = a_complaint(body=BODY)
    number = a_cut(complaint)
    digest.send(clock.local_date())
    shown = existing(complaint.number).body
    with clock.set_to(after_the_window(number)):
        assert destroy_due() == 1
        work()
        assert db.session.scalar(select(func.count(Sealed.id))) == 0
        kept = existing(complaint.number)
        assert kept.redacted and kept.body == shown and PHONE not in shown
        with pytest.raises(Conflict, match="已按规则销毁"):
            service.lift(a_person("moderator"), number, "mistake")
        assert differences() == []


def test_a_removed_reply_ends_and_the_thread_stays(app: Flask) -> None:
    complaint = a_complaint()
    reply = response.reply(a_person("staff"), complaint.number, "配件已到，周五装好。")
    measure = Measure("remove", complaint.number, a_statement(), reply.id)
    proposal = two_people.propose(a_person("moderator"), measure)
    number = two_people.approve(a_person("moderator"), proposal.number).number
    with clock.set_to(after_the_window(number)):
        assert destroy_due() == 1
        work()
        assert db.session.get_one(Reply, reply.id).body == ""
        assert existing(complaint.number).body
        assert app.test_client().get("/complaints/1").status_code == 200
        assert differences() == []


def test_nothing_ends_while_somebody_waits(sqlite_app: Flask) -> None:
    author, auditor = a_member(), a_person("auditor")
    number = a_removal(a_complaint(author))
    entry = db.session.get_one(Statement, number).entry
    appeal = appeals.file(author, entry, APPEAL)
    challenge = challenges.file(None, entry, APPEAL)
    with clock.set_to(after_the_window(number)):
        assert destroy_due() == 0
        appeals.decide(auditor, appeal.number, "rejected", REASONS)
        assert destroy_due() == 0
        challenges.decide(auditor, challenge.number, "rejected", REASONS)
        assert destroy_due() == 1
        assert (appeal.words, challenge.words) == ("", "")
        assert differences() == []


def test_what_was_asked_in_confidence_ends_with_it(app: Flask) -> None:
    complaint = a_complaint()
    flag, notice = a_flag(complaint.number), a_notice(complaint.number)
    number = a_removal(complaint)
    with clock.set_to(after_the_window(number)):
        destroy_due()
        assert (flag.words, notice.claim, notice.evidence) == ("", "", "")
        assert notice.contact and differences() == []
    with clock.set_to(clock.now() + CONTACTS_KEPT + timedelta(days=1)):
        destroy_due()
        assert notice.contact == "" and notice.sender and differences() == []


def test_where_a_party_can_be_reached_is_kept_while_nothing_is_decided(sqlite_app: Flask) -> None:
    notice = a_notice(a_complaint().number)
    with clock.set_to(clock.now() + CONTACTS_KEPT + timedelta(days=1)):
        destroy_due()
        assert notice.contact
    page = sqlite_app.test_client().get(f"/complaints/{notice.complaint}/notice").text
    assert f"{CONTACTS_KEPT.days} 天" in page


def test_what_ends_on_a_day_of_its_own_is_kept_to_be_shown_again(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    given = a_statement(until=clock.local_date() + timedelta(days=400))
    proposal = two_people.propose(a_person("moderator"),
                                  Measure("remove", complaint.number, given))  # fmt: skip
    number = two_people.approve(a_person("moderator"), proposal.number).number
    with clock.set_to(after_the_window(number)):
        assert destroy_due() == 0
    with clock.set_to(clock.now() + timedelta(days=402)):
        assert service.restore_ended() == 1
        assert existing(complaint.number).state == "visible"


def test_of_two_cuts_the_earlier_ends_first(sqlite_app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author, body=BODY + "老林住九栋。")
    first = a_cut(complaint)
    given = a_statement("personal-data", facts="第一段写出了别人的住处。")
    measure = Measure("redact", complaint.number, given, None, Cuts(("老林住九栋",)))
    proposal = two_people.propose(a_person("moderator"), measure)
    second = two_people.approve(a_person("moderator"), proposal.number).number
    with clock.set_to(after_the_window(second)):
        assert destroy_due() == 2
        assert db.session.scalar(select(func.count(Sealed.id))) == 0
        ended = [db.session.get_one(Statement, n).destroyed_entry or 0 for n in (first, second)]
        assert ended == sorted(ended) and 0 not in ended
        assert differences() == []


def test_a_cut_complaint_that_was_removed_ends_whole(app: Flask) -> None:
    complaint = a_complaint(body=BODY)
    cut, number = a_cut(complaint), a_removal(complaint)
    with clock.set_to(after_the_window(number)):
        destroy_due()
        work()
        assert db.session.scalar(select(func.count(Sealed.id))) == 0
        assert db.session.scalar(select(func.count(Photo.id))) == 0
        with pytest.raises(Conflict, match="已按规则销毁"):
            service.lift(a_person("moderator"), cut, "mistake")
        assert differences() == []


def test_it_says_which_openings_are_gone(sqlite_app: Flask) -> None:
    complaint = a_complaint(body=BODY)
    number = a_removal(complaint)
    with clock.set_to(after_the_window(number)):
        destroy_due()
        _index, entry = log.entries_of(complaint.number)[-1]
        assert entry["closes"] == [complaint.entry] and entry["statement"] == number
        assert log.opening(complaint.entry, "text") is None


def test_a_second_person_reads_what_one_took_down_alone_by_an_entry(app: Flask) -> None:
    complaint, first, second = a_complaint(body=BODY), a_person("moderator"), a_person("moderator")
    number = service.remove_alone(first, complaint.number, a_statement(), "emergency").number
    browser, path = sign_in(app, second), f"/statements/{number}/sealed"
    desk = browser.get("/moderation").text
    assert PHONE not in desk and complaint.title not in desk and path in desk and viewed() == 0
    assert PHONE in browser.post(path, data={"csrf_token": csrf(browser)}).text and viewed() == 1
    two_people.approve(a_person("moderator"), number)
    assert browser.get(path).status_code == 403
    assert differences() == []


def test_a_cut_proposed_on_what_is_sealed_by_now_is_not_shown_on_the_desk(app: Flask) -> None:
    complaint, moderator = a_complaint(body=BODY), a_person("moderator")
    given = a_statement("personal-data", facts="写出了物业经理的手机号。")
    two_people.propose(moderator, Measure("redact", complaint.number, given, None, Cuts((PHONE,))))
    browser = sign_in(app, a_person("moderator"))
    assert PHONE in browser.get("/moderation").text
    a_removal(complaint)
    assert PHONE not in browser.get("/moderation").text
