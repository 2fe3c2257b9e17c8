"""Posting by a form and by a program: what a key is, and which keys make an author's code."""

import secrets

from flask import Flask
from sqlalchemy import func, select

from forum.base.db import db
from forum.complaints.models import Complaint
from forum.complaints.service import existing
from tests.factories import a_member, a_project, csrf, sign_in


def _data(browser: object, **more: str) -> dict[str, str]:
    return {"csrf_token": csrf(browser), "type": "criticism", "project": a_project(),
            "category": "repair", "title": "漏水", "body": "厨房漏水。", "pseudonym": "老张"} | more  # fmt: skip


def _numbers() -> int:
    return db.session.scalar(select(func.count(Complaint.number))) or 0


def test_a_forms_key_makes_the_code_and_the_same_post_shows_it_again(sqlite_app: Flask) -> None:
    browser = sign_in(sqlite_app, a_member())
    data = _data(browser, idempotency=secrets.token_urlsafe(32))
    first, again = browser.post("/complaints", data=data), browser.post("/complaints", data=data)
    assert (first.status_code, again.status_code, _numbers()) == (201, 201, 1)
    code = first.text.split('data-copy="', 1)[1].split('"', 1)[0]
    assert len(code) == 26 and code in again.text
    assert existing(1).made == "server"
    assert "no-store" in first.headers["Cache-Control"]


def test_a_header_key_is_honoured_and_makes_no_code(sqlite_app: Flask) -> None:
    browser = sign_in(sqlite_app, a_member())
    key = {"Idempotency-Key": secrets.token_urlsafe(24)}
    for _ in range(2):
        answer = browser.post("/complaints", data=_data(browser), headers=key)
        assert answer.status_code == 201 and "data-copy" not in answer.text
    assert _numbers() == 1
    assert (existing(1).author_key, existing(1).made) == (None, None)


def test_the_forms_key_counts_where_both_are_sent(sqlite_app: Flask) -> None:
    browser = sign_in(sqlite_app, a_member())
    key = secrets.token_urlsafe(32)
    data = _data(browser, idempotency=key)
    answer = browser.post("/complaints", data=data, headers={"Idempotency-Key": key})
    assert answer.status_code == 201 and existing(1).made == "server"


def test_without_any_key_nothing_is_posted(sqlite_app: Flask) -> None:
    browser = sign_in(sqlite_app, a_member())
    answer = browser.post("/complaints", data=_data(browser))
    assert answer.status_code == 400 and "厨房漏水。" in answer.text
    assert _numbers() == 0


def test_a_browsers_own_key_is_kept_and_no_code_is_shown(sqlite_app: Flask) -> None:
    browser = sign_in(sqlite_app, a_member())
    data = _data(browser, idempotency=secrets.token_urlsafe(32), author_key="ab" * 32)
    answer = browser.post("/complaints", data=data)
    assert answer.status_code == 201 and "data-copy" not in answer.text
    assert (existing(1).author_key, existing(1).made) == ("ab" * 32, "device")
