"""A refusal says where to go on, and whoever may not write is told before writing."""

from __future__ import annotations

from flask import Flask

from forum.base.db import db
from forum.base.refusal import Conflict
from forum.base.web.errors import leads_of
from forum.moderation import two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Statement
from tests.factories import a_complaint, a_member, a_person, a_removal, a_statement, csrf, sign_in
from tests.moderation.test_suspension import author_of, suspended

BODY = "电梯又坏了，物业说下周再看，老人下不了楼。"


def test_who_may_not_appeal_is_led_to_a_challenge(app: Flask) -> None:
    complaint = a_complaint()
    index = db.session.get_one(Statement, a_removal(complaint)).entry
    answer = sign_in(app, a_member("二栋小李")).get(f"/log/entries/{index}/appeal")
    assert answer.status_code == 403 and "提出异议" in answer.text
    assert f'href="/log/entries/{index}/challenge"' in answer.text


def test_who_agrees_second_is_led_to_what_the_first_decided(app: Flask) -> None:
    complaint = a_complaint()
    number = two_people.propose(
        a_person("moderator"), Measure("remove", complaint.number, a_statement())
    ).number
    two_people.approve(a_person("moderator"), number)
    browser = sign_in(app, a_person("moderator"))
    answer = browser.post(f"/statements/{number}/approve", data={"csrf_token": csrf(browser)})
    assert answer.status_code == 409 and f'href="/statements/{number}"' in answer.text


def test_what_a_rule_does_not_name_leads_nowhere(app: Flask) -> None:
    with app.test_request_context("/"):
        assert leads_of(Conflict("没有", number=5)) == []
        assert leads_of(Conflict("没有", statement=None)) == []
        assert leads_of(Conflict("没有", statement=5))[0][0] == "/statements/5"


def test_a_suspended_author_reads_it_before_writing(app: Flask) -> None:
    complaint = a_complaint()
    other, number = a_complaint(a_member("二栋小李")), suspended(complaint).number
    browser = sign_in(app, author_of(complaint))
    for path in ("/complaints/new", f"/complaints/{other.number}",
                 f"/complaints/{complaint.number}/edit"):  # fmt: skip
        page = browser.get(path).text
        assert "data-stopped" in page and f'href="/statements/{number}/appeal"' in page, path
        assert "正在发表" not in page and f"/complaints/{other.number}/comments" not in page, path
    # What stands there is theirs alone: the page is made of parts that others get too.
    page = sign_in(app, a_member("三栋小王")).get(f"/complaints/{other.number}").text
    assert "data-stopped" not in page and f"/complaints/{other.number}/comments" in page


def test_what_a_suspended_author_sends_anyway_comes_back_with_the_way_to_appeal(app: Flask) -> None:
    complaint = a_complaint()
    number = suspended(complaint).number
    browser = sign_in(app, author_of(complaint))
    form = {"csrf_token": csrf(browser), "body": BODY}
    answer = browser.post(f"/complaints/{complaint.number}/comments", data=form)
    assert answer.status_code == 403 and BODY in answer.text and "还差一点" not in answer.text
    assert f'href="/statements/{number}"' in answer.text
    assert f'href="/statements/{number}/appeal"' in answer.text


def test_the_statement_of_a_suspension_has_a_way_back(app: Flask) -> None:
    number = suspended(a_complaint()).number
    page = app.test_client().get(f"/statements/{number}").text
    assert '<p class="crumb"><a href="/log">' in page
