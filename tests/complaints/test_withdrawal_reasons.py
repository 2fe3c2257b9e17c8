"""Why somebody withdraws is theirs to say or not, and for auditors alone."""

import pytest
from flask import Flask
from sqlalchemy import select

from forum.base.db import db
from forum.base.refusal import Invalid
from forum.complaints import author_acts
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint, WithdrawalReason
from forum.complaints.queries import withdrawal_reasons
from forum.log.models import LogEntry
from tests.factories import a_code, a_complaint, a_member, a_person, csrf, sign_in

KEY = "q" * 43


def proof(complaint: Complaint, *, proven: bool = True) -> Proof:
    return Proof(complaint.act_entry, a_code(KEY) if proven else None)


@pytest.mark.parametrize("proven", [True, False])
def test_a_reason_is_kept_beside_the_withdrawal_and_not_in_the_log(
    app: Flask, proven: bool
) -> None:
    complaint = a_complaint(key=KEY)
    author_acts.withdraw(complaint.account, complaint.number, proof(complaint, proven=proven),
                         "asked")  # fmt: skip
    (kept,) = withdrawal_reasons()
    assert (kept.complaint, kept.reason) == (complaint.number, "asked")
    assert not any(b"asked" in data for data in db.session.scalars(select(LogEntry.bytes)))


def test_nobody_has_to_give_a_reason(sqlite_app: Flask) -> None:
    complaint = a_complaint(key=KEY)
    author_acts.withdraw(complaint.account, complaint.number, proof(complaint))
    assert withdrawal_reasons() == []


def test_a_reason_that_is_none_of_the_list_is_refused(sqlite_app: Flask) -> None:
    complaint = a_complaint(key=KEY)
    with pytest.raises(Invalid):
        author_acts.withdraw(complaint.account, complaint.number, proof(complaint), "because")
    assert complaint.state == "visible"


def test_the_form_asks_and_no_page_shows_the_answer(sqlite_app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author, key=KEY)
    number, of = complaint.number, complaint.act_entry
    browser = sign_in(sqlite_app, author)
    assert "有人要我撤回" in browser.get(f"/complaints/{number}").text
    data = {"csrf_token": csrf(browser), "of": of, "code": a_code(KEY)}
    wrong = browser.post(f"/complaints/{number}/withdraw", data=data | {"reason": "hack"})
    assert wrong.status_code == 400 and "有人要我撤回" in wrong.text
    done = browser.post(f"/complaints/{number}/withdraw", data=data | {"reason": "asked"})
    assert done.status_code == 303
    moderator = sign_in(sqlite_app, a_person("moderator"))
    for path in (f"/complaints/{number}", f"/complaints/{number}.json", "/moderation"):
        assert "asked" not in moderator.get(path).text
    assert db.session.scalars(select(WithdrawalReason.reason)).all() == ["asked"]
