"""Nobody destroys what an auditor has still to look at, unless an order or the author leaves no time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from forum.accounts.models import Account
from forum.base import outbox
from forum.base.db import db
from forum.base.refusal import Conflict
from forum.complaints import service as complaints
from forum.complaints.service import existing
from forum.moderation import appeals, challenges, flags, sealed_views, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Statement
from forum.moderation.redress_models import Appeal
from forum.notifications.models import Notice
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
    sign_in,
)
from tests.moderation.flagged import KEPT, a_flag
from tests.moderation.rooms import differences

WORDS = "第二段是公告的原话，不是骂人。"


def _appealed(author: Account) -> tuple[Statement, Appeal]:
    """A removal, and what its author says against it."""
    statement = db.session.get_one(Statement, a_removal(a_complaint(author)))
    return statement, appeals.file(author, statement.entry, WORDS)


def test_an_erasure_waits_for_an_appeal_in_either_step(app: Flask) -> None:
    author = a_member()
    statement = db.session.get_one(Statement, a_removal(a_complaint(author)))
    given = a_statement("lawful-erasure", facts="主管部门来函要求清除，函号另存。")
    measure = Measure("erase", statement.complaint or 0, given)
    waits = two_people.propose(a_person("moderator"), measure)
    appeal = appeals.file(author, statement.entry, WORDS)
    with pytest.raises(Conflict, match=f"第 {appeal.number} 号申诉还没有决定"):
        two_people.approve(a_person("auditor"), waits.number)
    two_people.reject(a_person("auditor"), waits.number, "等申诉有了结果再说。")
    with pytest.raises(Conflict, match=f"第 {appeal.number} 号申诉还没有决定"):
        two_people.propose(a_person("moderator"), measure)
    assert db.session.get_one(Appeal, appeal.number).words == WORDS and differences() == []
    appeals.decide(a_person("auditor"), appeal.number, "rejected", "看过原文，确有辱骂的话。")
    assert an_erasure(existing(1)) and differences() == []


def test_an_erasure_waits_for_no_readers_challenge(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    entry = db.session.get_one(Statement, a_removal(complaint)).entry
    challenge = challenges.file(None, entry, WORDS)
    assert an_erasure(complaint)
    challenges.decide(a_person("auditor"), challenge.number, "rejected", "看过说明，和条款对得上。")
    assert differences() == []


def test_what_was_said_under_it_waits_alone_and_with_the_whole(sqlite_app: Flask) -> None:
    complaint, neighbour = a_complaint(), a_member("三栋老陈")
    said = complaints.comment(neighbour, complaint.number, "你们都是骗子。")
    other = complaints.comment(a_member("五栋老王"), complaint.number, "我家也是一样的情形。")
    removal = Measure("remove", complaint.number, a_statement("abuse"), said.id)
    proposed = two_people.propose(a_person("moderator"), removal)
    taken_down = two_people.approve(a_person("moderator"), proposed.number)
    appeals.file(neighbour, taken_down.entry, "骗子是说合同，请再看一遍。")
    for item in (said.id, None):
        with pytest.raises(Conflict, match="号申诉还没有决定"):
            an_erasure(complaint, item=item)
    assert an_erasure(complaint, item=other.id)


def test_who_flagged_it_and_appeals_wants_it_gone(sqlite_app: Flask) -> None:
    complaint, reader = a_complaint(), a_member("二栋小李")
    a_flag(complaint.number, reader)
    kept = flags.keep(a_person("moderator"), complaint.number, None, "abuse", KEPT)
    appeals.file(reader, kept.entry, "这是骂人的话，请再看一遍。")
    assert an_erasure(complaint)


@pytest.mark.parametrize(
    ("reason", "clause"),
    [("authority-order", "4.2"), ("court-order", "4.3"), ("author-request", "4.4")],
)
def test_orders_and_the_authors_own_wish_do_not_wait(app: Flask, reason: str, clause: str) -> None:
    statement, _appeal = _appealed(a_member())
    given = replace(a_statement("lawful-erasure", facts="来函要求清除，函号另存。"),
                    reason=reason, clause=clause)  # fmt: skip
    measure = Measure("erase", statement.complaint or 0, given)
    proposal = two_people.propose(a_person("moderator"), measure)
    two_people.approve(a_person("auditor"), proposal.number)
    assert existing(statement.complaint or 0).state == "erased" and differences() == []


def test_the_auditor_reads_that_it_was_erased_and_by_which_entry(sqlite_app: Flask) -> None:
    (statement, appeal), auditor = _appealed(a_member()), a_person("auditor")
    erased = db.session.get_one(Statement, an_erasure(existing(1), reason="authority-order")).entry
    with pytest.raises(Conflict, match=f"原文已依法清除（公开记录第 {erased} 条）"):
        sealed_views.view(auditor, statement.number)
    page = sign_in(sqlite_app, auditor).get(f"/appeals/{appeal.number}").text
    assert 'data-field="erased"' in page and f"/log/entries/{erased}" in page
    assert "写明原来的处理对不对" in page and "不能当场撤销" not in page
    assert f"/statements/{statement.number}/sealed" not in page
    done = appeals.decide(auditor, appeal.number, "rejected", "从说明看不出处理有错。")
    assert done.outcome == "rejected" and differences() == []


def test_the_appellant_is_told_that_it_was_erased_and_that_an_answer_comes(app: Flask) -> None:
    author = a_member()
    _statement, appeal = _appealed(author)
    an_erasure(existing(1), reason="authority-order")
    while outbox.drain():
        pass
    notice = db.session.query(Notice).filter(Notice.what == "appeal.erased").one()
    assert (notice.account_id, notice.details["appeal"]) == (author.id, appeal.number)
    page = sign_in(app, author).get("/account/notices").text
    assert "您申诉的 #1 已依法清除" in page and f"/appeals/{appeal.number}" in page
