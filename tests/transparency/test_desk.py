"""The auditor's desk lists what this auditor has not reviewed, all of it, and nothing else."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base.db import db
from forum.base.refusal import NotAllowed
from forum.complaints.service import existing
from forum.log import queries as log
from forum.log.models import LogEntry
from forum.moderation import appeals, challenges, locking, merging, two_people
from forum.moderation import service as moderation
from forum.moderation.measures import Measure
from forum.transparency import audit, audit_pages, desk
from forum.transparency.roles import appointments_of
from tests.factories import a_complaint, a_member, a_person, a_removal, a_statement, sign_in
from tests.moderation.rooms import LOCK
from tests.pages.reading import queries


def locked(how_many: int) -> list[int]:
    """The entries of so many hiding acts."""
    moderator, numbers = a_person("moderator"), [a_complaint().number for _ in range(how_many)]
    for number in numbers:
        locking.lock(moderator, number, LOCK)
    return [existing(number).act_entry for number in numbers]


def listed(page: str) -> list[int]:
    """The entries that wait for this auditor, in the order of the page."""
    acts = page.partition('id="coverage"')[0]
    return [int(n) for n in re.findall(r'id="tick-(\d+)"', acts)]


def still_open(page: str) -> int:
    return int(re.findall(r'data-open="(\d+)"', page)[0])


def test_marking_one_act_leaves_the_others_on_the_desk(app: Flask) -> None:
    auditor = a_person("auditor")
    acts = locked(4)
    browser = sign_in(app, auditor)
    assert listed(browser.get("/audit").text) == acts
    audit.review(auditor, [acts[2]], "in-order")
    page = browser.get("/audit").text
    assert listed(page) == [acts[0], acts[1], acts[3]] and still_open(page) == 3
    audit.review(auditor, [acts[0], acts[1], acts[3]], "in-order")
    page = browser.get("/audit").text
    assert listed(page) == [] and still_open(page) == 0 and "都看过了" in page


def test_what_another_auditor_reviewed_still_waits_for_this_one(sqlite_app: Flask) -> None:
    auditor, other = a_person("auditor"), a_person("auditor")
    acts = locked(2)
    audit.review(other, acts, "in-order")
    page = sign_in(sqlite_app, auditor).get("/audit").text
    assert listed(page) == acts and str(other.staff_no) in page


def test_the_desk_goes_back_to_the_beginning_of_the_term(sqlite_app: Flask) -> None:
    before, auditor = locked(1), a_person("auditor")
    acts = locked(1)
    browser = sign_in(sqlite_app, auditor)
    assert listed(browser.get("/audit").text) == acts
    assert listed(browser.get("/audit?show=all").text)[-2:] == before + acts


def role(kind: str, name: str | None = None) -> dict:
    said = {"kind": f"role.{kind}", "at": "2026-01-01T00:00:00Z", "staff": "S-007"}
    return said | {"role": name, "granted_by": None, "second": None, "until": None}


@pytest.mark.parametrize(
    ("entries", "began"),
    [([(3, role("granted", "auditor"))], 3),
     ([(3, role("granted", "auditor")), (9, role("granted", "auditor"))], 3),
     ([(3, role("granted", "moderator")), (9, role("granted", "auditor"))], 9),
     ([(3, role("granted", "auditor")), (5, role("revoked")), (9, role("granted", "auditor"))], 9),
     ([], -1)],
)  # fmt: skip
def test_a_renewal_is_no_new_term_and_a_gap_is(entries: list, began: int) -> None:
    assert desk.began(appointments_of(entries), "S-007") == began


def test_what_one_had_a_part_in_is_shown_apart_and_blocks_nothing(sqlite_app: Flask) -> None:
    auditor, other = a_person("auditor"), a_person("auditor")
    own = [a_complaint() for _ in range(2)]
    a_removal(own[0], second=auditor)
    alone = moderation.remove_alone(
        a_person("moderator"), own[1].number, a_statement(), "emergency"
    )
    two_people.approve(auditor, alone.number)
    acts = [existing(complaint.number).act_entry for complaint in own]
    page = sign_in(sqlite_app, auditor).get("/audit").text
    assert "您参与过，请由另一位查看" in page and still_open(page) == 0
    for_others = [int(n) for n in re.findall(r'id="entry-(\d+)" data-mine', page)]
    assert set(acts) <= set(for_others)
    audit.review(other, for_others, "in-order")
    assert "data-mine" not in sign_in(sqlite_app, auditor).get("/audit").text


def refused(auditor: Account, index: int) -> bool:
    try:
        audit.review(auditor, [index], "in-order")
    except NotAllowed:
        return True
    return False


def test_the_desk_and_the_verb_know_the_same_parts(sqlite_app: Flask) -> None:
    auditor, complaint = a_person("auditor"), a_complaint()
    a_removal(complaint, second=auditor)
    locked(1)
    at = desk.at_desk(auditor.staff_no, log.tip())
    hiding = select(LogEntry.index).where(LogEntry.hides.is_(True)).order_by(LogEntry.index)
    assert list(at.acts) == list(db.session.scalars(hiding))
    assert {index for index in at.acts if refused(auditor, index)} == set(at.mine) != set()


def test_the_desk_is_paged_oldest_first(sqlite_app: Flask, monkeypatch) -> None:
    monkeypatch.setattr(audit_pages, "PAGE", 3)
    auditor = a_person("auditor")
    acts = locked(5)
    browser = sign_in(sqlite_app, auditor)
    page = browser.get("/audit").text
    assert listed(page) == acts[:3] and still_open(page) == 5
    assert listed(browser.get(f"/audit?after={acts[2]}").text) == acts[3:]


def busy(how_many: int) -> None:
    """Acts, appeals, challenges, proposals and merges, as on a board where much happens."""
    author, moderator = a_member(), a_person("moderator")
    for _ in range(how_many):
        older, newer, waits, gone = (a_complaint(author) for _ in range(4))
        merging.propose(moderator, newer.number, older.number)
        two_people.propose(moderator, Measure("remove", waits.number, a_statement()))
        a_removal(gone)
        index = existing(gone.number).act_entry
        appeals.file(author, index, "写的是事实，不是辱骂别人。")
        challenges.file(None, index, "这一条记录写得不对，请看看。")


def test_the_desk_asks_at_most_twelve_times_however_much_happened(sqlite_app: Flask) -> None:
    auditor = a_person("auditor")
    browser, counts = sign_in(sqlite_app, auditor), []
    for more in (2, 8):
        busy(more)
        # What the frame of every page looks at anew after the log has grown is part of it.
        with queries() as asked:
            assert browser.get("/audit").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12, counts
