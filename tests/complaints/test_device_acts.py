"""Acts over HTTP that the author's own device signed: what is taken, and what is refused politely."""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.base.resources import resource
from forum.complaints.models import Complaint
from forum.complaints.service import comment, existing
from forum.log import queries as log
from forum.response import service as response
from forum.response.service import Resolution
from forum.tlog.authorkey import act_message, parse_code, sign_act
from forum.tlog.commitment import commit, new_salt
from tests.factories import a_code, a_complaint, a_member, a_person, sign_in
from tests.page_forms import form_to
from tests.test_bad_input import is_at

KEY = "d" * 43


@pytest.fixture
def author(app: Flask) -> FlaskClient:
    """The browser of somebody whose complaint #1 the company says is solved."""
    person = a_member()
    a_complaint(person, key=KEY, body="原话。")
    response.resolve(a_person(), 1, Resolution("fixed", "execution"), "已换新配件。")
    return sign_in(app, person)


def signed(kind: str, of: int, status: str | None = None, text: str | None = None) -> str:
    """The signature that the author's device makes."""
    message = act_message(resource("log").origin, 1, kind, status, of, text)
    return sign_act(parse_code(a_code(KEY)), message)


def send(author: FlaskClient, action: str, page: str = "/complaints/1", **typed: Any) -> Any:
    """Fill in the form on the page and send it; `status` names the one meant."""
    hidden = {"status": typed["status"]} if "status" in typed else {}
    form = form_to(author.get(page).text, action, **hidden)
    return author.post(action, data=form.filled(**typed))


def edited(text: str, *, salt: bytes | None = None, of: int | None = None) -> dict[str, Any]:
    """An edit of the body as the device signs it."""
    complaint, salt = existing(1), salt or new_salt()
    at = complaint.act_entry if of is None else of
    committed = commit("text", salt, f"{complaint.title}\n{text}")
    return {"body": text, "salt": b64encode(salt).decode(), "of": at,
            "sig": signed("complaint.edited", at, text=committed)}  # fmt: skip


def newest() -> dict[str, Any]:
    return log.entries_of(1)[-1][1]


def test_a_form_says_what_the_device_must_sign(author: FlaskClient) -> None:
    page, complaint = author.get("/complaints/1").text, existing(1)
    asked = f'data-origin="{resource("log").origin}" data-number="1"'
    for kind in ("complaint.status", "complaint.withdrawn"):
        assert f'data-sign="{kind}" {asked} data-author-key="{complaint.author_key}"' in page
    assert 'data-sign="complaint.edited"' in author.get("/complaints/1/edit").text
    assert form_to(page, "/complaints/1/withdraw").values["of"] == [str(complaint.act_entry)]


def test_a_status_signed_on_the_device_is_proven(author: FlaskClient) -> None:
    sig = signed("complaint.status", existing(1).act_entry, "confirmed")
    answer = send(author, "/complaints/1/status", status="confirmed", sig=sig)
    assert (answer.status_code, existing(1).status) == (303, "confirmed")
    assert (newest()["proven"], newest()["made"], newest()["sig"]) == (True, "device", sig)


def test_an_edit_signed_on_the_device_keeps_its_salt(author: FlaskClient) -> None:
    salt = new_salt()
    typed = edited("新的话。", salt=salt)
    # What a browser sends has CRLF and may have space at its end: the text committed has not.
    answer = send(
        author, "/complaints/1/edit", "/complaints/1/edit", **typed | {"body": "新的话。 \r\n"}
    )
    assert answer.status_code == 303 and existing(1).body == "新的话。"
    assert log.opening(existing(1).act_entry, "text") == salt


def test_withdrawing_and_undoing_are_signed_as_what_they_are(author: FlaskClient) -> None:
    sig = signed("complaint.withdrawn", existing(1).act_entry)
    assert send(author, "/complaints/1/withdraw", sig=sig).status_code == 303
    assert existing(1).state == "withdrawn" and newest()["made"] == "device"
    sig = signed("complaint.restored", existing(1).act_entry)
    assert send(author, "/complaints/1/withdraw/undo", sig=sig).status_code == 303
    assert existing(1).state == "visible" and newest()["proven"] is True


def test_a_signature_for_another_act_proves_nothing(author: FlaskClient) -> None:
    before = existing(1).act_entry
    for sig in (
        signed("complaint.status", before, "disputed"),
        signed("complaint.status", before + 1, "confirmed"),
        signed("complaint.withdrawn", before),
    ):
        answer = send(author, "/complaints/1/status", status="confirmed", sig=sig)
        assert answer.status_code == 400 and is_at("code", answer.text)
        assert form_to(answer.text, "/complaints/1/status").values["sig"] == [""]
    assert existing(1).status == "resolved"


def test_another_text_than_the_signed_one_is_refused_and_kept(author: FlaskClient) -> None:
    typed = edited("签过的话。") | {"body": "没签过的话。"}
    answer = send(author, "/complaints/1/edit", "/complaints/1/edit", **typed)
    again = form_to(answer.text, "/complaints/1/edit").values
    assert answer.status_code == 400 and again["body"] == ["没签过的话。"]
    assert (again["sig"], again["salt"], existing(1).body) == ([""], [""], "原话。")


BAD = ["%%%", "AAAA", b64encode(b"x" * 63).decode(), "A" * 87 + "=", "签" * 88, "A" * 5000]


@pytest.mark.parametrize("bad", BAD)
def test_half_a_signature_is_refused_with_a_sentence(author: FlaskClient, bad: str) -> None:
    wrong = ({"sig": bad}, {"salt": bad}, {"salt": ""})
    for change in wrong:
        typed = edited("新的话。") | change
        answer = send(author, "/complaints/1/edit", "/complaints/1/edit", **typed)
        assert answer.status_code == 400 and is_at("code", answer.text)
        assert form_to(answer.text, "/complaints/1/edit").values["body"] == ["新的话。"]
    answer = send(author, "/complaints/1/status", status="confirmed", sig=bad)
    assert answer.status_code == 400 and is_at("code", answer.text)
    assert (existing(1).body, existing(1).status) == ("原话。", "resolved")


def test_a_salt_without_a_signature_is_not_used(author: FlaskClient) -> None:
    typed = edited("没有证明的话。") | {"sig": ""}
    assert send(author, "/complaints/1/edit", "/complaints/1/edit", **typed).status_code == 303
    assert newest()["proven"] is False and existing(1).body == "原话。"
    assert b64encode(log.opening(existing(1).act_entry, "text")).decode() != typed["salt"]


def test_what_went_stale_can_be_signed_again_from_the_answer(author: FlaskClient) -> None:
    stale = existing(1).act_entry
    send(author, "/complaints/1/edit", "/complaints/1/edit", **edited("别处改的话。"))
    data = {"csrf_token": form_to(author.get("/complaints/1").text, "/complaints/1/withdraw")
            .values["csrf_token"][0]} | edited("这里改的话。", of=stale)  # fmt: skip
    title = existing(1).title
    answer = author.post("/complaints/1/edit", data=data | {"title": title})
    assert answer.status_code == 409 and "data-author-key=" in answer.text
    form = form_to(answer.text, "/complaints/1/edit")
    assert form.values["of"] == [str(existing(1).act_entry)] and form.values["sig"] == [""]
    assert author.post(form.action, data=form.filled(**edited("这里改的话。"))).status_code == 303


def test_a_comment_makes_no_signature_stale(author: FlaskClient) -> None:
    sig = signed("complaint.status", existing(1).act_entry, "disputed")
    comment(a_member("二栋小李"), 1, "我家也是。")
    answer = send(author, "/complaints/1/status", status="disputed", sig=sig)
    assert answer.status_code == 303 and newest()["proven"] is True


def test_a_complaint_without_a_key_asks_no_device_to_sign(sqlite_app: Flask) -> None:
    person = a_member()
    complaint = a_complaint(person, key=secrets.token_urlsafe(32))
    row: Complaint = existing(complaint.number)
    row.author_key = None
    from forum.base.db import db

    db.session.commit()
    assert "data-sign" not in sign_in(sqlite_app, person).get("/complaints/1").text
