"""Out of lists, search and feeds, and still on its page, which says so and why."""

from datetime import timedelta

import pytest
from flask import Flask

from forum.app import ROW_CHECKS
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints.models import Complaint
from forum.complaints.service import existing
from forum.log import queries as log
from forum.log.check import check_log
from forum.moderation import service, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Statement
from forum.transparency import queries as transparency
from tests.factories import a_complaint, a_person, a_removal, a_statement

TITLE = "紫藤廊架倒塌砸伤人"


def delisted(complaint: Complaint, **other: object) -> Statement:
    measure = Measure("delist", complaint.number, a_statement(**other))
    proposal = two_people.propose(a_person("moderator"), measure)
    return two_people.approve(a_person("auditor"), proposal.number)


def clean() -> bool:
    db.session.expire_all()
    return check_log(ROW_CHECKS) == []


def kinds(complaint: Complaint) -> list[str]:
    return [entry["kind"] for _index, entry in log.entries_of(complaint.number)]


def work() -> None:
    while outbox.drain():
        pass
    db.session.rollback()


def test_it_is_in_no_list_and_its_page_stays(sqlite_app: Flask):
    complaint, visitor = a_complaint(title=TITLE), sqlite_app.test_client()
    number, project = complaint.number, complaint.project.slug
    work()
    everywhere = (
        "/complaints",
        f"/projects/{project}",
        "/search?q=紫藤",
        "/feed.atom",
        "/sitemap-2.xml",
    )
    maps = [path.split("board.test")[-1] for path in _map(visitor)]
    lists = (*everywhere[:4], *maps)
    assert all(f"/complaints/{number}" in visitor.get(path).text for path in lists)
    delisted(existing(number))
    work()
    assert not [path for path in lists if f"/complaints/{number}" in visitor.get(path).text]
    page = visitor.get(f"/complaints/{number}")
    assert page.status_code == 200 and TITLE in page.text and "noindex" not in page.text
    assert "已移出列表" in page.text and "看处理说明" in page.text
    assert visitor.get(f"/complaints/{number}.json").json["listed"] is False


def test_what_is_removed_after_that_has_its_notice_in_lists_and_feeds(sqlite_app: Flask):
    complaint, visitor = a_complaint(title=TITLE), sqlite_app.test_client()
    delisted(complaint)
    a_removal(complaint)
    db.session.rollback()
    here = f"/complaints/{complaint.number}"
    for path in ("/complaints", f"/projects/{complaint.project.slug}", "/feed.atom"):
        page = visitor.get(path).text
        assert here in page and TITLE not in page, path
    assert here not in visitor.get("/complaints?sort=unanswered").text


def _map(visitor) -> list[str]:
    """The parts of the site map that hold complaints."""
    import re

    parts = re.findall(r"<loc>(.*?)</loc>", visitor.get("/sitemap.xml").text)
    return ["/" + part.split("/", 3)[3] for part in parts[1:]]


def test_it_is_counted_and_the_log_agrees(app: Flask):
    complaint = a_complaint()
    statement = delisted(complaint)
    entry = log.entries_of(complaint.number)[-1][1]
    assert (entry["kind"], entry["scope"], entry["reason"]) == (
        "complaint.delisted",
        "lists",
        "abuse",
    )
    assert statement.second and transparency.balance().delisted == 1 and clean()


def test_it_goes_back_into_lists_with_a_reason(app: Flask):
    complaint = a_complaint()
    statement = delisted(complaint)
    with pytest.raises(Conflict):
        delisted(complaint)
    service.lift(a_person("moderator"), statement.number, "mistake")
    assert kinds(complaint)[-1] == "complaint.relisted" and existing(complaint.number).listed
    assert clean()
    delisted(complaint)
    assert clean()


def test_after_its_last_day_it_is_listed_again(app: Flask):
    complaint = a_complaint()
    delisted(complaint, until=clock.local_date() + timedelta(days=2))
    with clock.set_to(clock.now() + timedelta(days=4)):
        service.restore_ended()
        assert kinds(complaint)[-1] == "complaint.relisted" and clean()


def test_it_takes_two_and_a_whole_statement(sqlite_app: Flask):
    complaint, moderator = a_complaint(), a_person("moderator")
    for wrong in ({"facts": ""}, {"detection": "hunch"}):
        with pytest.raises(Invalid):
            two_people.propose(moderator, Measure("delist", complaint.number, a_statement(**wrong)))
    with pytest.raises(Invalid):
        two_people.propose(moderator, Measure("delist", complaint.number, a_statement(), item=1))
    proposal = two_people.propose(moderator, Measure("delist", complaint.number, a_statement()))
    with pytest.raises(NotAllowed):
        two_people.approve(moderator, proposal.number)
    assert existing(complaint.number).listed


def test_what_is_gone_cannot_be_taken_out_of_lists(app: Flask):
    complaint = a_complaint()
    delisted(complaint)
    a_removal(complaint)
    other = a_complaint()
    a_removal(other)
    with pytest.raises(Conflict):
        delisted(other)
    assert clean()
