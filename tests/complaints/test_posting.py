"""What posting promises: once, whole, numbered without gaps, provable."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints import receipts, service
from forum.complaints.drafts import make_draft
from forum.complaints.models import Complaint, Version
from forum.log import queries as log
from forum.log.models import LogEntry, Opening
from forum.tlog.entry import parse_entry
from forum.tlog.note import Verifier
from forum.tlog.receipt import check_receipt, parse_receipt
from tests.factories import a_complaint, a_member, a_person, a_project

KEY = "k" * 43


def _draft(**more: object) -> object:
    given = {"type": "criticism", "project": a_project(), "category": "repair",
             "title": "漏水", "body": "厨房漏水。", "author": "老张"}  # fmt: skip
    return make_draft(**(given | more))  # type: ignore[arg-type]


def test_posting_writes_one_entry_in_the_same_transaction(app: Flask) -> None:
    complaint = a_complaint()
    index, entry = log.entries_of(complaint.number)[0]
    assert (index, entry["kind"]) == (complaint.entry, "complaint.posted")
    assert entry["at"] == clock.format_utc(complaint.posted_at)
    assert log.opens(index, "text", f"{complaint.title}\n{complaint.body}", entry)
    assert log.opens(index, "author", complaint.author, entry)


def test_the_entry_never_holds_what_was_written(app: Flask) -> None:
    complaint = a_complaint(title="Leak in flat 1203", body="Water everywhere", remedy="Repair it")
    data = log.entry_bytes(complaint.entry)[0]
    assert b"Leak" not in data and b"Water" not in data and b"Repair" not in data
    assert set(parse_entry(data)["commitments"]) == {"text", "author", "remedy"}


def test_a_stranger_can_verify_the_receipt(app: Flask) -> None:
    complaint = a_complaint()
    from forum.base.resources import resource

    receipt = parse_receipt(receipts.receipt_of(complaint))
    steps = check_receipt(receipt, Verifier(resource("log").signer.vkey))
    assert [step.name for step in steps if not step.ok] == []
    assert receipt.openings["text"].value == f"{complaint.title}\n{complaint.body}"


def test_the_same_key_gives_the_same_complaint(app: Flask) -> None:
    author, draft = a_member(), _draft()
    first = service.post(author, draft, KEY)
    again = service.post(author, draft, KEY)
    assert (again.number, again.entry, again.fresh) == (first.number, first.entry, False)
    assert db.session.scalar(select(func.count(Complaint.number))) == 1


def test_the_same_key_with_other_content_is_refused(app: Flask) -> None:
    author = a_member()
    service.post(author, _draft(), KEY)
    with pytest.raises(Conflict):
        service.post(author, _draft(body="别的话。"), KEY)
    with pytest.raises(Conflict):
        service.post(author, _draft(author_key="0" * 64, made="device"), KEY)
    assert service.post(a_member(), _draft(), KEY).fresh  # a key is one person's own


def test_posting_keys_are_forgotten_after_thirty_days(app: Flask) -> None:
    author = a_member()
    service.post(author, _draft(), KEY)
    with clock.set_to(clock.now() + timedelta(days=31)):
        service.forget_keys()
        assert service.post(author, _draft(), KEY).fresh


def test_a_failed_posting_leaves_nothing_and_no_gap(app: Flask) -> None:
    author = a_member()
    a_complaint(author)
    before = db.session.scalar(select(func.count(LogEntry.index)))
    with pytest.raises(Invalid):
        service.post(author, _draft(project="nowhere"), secrets.token_urlsafe(32))
    with pytest.raises(RuntimeError), _failing_commit():
        service.post(author, _draft(), secrets.token_urlsafe(32))
    assert db.session.scalar(select(func.count(LogEntry.index))) == before
    assert db.session.scalar(select(func.count(Version.entry))) == 1
    assert a_complaint(author).number == 2


class _failing_commit:
    """Everything is done but the commit: the row, the entry, the signature, and then it fails."""

    def __enter__(self) -> None:
        self.session = db.session()
        self.real = self.session.commit
        self.session.commit = self._fail  # type: ignore[method-assign]

    def _fail(self) -> None:
        raise RuntimeError("the disk is gone")

    def __exit__(self, *_error: object) -> None:
        self.session.commit = self.real  # type: ignore[method-assign]


def test_two_at_once_get_neighbouring_numbers(app: Flask) -> None:
    people = [a_member(f"业主{i}").id for i in range(8)]
    project = a_project()

    def post(person: int) -> int:
        with app.app_context():
            from forum.accounts.models import Account

            author = db.session.get(Account, person)
            return a_complaint(author, project=project).number

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(post, people))
    assert numbers == list(range(1, 9))


@pytest.mark.parametrize("role", ["staff", "moderator", "executive", "auditor", "admin"])
def test_people_inside_cannot_post_as_homeowners(sqlite_app: Flask, role: str) -> None:
    with pytest.raises(NotAllowed):
        a_complaint(a_person(role))


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("title", "长" * 61), ("body", " \n "), ("body", "字" * 10_001),
     ("body", "\x00"), ("body", "乱码\ufffd"), ("author", ""), ("type", "rant"),
     ("remedy", "字" * 1001)],
)  # fmt: skip
def test_bad_input_names_its_field(sqlite_app: Flask, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        _draft(**{field: value})
    assert refused.value.field == field and str(refused.value.sentence)


def test_texts_are_committed_normalised(app: Flask) -> None:
    complaint = a_complaint(title="标题\n两行 ", body="一\r\n二  \r\n\r\n")
    assert (complaint.title, complaint.body) == ("标题 两行", "一\n二")
    assert db.session.get(Opening, (complaint.entry, "text")) is not None
