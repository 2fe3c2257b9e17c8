"""Nothing becomes less visible without a reason that everybody can read."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints import service as complaints
from forum.complaints.service import existing
from forum.log import queries as log
from forum.log.models import LogEntry
from forum.moderation import rules, service, two_people
from forum.moderation.measures import Measure, StatementOfReasons
from forum.moderation.models import Proposal, Statement
from forum.notifications.models import Notice
from forum.tlog.entry import REASONS
from forum.transparency import queries as transparency
from tests.factories import a_complaint, a_member, a_person, a_removal, sign_in

GOOD = {"reason": "abuse", "clause": "3.4", "facts": "第二段辱骂楼下住户，点名道姓。",
        "detection": "notice", "automated_detection": False, "automated_decision": "none", "until": None}  # fmt: skip


def a_measure(number: int, **other: object) -> Measure:
    """A removal for `GOOD` reasons, but for those given."""
    return Measure("remove", number, StatementOfReasons(**(GOOD | other)))


def test_a_removal_is_an_entry_with_its_reason_and_a_statement(app: Flask) -> None:
    complaint, moderator, second = a_complaint(), a_person("moderator"), a_person("moderator")
    proposal = two_people.propose(moderator, a_measure(complaint.number))
    statement = two_people.approve(second, proposal.number)
    index, entry = log.entries_of(complaint.number)[-1]
    assert (entry["kind"], entry["reason"], entry["staff"]) == (
        "complaint.removed", "abuse", moderator.staff_no)  # fmt: skip
    assert entry["second"] == second.staff_no and entry["lapses"] is None
    assert entry["statement"] == statement.number == proposal.number
    assert log.opens(index, "facts", statement.facts, entry)
    assert existing(complaint.number).state == "removed"


@pytest.mark.parametrize(
    "wrong",
    [{"facts": ""}, {"facts": "短"}, {"reason": "other"}, {"reason": "duplicate"},
     {"clause": "99.9"}, {"clause": "3.3"}, {"clause": "1.1"}, {"detection": "hunch"}],
)  # fmt: skip
def test_removal_needs_a_reason(sqlite_app: Flask, wrong: dict[str, object]) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    with pytest.raises(Invalid):
        two_people.propose(moderator, a_measure(complaint.number, **wrong))
    for way in ("spam", "emergency"):
        with pytest.raises(Invalid):
            service.remove_alone(moderator, complaint.number, StatementOfReasons(**(GOOD | wrong)),
                                 way)  # fmt: skip
    assert existing(complaint.number).state == "visible"
    assert db.session.scalar(select(func.count(Statement.number))) == 0
    assert db.session.scalar(select(func.count(Proposal.number))) == 0


@pytest.mark.parametrize("role", ["member", "staff", "executive", "auditor", "admin"])
def test_only_a_moderator_can_remove_alone(sqlite_app: Flask, role: str) -> None:
    person = a_member() if role == "member" else a_person(role)
    with pytest.raises(NotAllowed):
        service.remove_alone(person, a_complaint().number, StatementOfReasons(**GOOD), "emergency")


def test_a_removal_cannot_be_done_twice(app: Flask) -> None:
    complaint = a_complaint()
    a_removal(complaint)
    with pytest.raises(Conflict):
        a_removal(complaint)
    with pytest.raises(Conflict):
        complaints.support(a_member(), complaint.number)


def test_restoring_shows_it_again_and_says_why(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    a_removal(complaint, moderator)
    with pytest.raises(Invalid):
        service.restore(moderator, complaint.number, "because")
    service.restore(moderator, complaint.number, "mistake")
    entry = log.entries_of(complaint.number)[-1][1]
    assert (entry["kind"], entry["reason"]) == ("complaint.restored", "mistake")
    assert existing(complaint.number).state == "visible"
    assert existing(complaint.number).due_at is not None


@pytest.mark.parametrize("reason", ["appeal-upheld", "lapsed", "because", ""])
def test_a_moderator_restores_and_lifts_only_what_was_wrong(app: Flask, reason: str) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    number = a_removal(complaint, moderator)
    for undo in (lambda: service.restore(moderator, complaint.number, reason),
                 lambda: service.lift(moderator, number, reason)):  # fmt: skip
        with pytest.raises(Invalid, match="处理有误"):
            undo()
    assert existing(complaint.number).state == "removed"
    form = sign_in(app, moderator).get(f"/statements/{number}").text
    assert 'value="mistake"' in form and "checked" in form
    assert 'value="appeal-upheld"' not in form and 'value="lapsed"' not in form


def test_a_removal_with_a_last_day_lapses_by_itself(app: Flask) -> None:
    complaint = a_complaint()
    until = clock.local_date() + timedelta(days=3)
    measure = a_measure(complaint.number, until=until)
    proposal = two_people.propose(a_person("moderator"), measure)
    two_people.approve(a_person("moderator"), proposal.number)
    assert service.restore_ended() == 0
    with clock.set_to(clock.now() + timedelta(days=5)):
        service.restore_ended()
    assert existing(complaint.number).state == "visible"
    assert log.entries_of(complaint.number)[-1][1]["reason"] == "lapsed"


def test_the_author_is_told_with_reason_and_clause_once(app: Flask) -> None:
    complaint = a_complaint()
    a_removal(complaint)
    outbox.drain()
    outbox.drain()
    notices = list(db.session.scalars(select(Notice).where(Notice.what == "removed")))
    assert len(notices) == 1 and notices[0].account_id == complaint.account_id
    assert notices[0].details["reason"] == "abuse" and notices[0].details["facts"]


def test_what_is_back_says_why_it_is_back_and_not_why_it_was_gone(app: Flask) -> None:
    complaint = a_complaint()
    a_removal(complaint)
    service.restore(a_person("moderator"), complaint.number, "mistake")
    outbox.drain()
    notice = db.session.scalars(select(Notice).where(Notice.what == "restored")).one()
    assert notice.details["reason"] == "mistake"
    assert not {"facts", "clause"} & set(notice.details)


def test_every_reason_code_has_its_clause_in_the_shipped_rules(app: Flask) -> None:
    cited = {clause["reason"] for clause in rules.current().clauses}
    assert set(REASONS) <= cited | {None}


def test_rules_are_published_in_the_log(app: Flask) -> None:
    published = rules.current()
    entry = log.entry(published.entry)
    assert (entry["kind"], entry["version"]) == ("rules.published", 1)
    assert log.opens(published.entry, "text", rules.shipped().committed(), entry)


def test_the_balance_adds_up_after_every_act(app: Flask) -> None:
    first, second = a_complaint(), a_complaint()
    a_removal(first)
    balance = transparency.balance()
    assert (balance.received, balance.visible, balance.removed) == (2, 1, 1)
    service.restore(a_person("moderator"), first.number, "mistake")
    a_removal(second, reason="spam")
    balance = transparency.balance()
    assert (balance.received, balance.visible, balance.removed) == (2, 1, 1)
    assert db.session.scalar(select(func.count(LogEntry.index))) > 0
