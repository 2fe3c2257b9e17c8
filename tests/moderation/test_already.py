"""Two at once: one wins, and the other reads who it was, when, why, and in which statement."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from forum.base.refusal import Conflict
from forum.complaints import service as complaints
from forum.complaints.covering import Cuts
from forum.moderation import service, two_people
from forum.moderation.measures import Measure
from tests.factories import a_complaint, a_member, a_person, a_removal, a_statement, csrf, sign_in

CUT = Cuts(("电梯停在六楼",))


def _second(act: str, number: int) -> Measure:
    reason = "personal-data" if act == "redact" else "abuse"
    given = a_statement(reason, facts="第二段写了邻居家里的事。")
    return Measure(act, number, given, None, CUT if act == "redact" else None)


@pytest.mark.parametrize("act", ["remove", "delist", "redact"])
def test_a_second_measure_reads_who_removed_it_when_and_why(sqlite_app: Flask, act: str) -> None:
    complaint, first, agreed = a_complaint(), a_person("moderator"), a_person("moderator")
    number = a_removal(complaint, first, second=agreed)
    with pytest.raises(Conflict) as refused:
        two_people.propose(a_person("moderator"), _second(act, complaint.number))
    said = str(refused.value.sentence)
    assert first.staff_no in said and agreed.staff_no in said and "辱骂" in said
    assert f"处理说明 {number}" in said and "2026-" in said
    assert refused.value.evidence["number"] == number


@pytest.mark.parametrize(
    "again",
    [
        lambda person, number: service.remove_alone(person, number, a_statement(), "emergency"),
        lambda person, number: service.redact_alone(
            person, number, a_statement("personal-data"), CUT
        ),
    ],
    ids=["emergency", "cover"],
)
def test_a_second_act_alone_reads_who_was_first(
    sqlite_app: Flask, again: Callable[[object, int], object]
) -> None:
    complaint, first = a_complaint(), a_person("moderator")
    service.remove_alone(first, complaint.number, a_statement(), "emergency")
    with pytest.raises(Conflict, match=f"{first.staff_no}.*处理说明 1"):
        again(a_person("moderator"), complaint.number)


def test_who_delists_again_reads_who_did_also_after_other_acts(sqlite_app: Flask) -> None:
    complaint, first = a_complaint(), a_person("moderator")
    proposal = two_people.propose(first, _second("delist", complaint.number))
    two_people.approve(a_person("moderator"), proposal.number)
    complaints.comment(a_member("二栋小李"), complaint.number, "我家也是。")
    with pytest.raises(Conflict, match=f"已经移出列表.*{first.staff_no}.*处理说明 1"):
        two_people.propose(a_person("moderator"), _second("delist", complaint.number))


def test_of_one_item_the_act_on_that_item_is_named(sqlite_app: Flask) -> None:
    number, first = a_complaint().number, a_person("moderator")
    gone, other = (complaints.comment(a_member(f"邻居{k}"), number, "骂人的话。") for k in (1, 2))
    for item, who in ((gone.id, first), (other.id, a_person("moderator"))):
        proposal = two_people.propose(who, Measure("remove", number, a_statement(), item))
        two_people.approve(a_person("moderator"), proposal.number)
    with pytest.raises(Conflict, match=f"这一条已不在展示.*{first.staff_no}.*处理说明 1"):
        two_people.propose(a_person("auditor"), Measure("remove", number, a_statement(), gone.id))


def test_who_answers_second_reads_the_outcome_and_the_reason(sqlite_app: Flask) -> None:
    first, late = a_person("moderator"), a_person("moderator")
    proposal = two_people.propose(a_person("moderator"), _second("remove", a_complaint().number))
    two_people.reject(first, proposal.number, "没有指名，不是辱骂。")
    number = proposal.number
    browser = sign_in(sqlite_app, late)
    answer = browser.post(f"/statements/{number}/approve", data={"csrf_token": csrf(browser)})
    assert answer.status_code == 409
    for word in ("不同意", str(first.staff_no), "辱骂", f"处理说明 {number}"):
        assert word in answer.text


def test_who_proposes_the_same_reads_who_did_and_why(sqlite_app: Flask) -> None:
    complaint, first = a_complaint(), a_person("moderator")
    two_people.propose(first, _second("remove", complaint.number))
    with pytest.raises(Conflict, match=f"已在复核中（{first.staff_no}.*辱骂.*处理说明 1"):
        two_people.propose(a_person("moderator"), _second("remove", complaint.number))
