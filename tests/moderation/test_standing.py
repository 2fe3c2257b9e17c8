"""What waits is described as it stands: shown, held, done by one alone, or published meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from forum.base import clock
from forum.base.web.filters import localtime
from forum.complaints.covering import Cuts
from forum.moderation import holding, service, two_people
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Proposal
from tests.factories import a_complaint, a_person, a_statement, sign_in
from tests.moderation.rooms import kinds_of


@pytest.fixture
def held_app(app: Flask) -> Flask:
    app.config["FORUM_HOLD"] = "on"
    return app


def refusal(number: int) -> Proposal:
    return two_people.propose(a_person("moderator"), Measure("refuse", number, a_statement()))


def test_a_refusal_in_review_is_not_said_to_leave_anything_shown(held_app: Flask) -> None:
    complaint = a_complaint()
    until = localtime(complaint.held_until)
    number = refusal(complaint.number).number
    visitor = held_app.test_client()
    page = visitor.get(f"/statements/{number}").text
    assert "照常显示" not in page and "自动发布" in page and until in page
    said = visitor.get(f"/complaints/{complaint.number}").text
    assert f"{until} 前没有第二个人同意，就自动发布" in said and "就作废" not in said


def test_the_held_queue_says_that_a_refusal_is_under_review(held_app: Flask) -> None:
    complaint = a_complaint()
    browser = sign_in(held_app, a_person("moderator"))
    assert f"/complaints/{complaint.number}/refuse" in browser.get("/moderation/held").text
    number = refusal(complaint.number).number
    page = browser.get("/moderation/held").text
    assert f'data-review="{number}"' in page and f'href="/statements/{number}"' in page
    assert f"/complaints/{complaint.number}/refuse" not in page


def test_what_was_only_asked_for_can_still_be_proposed_from_the_queue(held_app: Flask) -> None:
    complaint = a_complaint()
    asked = Request("abuse", "第二段点名道姓，请不要发布。")
    two_people.propose(a_person("staff"), Measure("refuse", complaint.number, asked))
    page = sign_in(held_app, a_person("moderator")).get("/moderation/held").text
    assert "有人申请不予发布" in page and f"/complaints/{complaint.number}/refuse" in page


def test_a_refusal_that_publication_overtook_is_not_called_late(held_app: Flask) -> None:
    complaint = a_complaint()
    number = refusal(complaint.number).number
    holding.publish(a_person("moderator"), complaint.number)
    assert kinds_of(complaint)[-2:] == ["statement.lapsed", "complaint.published"]
    page = held_app.test_client().get(f"/statements/{number}").text
    assert "提议失效" in page and "逾期" not in page


def test_what_one_did_alone_says_until_when_it_holds_and_nothing_else(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    statement = service.remove_alone(moderator, complaint.number, a_statement(), "emergency")
    until, visitor = localtime(statement.lapses_at), app.test_client()
    page = visitor.get(f"/statements/{statement.number}").text
    assert f"到 {until} 为止，除非第二个人同意" in page and "到期恢复" in page
    assert "没有期限" not in page and "作废" not in page
    gone = visitor.get(f"/complaints/{complaint.number}").text
    assert "到期恢复" in gone and until in gone
    two_people.approve(a_person("moderator"), statement.number)
    assert "到期恢复" not in visitor.get(f"/complaints/{complaint.number}").text
    assert "没有期限" in visitor.get(f"/statements/{statement.number}").text


def test_a_redaction_in_the_timeline_leads_to_an_appeal_until_it_is_undone(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    given = a_statement("personal-data")
    cuts = Cuts(("六楼",))
    statement = service.redact_alone(moderator, complaint.number, given, cuts)
    visitor, path = app.test_client(), f"/log/entries/{statement.entry}/appeal"
    assert path in visitor.get(f"/complaints/{complaint.number}").text
    service.lift(moderator, statement.number, "mistake")
    assert path not in visitor.get(f"/complaints/{complaint.number}").text


def test_a_suspension_in_review_speaks_of_the_author(app: Flask) -> None:
    complaint = a_complaint()
    given = a_statement(until=clock.local_date() + timedelta(days=9))
    number = two_people.propose(
        a_person("moderator"), Measure("suspend", complaint.number, given)
    ).number
    assert "这位作者照常可以发言" in app.test_client().get(f"/statements/{number}").text
