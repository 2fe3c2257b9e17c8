"""Appeals and challenges come back from their entries, and what was destroyed is destroyed again."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from forum.base import clock, outbox
from forum.base.db import db, transaction
from forum.complaints.covering import Cuts
from forum.complaints.models import Sealed
from forum.complaints.service import existing
from forum.moderation import appeals, challenges, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Statement
from forum.moderation.recovery_redress import LOST_TEXT, recover_redress
from forum.moderation.redress_models import Appeal, Challenge
from forum.moderation.sealed_end import destroy_due
from tests.factories import a_complaint, a_member, a_person, a_removal, a_statement
from tests.moderation.rooms import differences

SAID = "第二段是物业公告的原话，不是骂人。"


def rows(model: type) -> list[dict[str, object]]:
    """All rows of a table but what only its words, or an account, could tell."""
    hidden = {"words", "reasons", "account_id", "email"}
    names = [column.name for column in model.__table__.columns if column.name not in hidden]
    found = db.session.query(model).order_by(model.number)
    return [{name: getattr(row, name) for name in names} for row in found]


def test_appeals_and_challenges_come_back_without_their_words(app: Flask) -> None:
    author, auditor = a_member(), a_person("auditor")
    index = db.session.get_one(Statement, a_removal(a_complaint(author))).entry
    appeals.decide(auditor, appeals.file(author, index, SAID).number, "rejected", SAID)
    challenges.file(None, index, SAID, "reader@mail.test")
    before = [rows(Appeal), rows(Challenge)]
    with transaction():
        db.session.query(Appeal).delete()
        db.session.query(Challenge).delete()
        recover_redress(0)
        recover_redress(0)
    assert [rows(Appeal), rows(Challenge)] == before
    kept = db.session.query(Appeal).one()
    assert (kept.words, kept.reasons, kept.account_id) == (LOST_TEXT, LOST_TEXT, None)
    challenges.decide(auditor, 1, "rejected", SAID)


def test_what_a_backup_brings_back_is_destroyed_again(app: Flask) -> None:
    gone, cut = a_complaint(body="电话 13800138000"), a_complaint(body="电话 13800138000 没人接")
    number = a_removal(gone)
    given = a_statement("personal-data", facts="写出了物业经理的手机号。")
    measure = Measure("redact", cut.number, given, None, Cuts(("13800138000",)))
    proposal = two_people.propose(a_person("moderator"), measure)
    two_people.approve(a_person("moderator"), proposal.number)
    with clock.set_to(clock.now() + timedelta(days=190)):
        assert destroy_due() == 2
        put_back(gone.number, number)
        with transaction():
            recover_redress(0)
        while outbox.drain():
            pass
        db.session.rollback()
        assert existing(gone.number).body == "" and db.session.query(Sealed).count() == 0
        assert differences() == []


def put_back(number: int, statement: int) -> None:
    """As a backup from before would: words, what a cut had sealed, and a statement that knows nothing."""
    for sql in ("UPDATE complaint SET title = 'a', body = 'b', body_html = '<p>b</p>', author = 'c'"
                f" WHERE number = {number}",
                "INSERT INTO sealed (statement, complaint, entry, field, place, name, salt, value, at)"
                " SELECT s.number, s.complaint, 1, 'text', 1, 'text', bytes, 'b', s.at"
                " FROM statement s JOIN log_entry ON idx = 0 WHERE s.act = 'redact'",
                f"UPDATE statement SET destroyed_entry = NULL WHERE number = {statement}"):  # fmt: skip
        db.session.execute(text(sql))
    db.session.commit()
