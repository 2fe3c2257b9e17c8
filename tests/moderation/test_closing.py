"""The closing of the board: two people, thirty days in public, then only reading."""

from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from forum.app import ROW_CHECKS
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint
from forum.log import queries as log
from forum.log.check import check_log
from forum.log.closing import Announced, Closed, announced, goes_on
from forum.moderation import (
    appeals,
    closing,
    flags,
    locking,
    moving,
    rules,
    service,
    two_people,
)
from forum.moderation.check_closing import recover_closing
from forum.moderation.closing import Announcement
from forum.moderation.closing_models import Closing
from forum.moderation.measures import Measure
from forum.moderation.moving import Place
from forum.response import service as response
from forum.transparency import service as transparency
from tests.factories import (
    a_complaint,
    a_member,
    a_merge,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
    csrf,
    sign_in,
)
from tests.moderation.flagged import KEPT, a_flag
from tests.moderation.rooms import LOCK, MOVE
from tests.scenes import INSIDE

WORDS = "本板迁往新址，旧的内容一直可查，没有解决的意见照办。\n新址另行公布。"
NOTICE = "关闭公告：本板自"


def _day(days: int = 30) -> date:
    return clock.local_date() + timedelta(days=days)


def _announce(days: int = 30) -> Closing:
    draft = closing.propose(a_person("admin"), Announcement(_day(days), WORDS))
    return closing.approve(a_person("executive"), draft.id)


@pytest.fixture
def closed(app: Flask) -> Iterator[Complaint]:
    """A complaint on a board that has closed today."""
    complaint = a_complaint(key="k" * 43)
    _announce()
    with clock.set_to(clock.now() + timedelta(days=30)):
        yield complaints.existing(complaint.number)


def test_two_people_announce_it_and_the_entry_says_who(app: Flask):
    row = _announce()
    entry = log.entry(row.entry) or {}
    assert entry["kind"] == "board.closing" and entry["until"] == _day().isoformat()
    assert entry["by"] == "admin" and entry["second"] not in (None, entry["staff"])
    assert log.opens(row.entry, "text", WORDS, entry) and closing.waiting() is None
    assert announced() == Announced(row.entry, _day())
    db.session.expire_all()
    assert check_log(ROW_CHECKS) == []


def test_nobody_agrees_to_their_own_proposal(app: Flask):
    person = a_person("executive")
    draft = closing.propose(person, Announcement(_day(), WORDS))
    with pytest.raises(NotAllowed):
        closing.approve(person, draft.id)
    assert announced() is None


@pytest.mark.parametrize("role", ["member", *INSIDE])
def test_who_may_propose_and_who_may_agree(sqlite_app: Flask, role: str):
    given, person = Announcement(_day(), WORDS), a_person(role)
    if role in ("admin", "executive"):
        closing.reject(a_person("auditor"), closing.propose(person, given).id)
    else:
        with pytest.raises(NotAllowed):
            closing.propose(person, given)
    draft = closing.propose(a_person("admin"), given)
    if role in ("executive", "auditor"):
        closing.approve(person, draft.id)
    else:
        with pytest.raises(NotAllowed):
            closing.approve(person, draft.id)


@pytest.mark.parametrize(
    ("days", "words"), [(29, WORDS), (-1, WORDS), (30, "太短。"), (30, ""), (30, "x" * 2001)]
)
def test_a_day_too_near_and_no_words_are_refused(sqlite_app: Flask, days: int, words: str):
    with pytest.raises(Invalid):
        closing.propose(a_person("admin"), Announcement(_day(days), words))
    assert closing.waiting() is None


def test_whoever_waits_too_long_to_agree_has_no_thirty_days_left(app: Flask):
    draft = closing.propose(a_person("admin"), Announcement(_day(), WORDS))
    with clock.set_to(clock.now() + timedelta(days=1)), pytest.raises(Invalid):
        closing.approve(a_person("auditor"), draft.id)
    with clock.set_to(clock.now() + timedelta(days=4)), pytest.raises(NotFound):
        closing.approve(a_person("auditor"), draft.id)


def test_it_can_be_put_off_by_two_people_and_never_brought_forward(app: Flask):
    first = _announce(40)
    for days in (35, 40):
        with pytest.raises(Invalid):
            _announce(days)
    second = _announce(60)
    assert second.entry > first.entry and announced().until == _day(60)
    page = app.test_client().get("/closing").text
    assert str(_day(60)) in page and str(_day(40)) in page and "推迟" in page


def test_one_proposal_at_a_time(sqlite_app: Flask):
    closing.propose(a_person("admin"), Announcement(_day(), WORDS))
    with pytest.raises(Conflict):
        closing.propose(a_person("admin"), Announcement(_day(), WORDS))
    with clock.set_to(clock.now() + timedelta(days=4)):
        second = closing.propose(a_person("admin"), Announcement(_day(), WORDS))
        assert closing.waiting() == second and len(closing.not_agreed()) == 1


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "lapsed"])
def test_what_nobody_agreed_to_stays_in_public_without_its_words(app: Flask, end: str):
    proposer, other = a_person("executive"), a_person("auditor")
    draft = closing.propose(proposer, Announcement(_day(), WORDS))
    assert app.test_client().get("/closing").status_code == 404
    if end != "lapsed":
        closing.reject(proposer if end == "withdrawn" else other, draft.id)
    with clock.set_to(clock.now() + timedelta(days=4)):
        page = app.test_client().get("/closing").text
        words = {"rejected": str(other.staff_no), "withdrawn": "已收回", "lapsed": "已作废"}
        assert "曾提出关闭，未获同意" in page and words[end] in page
        assert str(proposer.staff_no) in page and str(_day(26)) in page and "新址" not in page
        assert closing.waiting() is None and NOTICE not in app.test_client().get("/").text
        with pytest.raises(NotFound):
            closing.approve(other, draft.id)


def test_a_refusal_shows_below_what_was_announced(app: Flask):
    visitor = app.test_client()
    _announce()
    assert "未获同意" not in visitor.get("/closing").text
    draft = closing.propose(a_person("admin"), Announcement(_day(60), WORDS))
    closing.reject(a_person("auditor"), draft.id)
    page = visitor.get("/closing").text
    assert "未获同意" in page and str(_day(60)) in page and announced().until == _day()


def test_every_page_and_feed_says_so_from_then_on(app: Flask):
    browser, number = app.test_client(), a_complaint().number
    pages = ("/", "/complaints", f"/complaints/{number}", "/log", "/transparency", "/rules",
             "/complaints/new", "/login", "/nothing", "/feed.atom")  # fmt: skip
    assert not [path for path in pages if NOTICE in browser.get(path).text]
    _announce()
    assert [path for path in pages if NOTICE not in browser.get(path).text] == []


def test_every_mail_says_so_at_its_foot(sqlite_app: Flask):
    _announce()
    a_complaint(a_member(email="zhang@board.test"))
    while outbox.drain():
        pass
    sent = Path(sqlite_app.config["FORUM_INSTANCE"]).glob("mail/*.eml")
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sent]
    parts = [p.get_content() for m in mails for p in m.walk() if p.get_content_maintype() == "text"]
    assert len(parts) >= 2 and all(NOTICE in part for part in parts)


def test_the_announcement_opens_what_was_committed_to(app: Flask):
    row = _announce()
    page = app.test_client().get("/closing").text
    assert "本板迁往新址" in page and f"/log/entries/{row.entry}" in page
    assert 'data-salt="text"' in page


def test_before_the_day_everything_goes_on(app: Flask):
    _announce()
    with clock.set_to(clock.now() + timedelta(days=28)):
        assert complaints.existing(a_complaint().number).state == "visible"


def _acts(complaint: Complaint) -> dict[str, object]:
    number, author = complaint.number, complaint.account
    return {
        "post": a_complaint,
        "comment": lambda: complaints.comment(author, number, "我们也是。"),
        "support": lambda: complaints.support(a_member("邻居"), number),
        "reply": lambda: response.reply(a_person(), number, "明天换。", until=_day(1)),
        "withdraw": lambda: author_acts.withdraw(author, number, Proof(complaint.act_entry)),
        "edit": lambda: author_acts.edit(author, number, "新", "新。", Proof(complaint.act_entry)),
        "remove": lambda: two_people.propose(
            a_person("moderator"), Measure("remove", number, a_statement())),
        "alone": lambda: service.remove_alone(
            a_person("moderator"), number, a_statement(), "emergency"),
        "lock": lambda: locking.lock(a_person("moderator"), number, LOCK),
        "rules": lambda: rules.publish(rules.shipped(), by="admin"),
        "again": lambda: _announce(90),
    }  # fmt: skip


def test_on_the_day_every_verb_refuses_with_a_sentence(closed: Complaint):
    acts, size = _acts(closed), None
    for name, act in acts.items():
        with pytest.raises(Closed) as refused:
            act()
        assert "只能看，不能再写" in str(refused.value.sentence), name
    size = log.tip().size
    kinds = {entry["kind"] for _i, entry in log.entries_of(closed.number)}
    assert kinds == {"complaint.posted"} and size


def test_what_the_law_and_the_author_can_still_ask_for_goes_on(app: Flask):
    removed, other = a_complaint(), a_complaint()
    statement = a_removal(removed)
    _announce()
    with clock.set_to(clock.now() + timedelta(days=31)):
        service.lift(a_person("moderator"), statement, "mistake")
        an_erasure(other)
        transparency.count_daily()
        states = [complaints.existing(c.number).state for c in (removed, other)]
    assert states == ["visible", "erased"]
    db.session.expire_all()
    assert check_log(ROW_CHECKS) == []


def test_an_appeal_is_still_upheld_and_what_it_is_about_put_right(app: Flask):
    author, moderator = a_member("二栋小李"), a_person("moderator")
    older, locked, merged, moved = (a_complaint(a) for a in (None, author, author, author))
    locking.lock(moderator, locked.number, LOCK)
    a_merge(merged, older)
    moving.move(moderator, moved.number, Place(category="parking"), MOVE)
    _announce()
    with clock.set_to(clock.now() + timedelta(days=31)):
        for complaint in (locked, merged, moved):
            index = complaints.existing(complaint.number).act_entry
            appeal = appeals.file(author, index, WORDS)
            appeals.decide(a_person("auditor"), appeal.number, "upheld", WORDS)
    assert not complaints.existing(locked.number).locked
    assert complaints.existing(merged.number).state == "visible"
    assert complaints.existing(moved.number).category.slug == "repair"
    assert check_log(ROW_CHECKS) == []


def test_what_was_flagged_can_still_be_erased_or_kept(app: Flask):
    erased, kept = a_complaint(), a_complaint()
    for complaint in (erased, kept):
        a_flag(complaint.number, a_member("路过的人"))
    _announce()
    with clock.set_to(clock.now() + timedelta(days=31)):
        an_erasure(erased)
        flags.keep(a_person("moderator"), kept.number, None, "abuse", KEPT)
    kinds = [entry["kind"] for _i, entry in log.entries_of(erased.number)]
    assert kinds[-2:] == ["flag.decided", "complaint.erased"]
    assert check_log(ROW_CHECKS) == []


def test_the_author_still_takes_a_merge_apart_on_the_page(app: Flask):
    older, later = a_complaint(a_member("二栋小李")), a_complaint(a_member("三栋老王"))
    a_merge(later, older)
    browser = sign_in(app, later.account)
    form = {"csrf_token": csrf(browser), "of": str(complaints.existing(later.number).act_entry)}
    _announce()
    with clock.set_to(clock.now() + timedelta(days=31)):
        assert browser.post(f"/complaints/{later.number}/unmerge", data=form).status_code == 303
    assert complaints.existing(later.number).state == "visible"


def test_every_writing_route_refuses_and_reading_goes_on(closed: Complaint, app: Flask):
    visitor, size = app.test_client(), log.tip().size
    for path in (f"/complaints/{closed.number}", "/tlog/checkpoint", "/log", "/transparency.json"):
        assert visitor.get(path).status_code == 200, path
    form = visitor.get("/complaints/new")
    assert form.status_code == 409 and "只能看，不能再写" in form.text
    for path in ("/signup", "/signup/verify"):
        assert visitor.post(path, data={"phone": "13800138000"}).status_code == 409
    author = sign_in(app, closed.account)
    token = {"csrf_token": csrf(author), "body": "我们也是。", "title": "又坏了"}
    here = f"/complaints/{closed.number}"
    for path in ("/complaints", f"{here}/support", f"{here}/comments", f"{here}/withdraw"):
        answer = author.post(path, data=token)
        assert answer.status_code == 409 and "只能看，不能再写" in answer.text, path
    assert log.tip().size == size


def test_a_row_that_is_changed_does_not_open_it_again(closed: Complaint):
    db.session.execute(text("DELETE FROM closing"))
    db.session.commit()
    with pytest.raises(Closed):
        a_complaint()
    assert {d.code for d in check_log(ROW_CHECKS)} == {"row-missing"}
    recover_closing(0)
    db.session.commit()
    found = {d.code for d in check_log(ROW_CHECKS)}
    assert found == {"commitment-differs"}, "only its words are lost"


@pytest.mark.parametrize(
    ("kind", "fields", "goes"),
    [
        ("balance.counted", {"by": "system"}, True),
        ("complaint.posted", {"by": "author"}, False),
        ("complaint.erased", {"by": "moderator"}, True),
        ("statement.proposed", {"by": "moderator", "act": "erase"}, True),
        ("statement.proposed", {"by": "moderator", "act": "remove"}, False),
        ("complaint.withdrawn", {"by": "author", "proven": False}, True),
        ("complaint.withdrawn", {"by": "author", "proven": True}, False),
        ("appeal.filed", {"by": "author"}, True),
        ("complaint.unlocked", {"by": "auditor"}, True),
        ("complaint.unmerged", {"by": "author"}, True),
        ("complaint.locked", {"by": "moderator"}, False),
        ("complaint.moved", {"by": "auditor", "reason": "appeal-upheld"}, True),
        ("complaint.moved", {"by": "moderator", "reason": "misfiled"}, False),
        ("flag.decided", {"by": "moderator"}, True),
        ("board.closing", {"by": "admin"}, False),
    ],
)
def test_what_goes_on_when_it_is_closed(kind: str, fields: dict[str, object], goes: bool):
    assert goes_on(kind, fields) is goes


def test_the_desk_proposes_and_decides(sqlite_app: Flask):
    admin, executive = a_person("admin"), a_person("executive")
    browser = sign_in(sqlite_app, admin)
    wrong = browser.post("/moderation/closing", data={
        "csrf_token": csrf(browser), "until": str(_day(3)), "text": WORDS})  # fmt: skip
    assert wrong.status_code == 400 and "至少提前 30 天" in wrong.text and "新址" in wrong.text
    data = {"csrf_token": csrf(browser), "until": str(_day()), "text": WORDS}
    assert browser.post("/moderation/closing", data=data).status_code == 303
    assert "须由另一人复核" in browser.get("/moderation/closing").text
    second = sign_in(sqlite_app, executive)
    draft = closing.waiting()
    assert f"/moderation/closing/{draft.id}/approve" in second.get("/moderation/closing").text
    done = second.post(f"/moderation/closing/{draft.id}/approve", data={"csrf_token": csrf(second)})
    assert (done.status_code, done.location) == (303, "/closing")
