"""Whoever is asked to be the second reads what follows before it happens, and what stands in the way."""

from __future__ import annotations

import re

from flask import Flask

from forum.moderation import flags, two_people
from forum.moderation.measures import Measure
from tests.factories import a_complaint, a_person, a_statement, csrf, sign_in
from tests.moderation.flagged import KEPT, a_flag
from tests.moderation.test_nothing_typed_is_lost import FACTS, typed


def part(html: str, start: str, end: str = "</details>") -> str:
    return html.split(start, 1)[1].split(end, 1)[0]


def test_agreeing_says_what_follows_before_it_happens(app: Flask) -> None:
    complaint, second = a_complaint(), a_person("auditor")
    given = a_statement("personal-data")
    number = two_people.propose(
        a_person("moderator"), Measure("erase", complaint.number, given)
    ).number
    browser = sign_in(app, second)
    for page in ("/moderation", f"/statements/{number}"):
        fold = part(browser.get(page).text, "<summary>同意</summary>")
        assert "不能恢复" in fold and f"工号 {second.staff_no}" in fold and "作者立刻收到" in fold
        assert fold.index("consequence") < fold.index(f"/statements/{number}/approve")


def test_nobody_else_is_offered_the_answer(app: Flask) -> None:
    complaint, first = a_complaint(), a_person("moderator")
    number = two_people.propose(first, Measure("remove", complaint.number, a_statement())).number
    own = sign_in(app, first).get(f"/statements/{number}").text
    assert "这是您提出的" in own and f"/statements/{number}/approve" not in own
    for browser in (app.test_client(), sign_in(app, a_person("executive"))):
        assert f"/statements/{number}/approve" not in browser.get(f"/statements/{number}").text


def test_the_form_of_a_measure_that_waits_already_is_not_offered_again(app: Flask) -> None:
    complaint, auditor = a_complaint(), a_person("auditor")
    number = two_people.propose(
        a_person("moderator"), Measure("remove", complaint.number, a_statement())
    ).number
    path = f"/complaints/{complaint.number}/remove"
    page = sign_in(app, auditor).get(path).text
    assert f'data-waits="{number}"' in page and 'name="facts"' not in page
    # One moderator alone may still take it down in an emergency, and only so.
    browser = sign_in(app, a_person("moderator"))
    alone = browser.get(path).text
    assert re.findall(r'name="alone"[^>]*value="(\w+)"', alone) == ["emergency", "spam"]
    again = browser.post(path, data=typed(browser))
    assert again.status_code == 409 and f'href="/statements/{number}"' in again.text
    assert FACTS in again.text


def test_who_comes_too_late_gets_no_form_but_their_own_words(app: Flask) -> None:
    complaint = a_complaint()
    a_flag(complaint.number)
    flags.keep(a_person("moderator"), complaint.number, None, "abuse", KEPT)
    browser = sign_in(app, a_person("moderator"))
    form = {"csrf_token": csrf(browser), "reason": "abuse", "words": FACTS, "seen": "1-0"}
    answer = browser.post(f"/complaints/{complaint.number}/keep", data=form)
    assert answer.status_code == 409 and FACTS in part(answer.text, 'id="typed"', "</section>")
    assert 'name="words"' not in answer.text and "还差一点" not in answer.text


def test_what_went_wrong_stands_above_the_heading_and_once(app: Flask) -> None:
    complaint = a_complaint()
    browser = sign_in(app, a_person("moderator"))
    for way in ("remove", "lock", "order", "move"):
        form = {"csrf_token": csrf(browser), "facts": FACTS}
        page = browser.post(f"/complaints/{complaint.number}/{way}", data=form).text
        assert page.count('role="alert"') == 1, way
        assert page.index('role="alert"') < page.index("<h1"), way
        assert 'href="#form"' in page and 'id="form"' in page, way
        assert "autofocus" in part(page, 'role="alert"', ">"), way


def test_a_decision_ends_with_a_word(app: Flask) -> None:
    complaint = a_complaint()
    a_flag(complaint.number)
    browser = sign_in(app, a_person("moderator"))
    form = {"csrf_token": csrf(browser), "reason": "abuse", "words": KEPT, "seen": "1-0"}
    kept = browser.post(f"/complaints/{complaint.number}/keep", data=form)
    assert "已决定保留 #1" in browser.get(kept.location).text
