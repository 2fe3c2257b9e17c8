"""What was taken from view is on no page that can be opened without an entry, whoever opens it.

Every page that takes nothing, or the number of a complaint (and ``?item=``), is opened by every
role, for something in each state in which it cannot be read. Its words must be nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from forum.base import outbox
from forum.base.db import db
from forum.base.rights import ROLES
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.covering import Cuts
from forum.complaints.models import Complaint
from forum.complaints.service import existing
from forum.log.models import LogEntry
from forum.moderation import merging, service, two_people
from forum.moderation.measures import Measure
from forum.moderation.views import shown
from tests.factories import (
    a_code,
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
    csrf,
    sign_in,
)
from tests.moderation.flagged import a_flag, a_notice

# Those who decide whether it is published read what waits.
FORMS = ("remove", "delist", "suspend", "erase", "refuse", "ask", "redact", "lock", "move",
         "merge", "keep", "flag", "notice")  # fmt: skip
READ_WHAT_WAITS = ("moderator", "auditor")


@dataclass
class Hidden:
    """Where something is that cannot be read, which words it had, and in what state it is."""

    number: int
    word: str
    state: str
    item: int | None = None

    def leaks_to(self, role: str, text: str) -> bool:
        """Whether its words stand in a page that must not show them, also as machines write them."""
        may_read = self.state == "held" and role in READ_WHAT_WAITS
        machine = self.word.encode("unicode_escape").decode()
        return not may_read and (self.word in text or machine in text)


def a_hidden(state: str, *, key: str | None = None) -> Complaint:
    """A complaint whose title, text and wish say so; to be taken from view by the caller."""
    word = f"绝密{state}"
    return a_complaint(a_member(f"作者{state}"), title=f"{word}的题", body=f"{word}的文，还有别的话。",
                       remedy=f"{word}的愿望。", key=key)  # fmt: skip


def a_board_with_all_that_is_hidden(app: Flask) -> list[Hidden]:
    """One of each, each with as much about it that waits as there can be."""
    first, proposer = a_complaint(), a_person("moderator")
    removed = _proposed_about(a_hidden("removed"), first.number, proposer)
    a_removal(removed, proposer)
    alone = a_hidden("alone")
    service.remove_alone(a_person("moderator"), alone.number, a_statement(), "emergency")
    withdrawn = a_hidden("withdrawn", key="w" * 43)
    merging.propose(a_person("staff"), withdrawn.number, first.number)
    author_acts.withdraw(withdrawn.account, withdrawn.number,
                         Proof(of=withdrawn.act_entry, code=a_code("w" * 43)))  # fmt: skip
    erased = a_hidden("erased")
    an_erasure(erased)
    found = [Hidden(row.number, f"绝密{name}", name) for row, name in (
        (removed, "removed"), (alone, "alone"), (withdrawn, "withdrawn"), (erased, "erased"))]  # fmt: skip
    return [*found, _a_removed_item(), _a_held_one(app)]


def _proposed_about(complaint: Complaint, into: int, proposer: object) -> Complaint:
    reader = a_member("读者")
    complaints.support(reader, complaint.number)
    a_flag(complaint.number, reader)
    a_notice(complaint.number)
    merging.propose(a_person("staff"), complaint.number, into)
    for act, given, cuts in (
        ("erase", a_statement("lawful-erasure", facts="主管部门来函要求清除。"), None),
        ("redact", a_statement("abuse"), Cuts(("绝密removed的文",))),
    ):
        two_people.propose(a_person("moderator"),
                           Measure(act, complaint.number, given, None, cuts))  # fmt: skip
    return complaint


def _a_removed_item() -> Hidden:
    complaint = a_complaint()
    item = complaints.comment(a_member("评论的人"), complaint.number, "绝密评论在此。").id
    a_flag(complaint.number, item=item)
    measure = Measure("remove", complaint.number, a_statement(), item)
    proposal = two_people.propose(a_person("moderator"), measure)
    erase = a_statement("lawful-erasure", facts="主管部门来函要求清除。")
    two_people.propose(a_person("moderator"), Measure("erase", complaint.number, erase, item))
    two_people.approve(a_person("moderator"), proposal.number)
    return Hidden(complaint.number, "绝密评论", "removed", item)


def _a_held_one(app: Flask) -> Hidden:
    app.config["FORUM_HOLD"] = "on"
    held = a_hidden("held")
    app.config["FORUM_HOLD"] = "off"
    two_people.propose(a_person("moderator"), Measure("refuse", held.number, a_statement()))
    return Hidden(held.number, "绝密held", "held")


def pages(app: Flask, hidden: list[Hidden]) -> list[str]:
    """Every address that takes nothing or the number of a complaint, and with ``?item=``."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    found = {rule.rule for rule in rules if not rule.arguments} - {"/logout"}
    with app.test_request_context():
        urls = app.url_map.bind("board.test")
        for rule in (rule for rule in rules if rule.arguments == {"number"}):
            for one in hidden:
                path = urls.build(rule.endpoint, {"number": one.number})
                found |= {path, f"{path}?item={one.item}"} if one.item else {path}
    return sorted(found | {"/search?q=绝密", "/complaints?q=绝密"})


def browser_of(app: Flask, role: str) -> FlaskClient:
    """A browser of the role; the member is somebody who wrote none of it."""
    if role == "visitor":
        return app.test_client()
    return sign_in(app, a_member("路人") if role == "member" else a_person(role))


def leaks(
    app: Flask, hidden: list[Hidden], roles: Iterable[str] = ROLES
) -> list[tuple[str, str, str]]:
    """(role, address, state) of every page on which words of something hidden stand."""
    found = []
    for role in roles:
        browser = browser_of(app, role)
        for path in pages(app, hidden):
            answer = browser.get(path)
            assert answer.status_code < 500, (role, path)
            text = answer.get_data().decode("utf-8", "replace")
            found += [(role, path, one.state) for one in hidden if one.leaks_to(role, text)]
    return found


@pytest.fixture
def hidden(sqlite_app: Flask) -> list[Hidden]:
    """What is hidden, with the index and the notices caught up."""
    made = a_board_with_all_that_is_hidden(sqlite_app)
    while outbox.drain():
        pass
    db.session.rollback()
    return made


def test_hidden_words_are_on_no_page_without_an_entry(
    sqlite_app: Flask, hidden: list[Hidden]
) -> None:
    states = [existing(one.number).state for one in hidden]
    assert states == ["removed", "removed", "withdrawn", "erased", "visible", "held"]
    assert leaks(sqlite_app, hidden) == []
    looked = select(func.count(LogEntry.index)).where(LogEntry.kind == "sealed.viewed")
    assert db.session.scalar(looked) == 0


def test_the_crawl_finds_a_page_that_shows_what_is_sealed(
    sqlite_app: Flask, hidden: list[Hidden], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "can_be_read", lambda complaint, reply=None: True)
    found = leaks(sqlite_app, [hidden[0], hidden[4]], ("staff", "moderator"))
    assert {role for role, _path, _state in found} == {"staff", "moderator"}
    assert any("/ask" in path for _role, path, _state in found)
    assert any(path == "/moderation" for _role, path, _state in found)


@pytest.mark.parametrize("role", ["member", "staff", "moderator", "auditor"])
def test_a_form_that_comes_back_shows_no_hidden_words(
    sqlite_app: Flask, hidden: list[Hidden], role: str
) -> None:
    browser = browser_of(sqlite_app, role)
    token = csrf(browser)
    for form in FORMS:
        for one in hidden:
            given = {
                "csrf_token": token,
                "into": "999",
                "phrases": "还有别的话",
                "item": one.item or "",
            }
            answer = browser.post(f"/complaints/{one.number}/{form}", data=given)
            assert answer.status_code in (400, 403, 404, 409), (form, one.state)
            assert not one.leaks_to(role, answer.text), (form, one.state)
