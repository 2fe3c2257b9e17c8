"""Acts of the author: proven by the key, or open and counted apart; never by anybody else."""

import json
import secrets
from datetime import timedelta

import pytest
from flask import Flask

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.base.resources import resource
from forum.complaints import author_acts
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint
from forum.complaints.service import existing
from forum.log import queries as log
from forum.response import service as response
from forum.response.service import Resolution
from forum.tlog.authorkey import act_message, check_act, parse_code, sign_act
from forum.tlog.commitment import commit, new_salt
from tests.factories import a_code, a_complaint, a_member, a_person


def _resolved() -> tuple[Complaint, str]:
    key = secrets.token_urlsafe(32)
    complaint = a_complaint(key=key)
    response.resolve(a_person(), complaint.number, Resolution("fixed", "execution"), "已换新配件。")
    return existing(complaint.number), a_code(key)


def _newest(complaint: Complaint) -> dict:
    return log.entries_of(complaint.number)[-1][1]


def test_a_typed_code_signs_and_a_stranger_can_check_it(app: Flask) -> None:
    complaint, code = _resolved()
    of = complaint.act_entry
    author_acts.change_status(complaint.account, complaint.number, "confirmed", Proof(of, code))
    entry = _newest(complaint)
    assert (entry["proven"], entry["made"], entry["of"]) == (True, "server", of)
    message = act_message(resource("log").origin, complaint.number, "complaint.status",
                          "confirmed", of, None)  # fmt: skip
    check_act(complaint.author_key, message, entry["sig"])


def test_without_the_code_the_act_is_recorded_as_unproven(app: Flask) -> None:
    complaint, _code = _resolved()
    author_acts.change_status(complaint.account, complaint.number, "disputed",
                              Proof(complaint.act_entry))  # fmt: skip
    entry = _newest(complaint)
    assert entry["proven"] is False and "sig" not in entry
    assert existing(complaint.number).status == "disputed"
    assert existing(complaint.number).due_at is not None


def test_a_wrong_code_is_refused_and_changes_nothing(app: Flask) -> None:
    complaint, _code = _resolved()
    wrong = a_code(secrets.token_urlsafe(32))
    for typed in (wrong, "not a code"):
        with pytest.raises(Invalid) as refused:
            author_acts.change_status(complaint.account, complaint.number, "confirmed",
                                      Proof(complaint.act_entry, typed))  # fmt: skip
        assert refused.value.field == "code"
    assert existing(complaint.number).status == "resolved"


def test_a_stale_act_is_refused(app: Flask) -> None:
    complaint, code = _resolved()
    with pytest.raises(Conflict):
        author_acts.change_status(complaint.account, complaint.number, "confirmed",
                                  Proof(complaint.entry, code))  # fmt: skip


@pytest.mark.parametrize("who", ["another", "staff", "moderator"])
def test_nobody_else_can_act_for_the_author(sqlite_app: Flask, who: str) -> None:
    complaint, code = _resolved()
    person = a_member("别人") if who == "another" else a_person(who)
    with pytest.raises(NotAllowed):
        author_acts.withdraw(person, complaint.number, Proof(complaint.act_entry, code))


def test_a_proven_edit_replaces_and_an_unproven_one_does_not(app: Flask) -> None:
    key = secrets.token_urlsafe(32)
    complaint = a_complaint(key=key, body="原话。")
    author = complaint.account
    author_acts.edit(author, complaint.number, complaint.title, "改过的话。",
                     Proof(complaint.act_entry))  # fmt: skip
    assert existing(complaint.number).body == "原话。"
    author_acts.edit(author, complaint.number, complaint.title, "本人改的话。",
                     Proof(existing(complaint.number).act_entry, a_code(key)))  # fmt: skip
    assert existing(complaint.number).body == "本人改的话。"


def test_a_text_is_edited_so_often_that_one_entry_can_still_erase_it_all(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = a_member()
    complaint = a_complaint(author)
    longest = [2**53 - k for k in range(1, author_acts.MOST_EDITS + 2)]
    assert len(json.dumps(longest)) < 4096 // 2
    monkeypatch.setattr(author_acts, "MOST_EDITS", 2)
    for k in range(2):
        author_acts.edit(
            author, complaint.number, "标题", f"第 {k} 版。", Proof(complaint.act_entry)
        )
    with pytest.raises(Conflict, match="最多修改 2 次"):
        author_acts.edit(author, complaint.number, "标题", "再改。", Proof(complaint.act_entry))


def test_a_browser_signs_an_edit_with_its_own_salt(app: Flask) -> None:
    key, salt = secrets.token_urlsafe(32), new_salt()
    complaint = a_complaint(key=key)
    of, text = complaint.act_entry, f"{complaint.title}\n新的话。"
    message = act_message(resource("log").origin, complaint.number, "complaint.edited", None, of,
                          commit("text", salt, text))  # fmt: skip
    sig = sign_act(parse_code(a_code(key)), message)
    author_acts.edit(complaint.account, complaint.number, complaint.title, "新的话。",
                     Proof(of, sig=sig, salt=salt))  # fmt: skip
    assert _newest(complaint)["made"] == "device"
    with pytest.raises(Invalid):
        author_acts.edit(complaint.account, complaint.number, complaint.title, "再改。",
                         Proof(existing(complaint.number).act_entry, sig=sig, salt=salt))  # fmt: skip


def test_a_proven_withdrawal_is_at_once_and_can_be_undone_for_seven_days(app: Flask) -> None:
    key = secrets.token_urlsafe(32)
    complaint = a_complaint(key=key)
    author, code = complaint.account, a_code(key)
    author_acts.withdraw(author, complaint.number, Proof(complaint.act_entry, code))
    assert existing(complaint.number).state == "withdrawn"
    gone = existing(complaint.number)
    with clock.set_to(clock.now() + timedelta(days=8)), pytest.raises(Conflict):
        author_acts.undo_withdrawal(author, complaint.number, Proof(gone.act_entry, code))
    author_acts.undo_withdrawal(author, complaint.number, Proof(existing(1).act_entry, code))
    assert existing(complaint.number).state == "visible"


def test_an_unproven_withdrawal_waits_seven_days_in_the_open(app: Flask) -> None:
    complaint = a_complaint()
    author_acts.withdraw(complaint.account, complaint.number, Proof(complaint.act_entry))
    assert existing(complaint.number).state == "visible"
    assert author_acts.withdraw_due() == 0
    with clock.set_to(clock.now() + timedelta(days=7, minutes=1)):
        author_acts.withdraw_due()
    db.session.rollback()
    assert existing(complaint.number).state == "withdrawn"
    assert (_newest(complaint)["kind"], _newest(complaint)["proven"]) == (
        "complaint.withdrawn", False)  # fmt: skip


def test_one_tap_stops_a_waiting_withdrawal(app: Flask) -> None:
    complaint = a_complaint()
    author_acts.withdraw(complaint.account, complaint.number, Proof(complaint.act_entry))
    author_acts.stop_withdrawal(complaint.account, complaint.number)
    with clock.set_to(clock.now() + timedelta(days=8)):
        assert author_acts.withdraw_due() == 0
    assert existing(complaint.number).state == "visible"
