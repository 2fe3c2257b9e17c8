"""An author may be kept from writing for a while, and from nothing else; nobody learns who it is."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from forum.accounts.models import Account, Suspension
from forum.app import ROW_CHECKS
from forum.base import clock, outbox
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint
from forum.log import queries as log
from forum.log.check import check_log
from forum.log.models import LogEntry
from forum.moderation import service, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Proposal, Statement
from forum.notifications.models import Notice
from tests.factories import a_complaint, a_member, a_person, a_statement, sign_in

DAYS = 14


def proposed(complaint: Complaint, **other: object) -> Proposal:
    given = a_statement(**({"until": clock.local_date() + timedelta(days=DAYS)} | other))
    return two_people.propose(a_person("moderator"), Measure("suspend", complaint.number, given))


def suspended(complaint: Complaint) -> Statement:
    return two_people.approve(a_person("moderator"), proposed(complaint).number)


def author_of(complaint: Complaint) -> Account:
    return db.session.get_one(Account, complaint.account_id)


def newest() -> dict[str, object]:
    index = db.session.scalar(select(db.func.max(LogEntry.index)))
    return log.entry(index)


def clean() -> bool:
    db.session.expire_all()
    return check_log(ROW_CHECKS) == []


def test_no_entry_and_no_page_says_who_it_is(app: Flask):
    complaint = a_complaint(a_member("紫藤架下的人"))
    statement = suspended(complaint)
    entry = newest()
    assert entry["kind"] == "member.suspended" and "complaint" not in entry
    assert entry["second"] and entry["until"] and statement.complaint is None
    assert len(log.entries_of(complaint.number)) == 1 and clean()
    visitor = app.test_client()
    db.session.rollback()
    for path in (f"/statements/{statement.number}", "/log", f"/log/entries/{statement.entry}"):
        page = visitor.get(path)
        assert page.status_code == 200
        assert (
            "紫藤架下的人" not in page.text and f"/complaints/{complaint.number}" not in page.text
        )


def test_whoever_is_suspended_cannot_write_and_is_told_why_and_until_when(app: Flask):
    complaint = a_complaint()
    author, other = author_of(complaint), a_complaint()
    statement = suspended(complaint)
    verbs = (
        lambda: a_complaint(author),
        lambda: complaints.comment(author, other.number, "再说两句。"),
        lambda: author_acts.edit(author, complaint.number, "改", "改", Proof(complaint.act_entry)),
    )
    for verb in verbs:
        with pytest.raises(NotAllowed) as refused:
            verb()
        assert refused.value.evidence["statement"] == statement.number
        assert statement.until.isoformat() in str(refused.value.sentence)
    complaints.support(author, other.number)
    author_acts.withdraw(author, complaint.number, Proof(of=complaint.act_entry))


def test_it_ends_by_itself(app: Flask):
    complaint = a_complaint()
    author = author_of(complaint)
    statement = suspended(complaint)
    with clock.set_to(clock.now() + timedelta(days=DAYS + 2)):
        a_complaint(author)
        service.restore_ended()
        entry = newest()
        assert (entry["kind"], entry["reason"]) == ("member.reinstated", "lapsed")
        assert entry["statement"] == statement.number and clean()


def test_it_can_be_lifted_before(app: Flask):
    complaint = a_complaint()
    author, statement = author_of(complaint), suspended(complaint)
    service.lift(a_person("moderator"), statement.number, "mistake")
    a_complaint(author)
    assert clean()
    with pytest.raises(Conflict):
        service.lift(a_person("moderator"), statement.number, "mistake")


def test_the_author_is_told_on_the_site_with_the_reason(sqlite_app: Flask):
    complaint = a_complaint()
    browser, statement = sign_in(sqlite_app, author_of(complaint)), suspended(complaint)
    while outbox.drain():
        pass
    notice = db.session.scalars(select(Notice).where(Notice.what == "suspended")).one()
    assert notice.details["reason"] == "abuse" and notice.details["statement"] == statement.number
    db.session.rollback()
    page = browser.get("/account/notices")
    assert "暂停发言" in page.text and f"/statements/{statement.number}" in page.text


@pytest.mark.parametrize("days", [None, 0, 181])
def test_it_needs_a_last_day_that_is_not_far(sqlite_app: Flask, days: int | None):
    until = None if days is None else clock.local_date() + timedelta(days=days)
    with pytest.raises(Invalid):
        proposed(a_complaint(), until=until)


def test_nobody_is_suspended_twice_at_once(app: Flask):
    author = a_member()
    first, second = a_complaint(author), a_complaint(author)
    waiting = proposed(first)
    with pytest.raises(Conflict):
        proposed(second)
    two_people.approve(a_person("moderator"), waiting.number)
    with pytest.raises(Conflict):
        proposed(second)
    assert clean()


def test_the_second_person_sees_whose_it_is(sqlite_app: Flask):
    proposed(a_complaint(a_member("紫藤架下的人")))
    page = sign_in(sqlite_app, a_person("moderator")).get("/moderation")
    assert page.status_code == 200 and "紫藤架下的人" in page.text


def test_a_suspension_without_its_statement_is_found(app: Flask):
    statement = suspended(a_complaint())
    with transaction():
        row = db.session.get_one(Suspension, statement.number)
        row.until += timedelta(days=365)
    assert [found.code for found in check_log(ROW_CHECKS)] == ["row-differs"]
