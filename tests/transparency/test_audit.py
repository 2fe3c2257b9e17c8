"""The auditor's desk: what was looked at, by whom, how much of it, and opinions that are signed."""

import re
from base64 import b64decode

import pytest
from flask import Flask
from sqlalchemy import select

from forum.app import ROW_CHECKS
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound, Refusal
from forum.complaints.models import Complaint
from forum.log import queries as log
from forum.log.check import check_log
from forum.log.models import LogEntry
from forum.moderation import service, two_people
from forum.moderation.measures import Measure, Request
from forum.tlog import merkle
from forum.tlog.commitment import commit
from forum.tlog.entry import parse_entry
from forum.tlog.sample import draw
from forum.transparency import audit
from forum.transparency.audit import Opinion
from forum.transparency.figures import counted
from forum.transparency.models import AuditReport
from forum.transparency.recovery import LOST_TEXT, recover_rows
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    csrf,
    sign_in,
)
from tests.page_forms import form_to

WORDS = "逐条看过，理由与原文相符，没有发现问题。\n有一条写得太短。"


def a_removed() -> Complaint:
    complaint = a_complaint()
    a_removal(complaint)
    return complaint


def reviewed() -> list[dict]:
    rows = db.session.scalars(select(LogEntry.bytes).where(LogEntry.kind == "audit.reviewed"))
    return [parse_entry(data) for data in rows]


def field_of(page: str, hook: str, name: str) -> str:
    """The words beside a hook of the page."""
    return re.findall(rf'{hook}="{name}">([^<]+)<', page)[0]


def test_looking_is_an_entry_for_each_and_coverage_counts_them(app: Flask):
    auditor, first, second = a_person("auditor"), a_removed(), a_removed()
    entries = [first.act_entry, second.act_entry]
    assert audit.review(auditor, entries, "in-order") == 2
    assert [(e["of"], e["review"], e["staff"]) for e in reviewed()] == [
        (index, "in-order", auditor.staff_no) for index in entries
    ]
    found = counted("all", log.tip()).everybody
    assert found.number("reviewed-complaint.removed") == 2
    assert found.number("reviewed") == 2 < found.number("hiding")
    assert check_log(ROW_CHECKS) == []


def test_a_doubt_that_was_cleared_is_no_doubt_any_more(sqlite_app: Flask):
    auditor, complaint = a_person("auditor"), a_removed()
    audit.review(auditor, [complaint.act_entry], "questioned")
    assert counted("all", log.tip()).everybody.number("questioned") == 1
    audit.review(auditor, [complaint.act_entry], "in-order")
    found = counted("all", log.tip()).everybody
    assert (found.number("questioned"), found.number("reviewed")) == (0, 1)


def test_nobody_reviews_what_they_confirmed_or_answered_afterwards(sqlite_app: Flask):
    auditor, complaint, other = a_person("auditor"), a_complaint(), a_complaint()
    alone = service.remove_alone(
        a_person("moderator"), complaint.number, a_statement(), "emergency"
    )
    two_people.approve(auditor, alone.number)
    asked = Request("abuse", "第二段点名道姓，请下架。")
    request = two_people.propose(a_person("executive"), Measure("remove", other.number, asked))
    two_people.refuse_request(auditor, request.number, "没有指名，不是辱骂。")
    for index in (alone.entry, request.entry):
        with pytest.raises(NotAllowed) as refused:
            audit.review(auditor, [index], "in-order")
        assert refused.value.evidence["rule"] == "took-part"
    assert audit.review(a_person("auditor"), [alone.entry, request.entry], "in-order") == 2


def test_nobody_reviews_what_they_had_a_part_in(sqlite_app: Flask):
    auditor, complaint, other = a_person("auditor"), a_complaint(), a_removed()
    a_removal(complaint, second=auditor)
    with pytest.raises(NotAllowed) as refused:
        audit.review(auditor, [other.act_entry, complaint.act_entry], "in-order")
    assert refused.value.evidence["rule"] == "took-part"
    assert reviewed() == []


@pytest.mark.parametrize(
    ("entries", "verdict", "refusal"),
    [([], "in-order", Invalid), ([0], "in-order", Invalid), ([999], "in-order", NotFound),
     ([10**6], "questioned", NotFound), (range(500), "in-order", Invalid), ([5], "", Invalid),
     ([5], "excellent", Invalid)],
)  # fmt: skip
def test_a_review_that_makes_no_sense_is_refused(sqlite_app: Flask, entries, verdict, refusal):
    auditor = a_person("auditor")
    a_removed()
    with pytest.raises(refusal):
        audit.review(auditor, entries, verdict)
    assert reviewed() == []


def test_the_same_is_not_said_twice(sqlite_app: Flask):
    auditor, complaint = a_person("auditor"), a_removed()
    audit.review(auditor, [complaint.act_entry], "in-order")
    with pytest.raises(Conflict):
        audit.review(auditor, [complaint.act_entry], "in-order")
    assert audit.review(a_person("auditor"), [complaint.act_entry], "in-order") == 1


@pytest.mark.parametrize("role", ["member", "staff", "moderator", "executive", "admin"])
def test_only_auditors_review_and_sign(sqlite_app: Flask, role):
    complaint = a_removed()
    person = a_member("二栋小李") if role == "member" else a_person(role)
    with pytest.raises(NotAllowed):
        audit.review(person, [complaint.act_entry], "in-order")
    with pytest.raises(NotAllowed):
        audit.report(person, Opinion(0, 1, "unqualified", WORDS))
    assert reviewed() == [] and db.session.query(AuditReport).count() == 0


def test_an_opinion_is_signed_once_and_its_words_open_the_commitment(app: Flask):
    auditor = a_person("auditor")
    a_removed()
    last = log.tip().size - 1
    signed = audit.report(auditor, Opinion(0, last, "qualified", WORDS))
    entry = log.entry(signed.entry)
    assert (entry["report"], entry["from"], entry["to"]) == (signed.number, 0, last)
    assert (entry["staff"], entry["opinion"]) == (auditor.staff_no, "qualified")
    assert log.opens(signed.entry, "text", WORDS, entry)
    assert check_log(ROW_CHECKS) == []


@pytest.mark.parametrize(
    "wrong",
    [{"first": -1}, {"first": 3, "last": 2}, {"last": 10**6}, {"opinion": "fine"},
     {"opinion": ""}, {"text": "好。"}, {"text": " \n"}, {"text": "字" * 10_001}, {"text": "看\x00"}],
)  # fmt: skip
def test_an_opinion_that_says_nothing_is_refused(sqlite_app: Flask, wrong):
    given = {"first": 0, "last": 1, "opinion": "unqualified", "text": WORDS} | wrong
    with pytest.raises(Refusal):
        audit.report(a_person("auditor"), Opinion(**given))
    assert db.session.query(AuditReport).count() == 0


def test_a_changed_opinion_is_found(sqlite_app: Flask):
    signed = audit.report(a_person("auditor"), Opinion(0, 1, "adverse", WORDS))
    signed.text, signed.opinion = "一切都好，一切都好，一切都好，一切都好。", "unqualified"
    db.session.commit()
    kinds = {difference.code for difference in check_log(ROW_CHECKS)}
    assert {"row-differs", "commitment-differs"} <= kinds


def test_anybody_can_check_a_signed_opinion_from_its_page(app: Flask, client):
    a_removed()
    signed = audit.report(a_person("auditor"), Opinion(2, 4, "adverse", WORDS))
    number, index = signed.number, signed.entry
    page = client.get(f"/audit/reports/{number}").text
    salt, committed = b64decode(field_of(page, "data-salt", "text")), log.entry(index)
    assert commit("text", salt, WORDS) == committed["commitments"]["text"]
    for size in (2, 5):
        tree = merkle.Tree()
        tree.append(log.entry_bytes(0, size))
        assert b64decode(field_of(page, "data-fact", f"root-{size}")) == tree.root
    assert f"/log/entries/{index}" in page and signed.staff in page
    assert f"/audit/reports/{number}" in client.get("/audit/reports").text
    assert f"/audit/reports/{number}" in client.get("/transparency").text


def test_what_was_reviewed_has_left_the_desk(app: Flask):
    auditor, first = a_person("auditor"), a_removed()
    browser = sign_in(app, auditor)
    assert f'id="entry-{first.act_entry}"' in browser.get("/audit").text
    page = browser.get("/audit")
    form = form_to(page.text, "/audit/reviews")
    assert str(first.act_entry) in form.values["shown"]
    answer = browser.post(form.action, data=form.filled() | {"whole": "in-order"})
    assert answer.status_code == 303
    second = a_removed()
    page = browser.get("/audit").text
    assert f'id="entry-{first.act_entry}"' not in page
    assert f'id="entry-{second.act_entry}"' in page
    assert f'id="entry-{first.act_entry}"' in browser.get("/audit?show=all").text


def test_what_was_ticked_stays_ticked_when_it_is_refused(sqlite_app: Flask):
    auditor, complaint, own = a_person("auditor"), a_removed(), a_complaint()
    a_removal(own, second=auditor)
    browser = sign_in(sqlite_app, auditor)
    ticked = {"entry": [str(complaint.act_entry), str(own.act_entry)], "verdict": "questioned"}
    answer = browser.post("/audit/reviews", data=ticked | {"csrf_token": csrf(browser)})
    assert answer.status_code == 403 and "您自己参与过" in answer.text
    assert f'value="{complaint.act_entry}" checked' in answer.text
    assert reviewed() == []


def test_the_desk_names_who_asked_for_what(sqlite_app: Flask):
    asking = Measure("remove", a_complaint().number, Request("abuse", "这一条点名道姓，请下架。"))
    number = two_people.propose(a_person("executive"), asking).number
    two_people.refuse_request(a_person("moderator"), number, "说的是事实，不下架。")
    page = sign_in(sqlite_app, a_person("auditor")).get("/audit").text
    assert "/transparency/behind/requests-executive-refused?" in page
    assert f"/statements/{number}" in page


def test_a_sample_is_what_the_formula_on_its_page_gives(app: Flask, client):
    for _ in range(4):
        a_removed()
    page = client.get("/audit/sample?n=3").text
    size = log.tip().size
    hiding = list(db.session.scalars(
        select(LogEntry.index).where(LogEntry.hides.is_(True)).order_by(LogEntry.index)))  # fmt: skip
    expected = draw(b64decode(field_of(page, "data-seed", str(size))), hiding, 3)
    shown = [int(part.partition('"')[0]) for part in page.split('data-drawn="')[1:]]
    assert shown == expected and len(shown) == 3
    a_removed()
    again = client.get(f"/audit/sample?n=3&size={size}").text
    assert [int(p.partition('"')[0]) for p in again.split('data-drawn="')[1:]] == expected


@pytest.mark.parametrize(
    "asked_for", ["size=0", "size=999999", "n=0", "n=101", "n=-1", "from=999", "size=x", "n=一"]
)
def test_a_sample_of_nothing_sensible_is_refused(sqlite_app: Flask, asked_for):
    assert sqlite_app.test_client().get(f"/audit/sample?{asked_for}").status_code == 400


def test_an_opinion_whose_words_were_lost_is_there_again_and_says_so(app: Flask):
    signed = audit.report(a_person("auditor"), Opinion(1, 3, "adverse", WORDS))
    number, entry, staff = signed.number, signed.entry, signed.staff
    with transaction():
        db.session.delete(signed)
    with transaction():
        recover_rows(entry)
    found = db.session.get(AuditReport, number)
    assert (found.entry, found.staff, found.first, found.last) == (entry, staff, 1, 3)
    assert (found.opinion, found.text) == ("adverse", LOST_TEXT)
