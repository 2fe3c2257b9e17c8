"""Nobody decides alone: who may ask, propose, agree and refuse, and what happens when nobody does."""

from datetime import timedelta

import pytest
from flask import Flask

from forum.accounts.models import Account
from forum.app import ROW_CHECKS
from forum.base import clock
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound, Refusal
from forum.complaints import service as complaints
from forum.complaints.models import Complaint
from forum.complaints.service import existing
from forum.log import queries as log
from forum.log.check import check_log
from forum.moderation import service, two_people
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Proposal, Statement
from tests.factories import a_complaint, a_member, a_person, a_statement, an_erasure

WHY = "这一段说的是事实，不是辱骂。"
FACTS = "这一条点名道姓，请下架。"


def proposed(person: Account, complaint: Complaint, act: str = "remove") -> Proposal:
    """What `person` proposes, with every fact."""
    reason = "abuse" if act == "remove" else "lawful-erasure"
    return two_people.propose(person, Measure(act, complaint.number, a_statement(reason)))


def asked(person: Account, complaint: Complaint, act: str = "remove") -> Proposal:
    """What `person` asks for."""
    reason = "abuse" if act == "remove" else "lawful-erasure"
    return two_people.propose(person, Measure(act, complaint.number, Request(reason, FACTS)))


def kinds_of(complaint: Complaint) -> list[str]:
    """What the log says of it, in order, after the posting."""
    return [entry["kind"] for _index, entry in log.entries_of(complaint.number)][1:]


# act, who proposes, who would agree, the rule that forbids it or None
TABLE = [
    ("remove", "moderator", "moderator", None),
    ("remove", "moderator", "auditor", None),
    ("remove", "auditor", "moderator", None),
    ("remove", "auditor", "auditor", None),
    ("erase", "moderator", "moderator", "auditor"),
    ("erase", "moderator", "auditor", None),
    ("erase", "auditor", "moderator", None),
    ("erase", "auditor", "auditor", None),
    *((act, "moderator", role, "role") for act in ("remove", "erase")
      for role in ("member", "staff", "executive", "admin")),
]  # fmt: skip


@pytest.mark.parametrize(("act", "first", "second", "rule"), TABLE)
def test_who_may_agree_to_what(sqlite_app: Flask, act, first, second, rule):
    complaint, proposer = a_complaint(), a_person(first)
    other = a_member("二栋小李") if second == "member" else a_person(second)
    number = proposed(proposer, complaint, act).number
    if rule is None:
        statement = two_people.approve(other, number)
        assert (statement.staff, statement.second) == (proposer.staff_no, other.staff_no)
        assert existing(complaint.number).state == {"remove": "removed", "erase": "erased"}[act]
        return
    with pytest.raises(NotAllowed) as refused:
        two_people.approve(other, number)
    assert rule == "role" or refused.value.evidence["rule"] == rule
    assert existing(complaint.number).state == "visible"


@pytest.mark.parametrize("role", ["moderator", "auditor"])
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_nobody_answers_their_own_proposal(app: Flask, role, verb):
    person, complaint = a_person(role), a_complaint()
    number = proposed(person, complaint).number
    with pytest.raises(NotAllowed) as refused:
        _answer(verb, person, number)
    assert refused.value.evidence["rule"] == "own-approval"
    assert existing(complaint.number).state == "visible"
    assert kinds_of(complaint) == ["statement.proposed"]


def _answer(verb: str, person: Account, number: int) -> object:
    if verb == "approve":
        return two_people.approve(person, number)
    return getattr(two_people, verb)(person, number, WHY)


@pytest.mark.parametrize("role", ["staff", "executive", "admin"])
def test_others_inside_only_ask_and_a_refused_request_stays_in_the_log(app: Flask, role):
    complaint, person, moderator = a_complaint(), a_person(role), a_person("moderator")
    request = asked(person, complaint)
    with pytest.raises(Conflict):
        two_people.approve(moderator, request.number)
    two_people.refuse_request(moderator, request.number, WHY)
    entries = log.entries_of(complaint.number)[1:]
    assert [entry["kind"] for _i, entry in entries] == ["statement.proposed", "statement.refused"]
    assert entries[0][1]["by"] == role and entries[0][1]["clause"] is None
    assert log.opens(entries[1][0], "text", WHY, entries[1][1])
    assert existing(complaint.number).state == "visible" and check_log(ROW_CHECKS) == []


def test_a_visitor_or_member_cannot_even_ask(sqlite_app: Flask):
    with pytest.raises(NotAllowed):
        asked(a_member("二栋小李"), a_complaint())


def test_a_request_is_taken_up_by_a_proposal_and_its_author_cannot_agree_to_it(app: Flask):
    complaint, boss, moderator = a_complaint(), a_person("executive"), a_person("moderator")
    request = asked(boss, complaint)
    proposal = proposed(moderator, complaint)
    assert (request.state, request.taken_up) == ("approved", proposal.number)
    boss.role = "auditor"  # as somebody whose role was changed meanwhile
    db.session.commit()
    with pytest.raises(NotAllowed):
        two_people.approve(boss, proposal.number)
    boss.role = "executive"  # the log knows of no change, and the check would say so
    db.session.commit()
    two_people.approve(a_person("auditor"), proposal.number)
    assert existing(complaint.number).state == "removed" and check_log(ROW_CHECKS) == []


def test_while_it_waits_the_complaint_stays_visible_and_is_marked(app: Flask):
    complaint = a_complaint()
    number = proposed(a_person("moderator"), complaint).number
    client = app.test_client()
    page = client.get(f"/complaints/{complaint.number}")
    assert page.status_code == 200 and "复核中" in page.text and "提议处理" in page.text
    assert client.get(f"/complaints/{complaint.number}.json").json["pending"] == "review"
    assert "复核中" in client.get(f"/statements/{number}").text
    two_people.reject(a_person("moderator"), number, WHY)
    page = client.get(f"/complaints/{complaint.number}")
    assert "复核中" not in page.text and "不同意处理" in page.text
    assert client.get(f"/complaints/{complaint.number}.json").json["pending"] is None
    assert WHY in client.get(f"/statements/{number}").text


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_what_was_decided_cannot_be_decided_again_and_says_by_whom(app: Flask, verb):
    complaint, second = a_complaint(), a_person("moderator")
    number = proposed(a_person("moderator"), complaint).number
    two_people.reject(second, number, WHY)
    with pytest.raises(Conflict) as refused:
        _answer(verb, a_person("auditor"), number)
    assert str(second.staff_no) in str(refused.value.sentence)
    assert existing(complaint.number).state == "visible"


def test_nothing_waits_under_a_number_that_was_never_given(sqlite_app: Flask):
    with pytest.raises(NotFound):
        two_people.approve(a_person("moderator"), 99)


def test_a_target_that_is_gone_cannot_be_acted_upon(app: Flask):
    complaint, auditor = a_complaint(), a_person("auditor")
    number = proposed(a_person("moderator"), complaint).number
    service.remove_alone(a_person("moderator"), complaint.number, a_statement(), "emergency")
    with pytest.raises(Conflict):
        two_people.approve(auditor, number)
    assert db.session.get(Proposal, number).state == "open"


def test_the_same_measure_is_proposed_once_at_a_time(app: Flask):
    complaint = a_complaint()
    first = proposed(a_person("moderator"), complaint)
    with pytest.raises(Conflict):
        proposed(a_person("moderator"), complaint)
    two_people.reject(a_person("moderator"), first.number, WHY)
    assert proposed(a_person("moderator"), complaint).number == first.number + 1


def test_an_answer_needs_its_reason(sqlite_app: Flask):
    number = proposed(a_person("moderator"), a_complaint()).number
    with pytest.raises(Invalid):
        two_people.reject(a_person("moderator"), number, "  ")
    assert db.session.get(Proposal, number).state == "open"


def test_what_nobody_answers_in_72_hours_lapses(app: Flask):
    complaint = a_complaint()
    number = proposed(a_person("moderator"), complaint).number
    with clock.set_to(clock.now() + timedelta(hours=71)):
        assert two_people.lapse_due() == 0
    with clock.set_to(clock.now() + timedelta(hours=73)):
        with pytest.raises(Conflict):
            two_people.approve(a_person("auditor"), number)
        assert (two_people.lapse_due(), two_people.lapse_due()) == (1, 0)
        assert db.session.get(Proposal, number).state == "lapsed"
        assert kinds_of(complaint) == ["statement.proposed", "statement.lapsed"]
        assert check_log(ROW_CHECKS) == []


@pytest.mark.parametrize(("alone", "reason", "hours"), [("spam", "spam", 72), ("emergency", "abuse", 24)])  # fmt: skip
def test_one_person_alone_removes_for_a_while_only(app: Flask, alone, reason, hours):
    complaint = a_complaint()
    service.remove_alone(a_person("moderator"), complaint.number, a_statement(reason), alone)
    entry = log.entries_of(complaint.number)[-1][1]
    assert entry["second"] is None and entry["lapses"] is not None
    assert existing(complaint.number).state == "removed"
    with clock.set_to(clock.now() + timedelta(hours=hours - 1)):
        assert two_people.lapse_due() == 0
    with clock.set_to(clock.now() + timedelta(hours=hours + 1)):
        assert two_people.lapse_due() == 1
        assert existing(complaint.number).state == "visible"
        assert log.entries_of(complaint.number)[-1][1]["reason"] == "lapsed"
        assert check_log(ROW_CHECKS) == []


def test_a_second_person_confirms_what_one_did_alone(app: Flask):
    complaint, moderator, auditor = a_complaint(), a_person("moderator"), a_person("auditor")
    statement = service.remove_alone(moderator, complaint.number, a_statement(), "emergency")
    with pytest.raises(NotAllowed):
        two_people.approve(moderator, statement.number)
    two_people.approve(auditor, statement.number)
    approved = log.entries_of(complaint.number)[-1][1]
    assert (approved["kind"], approved["of"]) == ("statement.approved", statement.entry)
    with clock.set_to(clock.now() + timedelta(days=30)):
        assert two_people.lapse_due() == 0
        assert existing(complaint.number).state == "removed" and check_log(ROW_CHECKS) == []
    page = app.test_client().get(f"/statements/{statement.number}").text
    assert "一人单独" in page and str(auditor.staff_no) in page


def test_a_second_person_who_disagrees_brings_it_back_at_once(app: Flask):
    complaint = a_complaint()
    statement = service.remove_alone(a_person("moderator"), complaint.number, a_statement(),
                                     "emergency")  # fmt: skip
    two_people.reject(a_person("auditor"), statement.number, WHY)
    assert existing(complaint.number).state == "visible"
    assert kinds_of(complaint)[-2:] == ["statement.rejected", "complaint.restored"]
    assert check_log(ROW_CHECKS) == []


@pytest.mark.parametrize("end", ["lapse", "reject", "restore", "approve"])
def test_an_emergency_is_granted_once_per_complaint_ever(app: Flask, end):
    complaint, moderator = a_complaint(), a_person("moderator")
    number = service.remove_alone(moderator, complaint.number, a_statement(), "emergency").number
    if end == "lapse":
        with clock.set_to(clock.now() + timedelta(hours=25)):
            two_people.lapse_due()
    elif end == "restore":
        service.restore(moderator, complaint.number, "mistake")
    else:
        _answer(end, a_person("auditor"), number)
    if end == "approve":
        service.restore(moderator, complaint.number, "mistake")
    with clock.set_to(clock.now() + timedelta(days=3)), pytest.raises(Conflict):
        service.remove_alone(moderator, complaint.number, a_statement(), "emergency")
    assert existing(complaint.number).state == "visible"


@pytest.mark.parametrize("end", ["lapse", "reject", "restore"])
def test_spam_that_was_brought_back_is_not_removed_alone_again(sqlite_app: Flask, end: str):
    complaint, moderator = a_complaint(), a_person("moderator")
    given = a_statement("spam")
    number = service.remove_alone(moderator, complaint.number, given, "spam").number
    if end == "lapse":
        with transaction():
            two_people.lapse(db.session.get_one(Proposal, number))
    elif end == "restore":
        service.restore(moderator, complaint.number, "mistake")
    else:
        _answer(end, a_person("auditor"), number)
    with pytest.raises(Conflict, match=f"处理说明 {number}.*请按双人复核提出"):
        service.remove_alone(moderator, complaint.number, given, "spam")
    proposal = two_people.propose(moderator, Measure("remove", complaint.number, given))
    assert two_people.approve(a_person("moderator"), proposal.number).second


@pytest.mark.parametrize("case", ["another ground", "a reply", "a comment", "three", "a day old"])
def test_spam_is_removed_alone_only_when_nobody_cared_yet(sqlite_app: Flask, case):
    complaint, moderator = a_complaint(), a_person("moderator")
    later = timedelta(hours=25 if case == "a day old" else 1)
    reason = "abuse" if case == "another ground" else "spam"
    if case in ("a reply", "a comment"):
        complaints.comment(a_member("二栋小李"), complaint.number, "这不是广告。")
    for k in range(3 if case == "three" else 2):
        complaints.support(a_member(f"邻居{k}"), complaint.number)
    with clock.set_to(clock.now() + later), pytest.raises(Refusal):
        service.remove_alone(moderator, complaint.number, a_statement(reason), "spam")
    assert existing(complaint.number).state == "visible"
    assert db.session.query(Statement).count() == 0


def test_statements_and_proposals_share_one_sequence_of_numbers(app: Flask):
    first = proposed(a_person("moderator"), a_complaint()).number
    alone = service.remove_alone(a_person("moderator"), a_complaint().number, a_statement(),
                                 "emergency").number  # fmt: skip
    assert (first, alone, an_erasure(a_complaint())) == (1, 2, 3)


def test_erasing_ends_what_else_was_waiting(app: Flask):
    complaint = a_complaint()
    alone = service.remove_alone(a_person("moderator"), complaint.number, a_statement(),
                                 "emergency").number  # fmt: skip
    an_erasure(complaint)
    assert db.session.get(Proposal, alone).state == "lapsed"
    with clock.set_to(clock.now() + timedelta(days=4)):
        assert two_people.lapse_due() == 0 and service.restore_ended() == 0
        assert existing(complaint.number).state == "erased" and check_log(ROW_CHECKS) == []
