"""What stands in a digest: what is missing comes first, and nobody inside chooses what is shown."""

import json

import pytest

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.refusal import NotFound
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint
from forum.digest import cases, service
from forum.digest.compose import compose
from forum.digest.value import from_payload, to_payload
from forum.log import queries as log
from forum.moderation import moving
from forum.moderation import service as moderation
from forum.moderation.moving import Place
from forum.response import service as response
from tests.digest.days import morning
from tests.factories import a_complaint, a_member, a_person, a_project, a_removal
from tests.moderation.rooms import MOVE


def digest(n: int = 0):
    """The digest of the morning `n` days on."""
    with clock.set_to(morning(n)):
        return compose(clock.local_date())


def supported(complaint: Complaint, times: int) -> Complaint:
    """The complaint with `times` people who say "me too"."""
    for _ in range(times):
        complaints.support(a_member(), complaint.number)
    return complaint


def test_overdue_complaints_come_latest_first_with_their_days(app):
    with clock.set_to(morning(0)):
        first, answered = a_complaint(title="最早的一条"), a_complaint()
        response.reply(a_person(), answered.number, "已换新电机，今天试运行，请您看看。")
    with clock.set_to(morning(1)):
        a_complaint()
    found = digest(20)
    assert (found.overdue_total, [case.number for case in found.overdue]) == (2, [1, 3])
    assert found.overdue[0].title == first.title
    assert found.overdue[0].days_late == (morning(20) - first.due_at).days


def test_what_is_not_late_yet_is_listed_as_unanswered(app):
    with clock.set_to(morning(0)):
        late = a_complaint()
    with clock.set_to(morning(18)):
        waiting = a_complaint()
    found = digest(20)
    assert found.unanswered_total == 2
    assert [case.number for case in found.unanswered] == [waiting.number]
    assert [case.number for case in found.overdue] == [late.number]


def test_every_removal_stands_with_reason_clause_facts_and_staff_number(app):
    moderator, second = a_person("moderator"), a_person("moderator")
    statement = a_removal(a_complaint(), moderator, reason="personal-data", second=second)
    act = digest().acts[0]
    assert (act.kind, act.reason, act.clause) == ("complaint.removed", "personal-data", "3.2")
    assert (act.staff, act.second, act.statement) == (
        moderator.staff_no, second.staff_no, statement)  # fmt: skip
    assert act.facts == "第二段辱骂楼下住户，点名道姓。"
    assert log.entry(act.entry)["kind"] == "complaint.removed"


def test_a_restoration_stands_with_its_own_reason(app):
    complaint = a_complaint()
    a_removal(complaint)
    moderation.restore(a_person("moderator"), complaint.number, "mistake")
    assert [(act.kind, act.reason) for act in digest().acts] == [
        ("complaint.removed", "abuse"),
        ("complaint.restored", "mistake"),
    ]


def test_no_act_falls_between_two_issues_and_none_is_told_twice(app):
    numbers = []
    for n in range(3):
        with clock.set_to(morning(n)):
            a_removal(a_complaint())
            issue = service.send(clock.local_date())
            a_removal(a_complaint())  # after the digest went out
        numbers += [act.number for act in from_payload(issue.payload).acts]
    numbers += [act.number for act in digest(3).acts]
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_unproven_withdrawals_that_wait_are_counted(app):
    author = a_member()
    with clock.set_to(morning(0)):
        complaint = a_complaint(author)
        author_acts.withdraw(author, complaint.number, Proof(complaint.act_entry))
    found = digest(1)
    assert (found.balance.waiting, found.acts, found.other_acts) == (1, (), 1)


def test_a_promise_that_broke_is_named(app):
    with clock.set_to(morning(0)):
        complaint = a_complaint(title="路灯")
        response.reply(a_person(), complaint.number, "周五之前换好。", until=clock.local_date())
    with clock.set_to(morning(1)):
        response.break_promises()
    broken = digest(1).broken
    assert [(promise.number, promise.title) for promise in broken] == [(complaint.number, "路灯")]


def test_voices_follow_the_fixed_rule_and_are_never_trimmed(app):
    with clock.set_to(morning(0)):
        late = supported(a_complaint(), 1)
        a_complaint()
    with clock.set_to(morning(18)):
        loud = supported(a_complaint(body="很长的一段话。" * 1000), 2)
        a_complaint()
        newest = a_complaint()
    voices = digest(20).voices
    assert [voice.number for voice in voices] == [loud.number, late.number, newest.number]
    assert [voice.rule for voice in voices] == list(cases.VOICE_RULES)
    assert voices[0].body == loud.body


def test_taking_a_complaint_out_of_the_lists_does_not_keep_it_from_the_executives(app):
    complaint = supported(a_complaint(), 1)
    a_complaint()
    with transaction():
        db.session.get(Complaint, complaint.number).listed = False
    assert digest().voices[0].number == complaint.number


def test_a_day_is_counted_by_type_beside_the_mean_of_the_week(app):
    for n in (0, 3, 9):
        with clock.set_to(morning(n)):
            a_complaint(type="suggestion")
    found = {count.type: (count.number, count.mean) for count in digest(9).counts}
    assert found["suggestion"] == (1, 1 / 7)  # the first lies before the week
    assert found["praise"] == (0, 0)
    assert digest(1).counts[0].mean is None


def test_projects_are_ranked_by_households_and_only_from_ten_complaints_on(app):
    author = a_member()
    for slug, households, number in (("small", 100, 10), ("large", 1000, 12), ("quiet", 10, 9)):
        project = a_project(slug, households=households)
        for _ in range(number):
            a_complaint(author, project=project)
    a_removal(a_complaint(author, project="large"))
    found = digest()
    assert [(rank.slug, rank.unsolved, rank.per_thousand) for rank in found.ranking] == [
        ("small", 10, 100),
        ("large", 13, 13),  # the removed one is no less unsolved
    ]
    assert found.unranked == 1


def test_moving_to_praise_betters_no_rank(app):
    author, moderator = a_member(), a_person("moderator")
    for _ in range(10):
        a_complaint(author)
    a_complaint(author, type="praise")
    before = digest().ranking
    for number in range(1, 11):
        moving.move(moderator, number, Place(type="praise"), MOVE)
    assert digest().ranking == before and before[0].unsolved == 10


def test_imported_complaints_stay_out_of_clocks_counts_and_ranks(app):
    with clock.set_to(morning(0)):
        number = a_complaint().number
        with transaction():
            row = db.session.get(Complaint, number)
            row.imported, row.due_at = True, None
    found = digest(0)
    assert (found.overdue_total, found.unanswered_total, found.voices) == (0, 0, ())
    assert sum(count.number for count in found.counts) == 0
    assert (found.ranking, found.unranked) == ((), 0)


def test_composing_changes_nothing(app):
    a_complaint()
    before = log.tip()
    digest()
    assert log.tip() == before


def test_an_issue_outlives_its_day_unchanged(app):
    a_removal(a_complaint())
    found = digest()
    assert from_payload(json.loads(json.dumps(to_payload(found)))) == found


@pytest.mark.parametrize("n", [-2, 1])
def test_no_digest_is_made_up_for_another_day(app, n):
    with clock.set_to(morning(3)), pytest.raises(NotFound):
        compose(clock.local_date(morning(3 + n)))
