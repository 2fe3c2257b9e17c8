"""Hiding a case gains the company no time: every state has the clock its status demands."""

import secrets
from datetime import timedelta

import pytest
from flask import Flask

from forum.base import clock
from forum.base.refusal import Invalid
from forum.complaints import author_acts
from forum.complaints.author_acts import Proof
from forum.complaints.clocks import disputed_due, first_reply_due
from forum.complaints.service import existing
from forum.log import queries as log
from forum.moderation import service as moderation
from forum.response import service
from forum.response.service import Resolution
from tests.factories import a_code, a_complaint, a_person, a_removal

FIXED = Resolution("fixed", "execution")


def _disputed() -> int:
    complaint = a_complaint()
    service.resolve(a_person(), complaint.number, FIXED, "修好了。")
    author_acts.change_status(complaint.account, complaint.number, "disputed",
                              Proof(existing(complaint.number).act_entry))  # fmt: skip
    return complaint.number


def test_a_removed_and_restored_case_has_its_old_deadline(app: Flask) -> None:
    fresh, disputed = a_complaint().number, _disputed()
    for number in (fresh, disputed):
        a_removal(existing(number))
        assert existing(number).due_at is None
        moderation.restore(a_person("moderator"), number, "mistake")
    assert existing(fresh).due_at == first_reply_due(existing(fresh).posted_at)
    assert existing(disputed).due_at == disputed_due(existing(disputed).status_at)


def test_a_withdrawal_that_is_undone_brings_the_deadline_back(app: Flask) -> None:
    key = secrets.token_urlsafe(32)
    complaint = a_complaint(key=key)
    due = complaint.due_at
    author_acts.withdraw(complaint.account, 1, Proof(complaint.act_entry, a_code(key)))
    author_acts.undo_withdrawal(existing(1).account, 1, Proof(existing(1).act_entry, a_code(key)))
    assert existing(1).due_at == due


def test_a_reopened_case_counts_from_its_reopening(app: Flask) -> None:
    number = _disputed()
    service.resolve(a_person(), number, FIXED, "又修了。")
    for status in ("confirmed", "open"):
        author_acts.change_status(existing(number).account, number, status,
                                  Proof(existing(number).act_entry))  # fmt: skip
    assert existing(number).due_at == first_reply_due(existing(number).status_at)


def test_what_is_hidden_is_not_closed_for_silence(app: Flask) -> None:
    number = a_complaint().number
    service.resolve(a_person(), number, FIXED, "修好了。")
    a_removal(existing(number))
    later = clock.now() + timedelta(days=15)
    with clock.set_to(later):
        assert service.close_silent() == 0
        moderation.restore(a_person("moderator"), number, "mistake")
        assert service.close_silent() == 0
    with clock.set_to(later + timedelta(days=15)):
        assert service.close_silent() == 1


def test_a_settled_case_takes_no_new_date(app: Flask) -> None:
    number, person = a_complaint().number, a_person()
    service.resolve(person, number, FIXED, "修好了。")
    with pytest.raises(Invalid) as refused:
        service.reply(person, number, "下周再看。", until=clock.local_date() + timedelta(days=7))
    assert refused.value.field == "until"


def test_a_promise_whose_day_passed_is_broken_not_kept(app: Flask) -> None:
    number, person = a_complaint().number, a_person()
    service.reply(person, number, "周五前修好。", until=clock.local_date() + timedelta(days=1))
    with clock.set_to(clock.now() + timedelta(days=3)):
        service.resolve(person, number, FIXED, "修好了，晚了两天。")
    kinds = [entry["kind"] for _index, entry in log.entries_of(number)]
    assert "promise.broken" in kinds and "promise.kept" not in kinds
