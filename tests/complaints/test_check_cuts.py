"""A cut closes what stood there before, for everybody: the check finds what is left open of it."""

import pytest
from flask import Flask
from sqlalchemy import delete, text

from forum.app import ROW_CHECKS
from forum.base.db import db, transaction
from forum.base.text import to_html
from forum.complaints.models import Complaint, Version
from forum.complaints.service import touch
from forum.log import service as log
from forum.log.check import check_log
from forum.log.models import Opening
from forum.moderation import rules
from forum.moderation.measures import Decision, keep_statement, statement_fields
from tests.factories import a_complaint, a_statement

CUT = "早上送孩子，〔此处遮盖 7 字〕。"


def _cut(complaint: Complaint, number: int, body: str) -> None:
    """What a redaction does to rows and openings, and the entry that it writes."""
    version = rules.current()
    decision = Decision(
        number=number, act="redact", complaint=complaint.number, item=None,
        given=a_statement("personal-data"), rules=version.entry if version else 0,
        by="moderator", staff="S-004", second="S-005",
    )  # fmt: skip
    fields = statement_fields(decision, "part")
    shown = {f"text.{complaint.entry}": f"{complaint.title}\n{body}",
             f"author.{complaint.entry}": complaint.author}  # fmt: skip
    fields["texts"] |= shown
    entry = log.append("complaint.redacted", complaint=complaint.number, of=complaint.act_entry,
                       closes=[complaint.entry], **fields)  # fmt: skip
    keep_statement(decision, entry, "part")
    for row in (complaint, db.session.get_one(Version, complaint.entry)):
        row.body, row.body_html = body, to_html(body)
    complaint.redacted, complaint.act_entry = True, entry.index
    touch(complaint, entry)


def _close(complaint: Complaint, cut: int | None = None) -> None:
    """Destroy the openings of the first text, and of what an earlier cut showed."""
    db.session.execute(delete(Opening).where(Opening.entry == complaint.entry))
    db.session.execute(delete(Opening).where(Opening.entry == cut, Opening.field.not_in(["facts"])))


@pytest.fixture
def complaint(app: Flask) -> Complaint:
    """A complaint with a cut in it."""
    found = a_complaint()
    with transaction():
        found = db.session.get_one(Complaint, found.number)
        _cut(found, 1, CUT)
        _close(found)
    return found


def _codes() -> set[str]:
    return {difference.code for difference in check_log(ROW_CHECKS)}


def test_a_cut_is_held_against_what_was_committed_to_anew(complaint: Complaint) -> None:
    assert _codes() == set()
    with transaction():
        complaint.body = db.session.get_one(Version, complaint.entry).body = "早上送孩子。"
    assert "commitment-differs" in _codes()


def test_a_second_cut_replaces_the_first(complaint: Complaint) -> None:
    with transaction():
        first = complaint.act_entry
        _cut(complaint, 2, "〔此处遮盖 15 字〕")
    assert _codes() == {"opening-left"}
    with transaction():
        _close(complaint, first)
    assert _codes() == set()


@pytest.mark.parametrize("field", ["text", "author", "remedy", "photo.1"])
def test_no_opening_of_what_was_cut_may_be_left(complaint: Complaint, field: str) -> None:
    with transaction():
        db.session.add(Opening(entry=complaint.entry, field=field, salt=bytes(32), complaint=1))
    assert "opening-left" in _codes()


def test_showing_the_words_again_behind_the_log_is_found(complaint: Complaint) -> None:
    with transaction():
        db.session.execute(text("UPDATE complaint_version SET body = '早上送孩子，电梯停在六楼。'"))
    assert "commitment-differs" in _codes()


def test_forgetting_that_there_is_a_cut_is_found(complaint: Complaint) -> None:
    with transaction():
        db.session.execute(text("UPDATE complaint SET redacted = false"))
    assert "row-differs" in _codes()
