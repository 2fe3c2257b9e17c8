"""Rows that were lost come back from the entries: what was decided, by whom, and from where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.refusal import Conflict
from forum.complaints.covering import Cuts
from forum.moderation import locking, merging, moving, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import MergeProposal, Proposal, Ruling
from forum.moderation.moving import Place
from forum.moderation.recovery import recover_rows
from forum.moderation.recovery_rulings import LOST_TEXT, recover_rulings
from tests.factories import a_complaint, a_person, a_statement
from tests.moderation.rooms import LOCK, MOVE


def rows(model: type) -> list[dict[str, object]]:
    """All rows of a table but what only its words, or an account, could tell."""
    hidden = {"facts", "account_id"}
    names = [column.name for column in model.__table__.columns if column.name not in hidden]
    found = db.session.query(model).order_by(model.entry)
    return [{name: getattr(row, name) for name in names} for row in found]


def test_rulings_and_proposals_come_back_without_their_words(app: Flask) -> None:
    moderator, first, second, third = a_person("moderator"), *(a_complaint() for _ in range(3))
    locking.lock(moderator, first.number, LOCK)
    moving.move(moderator, first.number, Place(category="parking"), MOVE)
    for complaint in (second, third):
        merging.propose(a_person(), complaint.number, first.number)
    merging.merge(moderator, second.number, first.number)
    before = [rows(Ruling), rows(MergeProposal)]
    with transaction():
        db.session.query(Ruling).delete()
        db.session.query(MergeProposal).delete()
        recover_rulings(0)
        recover_rulings(0)
    assert [rows(Ruling), rows(MergeProposal)] == before
    assert {row.facts for row in db.session.query(Ruling)} == {LOST_TEXT}


@pytest.mark.parametrize("act", ["remove", "redact", "suspend"])
def test_a_proposal_that_came_back_without_its_reasons_cannot_be_approved(
    app: Flask, act: str
) -> None:
    until = clock.local_date() + timedelta(days=9) if act == "suspend" else None
    cuts = Cuts(("电梯停在六楼",)) if act == "redact" else None
    measure = Measure(act, a_complaint().number, a_statement(until=until), cuts=cuts)
    number = two_people.propose(a_person("moderator"), measure).number
    with transaction():
        db.session.query(Proposal).delete()
        recover_rows(0)
    with pytest.raises(Conflict, match="恢复备份时丢失，请重新提出"):
        two_people.approve(a_person("moderator"), number)
    assert two_people.reject(a_person("moderator"), number, "请重新提出。").state == "rejected"
