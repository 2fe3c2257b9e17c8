"""What one person did alone, and nobody confirmed, takes two from then on, whatever comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from forum.accounts.models import Account
from forum.base import clock
from forum.base.refusal import Conflict
from forum.complaints import service as complaints
from forum.complaints.covering import Cuts
from forum.moderation import service, two_people
from forum.moderation.models import Statement
from tests.factories import a_complaint, a_member, a_person, a_statement

FACTS = "写了住户的楼层，属于个人信息。"
LATER = timedelta(hours=73)


def _spam(person: Account, number: int) -> Statement:
    return service.remove_alone(person, number, a_statement("spam"), "spam")


def _emergency(person: Account, number: int) -> Statement:
    return service.remove_alone(person, number, a_statement(), "emergency")


def _cover(person: Account, number: int) -> Statement:
    given = a_statement("personal-data", facts=FACTS)
    return service.redact_alone(person, number, given, Cuts(("六楼",)))


WAYS: dict[str, Callable[[Account, int], Statement]] = {
    "spam": _spam, "emergency": _emergency, "cover": _cover,
}  # fmt: skip


@pytest.mark.parametrize(
    ("first", "then"), [(a, b) for a in WAYS for b in WAYS if a != b], ids=lambda way: way
)
def test_what_was_rejected_is_not_done_alone_by_another_way(sqlite_app: Flask, first, then) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    failed = WAYS[first](moderator, complaint.number)
    two_people.reject(a_person("auditor"), failed.number, "没有违反规则。")
    with pytest.raises(Conflict, match=f"处理说明 {failed.number}.*请按双人复核提出"):
        WAYS[then](moderator, complaint.number)
    assert complaints.existing(complaint.number).state == "visible"


def test_what_lapsed_is_not_done_alone_by_another_way_also_before_the_timer_ran(
    sqlite_app: Flask,
) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    failed = _cover(moderator, complaint.number)
    with clock.set_to(clock.now() + LATER):
        for _ in range(2):
            with pytest.raises(Conflict, match=f"处理说明 {failed.number}"):
                _emergency(moderator, complaint.number)
            two_people.lapse_due()


def test_what_failed_on_a_comment_says_nothing_about_the_complaint(sqlite_app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    said = complaints.comment(
        a_member("二栋小李"), complaint.number, "我家也在六楼，也是天天这样。"
    )
    given = a_statement("personal-data", facts=FACTS)
    failed = service.redact_alone(moderator, complaint.number, given, Cuts(("六楼",)), said.id)
    two_people.reject(a_person("auditor"), failed.number, "楼层不是个人信息。")
    assert _emergency(moderator, complaint.number).second is None


def test_what_was_confirmed_does_not_stop_the_next(sqlite_app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    two_people.approve(a_person("auditor"), _cover(moderator, complaint.number).number)
    assert _emergency(moderator, complaint.number).second is None
