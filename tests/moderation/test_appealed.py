"""While an appeal waits nothing is done anew; what an appeal undid is not done again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from forum.base.refusal import Conflict
from forum.complaints import service as complaints
from forum.complaints.covering import Cuts
from forum.complaints.service import existing
from forum.moderation import (
    appeals,
    bulk,
    challenges,
    flags,
    locking,
    merging,
    moving,
    service,
    two_people,
)
from forum.moderation.bulk import Wish
from forum.moderation.decisions import decision_at, is_over, replaced_by
from forum.moderation.measures import Measure
from forum.moderation.moving import Place
from tests.factories import a_complaint, a_member, a_person, a_removal, a_statement
from tests.moderation.flagged import KEPT, a_flag
from tests.moderation.rooms import LOCK, MOVE, differences, kinds_of

WORDS = "第二段是物业公告的原话，不是骂人，请看照片。"
REASONS = "原话出自物业公告，不构成辱骂，处理错了。"
PARKING, FEES = Place(category="parking"), Place(category="fees")


def _remove(number: int, reason: str = "abuse") -> object:
    measure = Measure("remove", number, a_statement(reason))
    return two_people.propose(a_person("moderator"), measure)


def _delist(number: int) -> object:
    return two_people.propose(a_person("moderator"), Measure("delist", number, a_statement()))


ACTS: dict[str, Callable[[int], object]] = {
    "lock": lambda number: locking.lock(a_person("moderator"), number, LOCK),
    "move": lambda number: moving.move(a_person("moderator"), number, FEES, MOVE),
    "merge": lambda number: merging.propose(a_person(), number, number - 1),
    "remove": _remove,
    "alone": lambda number: service.remove_alone(
        a_person("moderator"), number, a_statement(), "emergency"),
    "delist": _delist,
}  # fmt: skip


def moved_and_appealed() -> tuple[int, int]:
    """The number of a complaint whose move waits for an auditor, and that of the appeal."""
    a_complaint()
    author = a_member("二栋小李")
    number = a_complaint(author).number
    moved = moving.move(a_person("moderator"), number, PARKING, MOVE)
    return number, appeals.file(author, moved.entry, WORDS).number


@pytest.mark.parametrize("act", ACTS)
def test_while_an_appeal_waits_nothing_new_begins(app: Flask, act: str) -> None:
    number, appeal = moved_and_appealed()
    with pytest.raises(Conflict, match=f"第 {appeal} 号申诉还没有决定"):
        ACTS[act](number)
    wish = Wish("lock", (number,), grounds=LOCK)
    assert "号申诉还没有决定" in (bulk.preview(a_person("moderator"), wish)[0].problem or "")
    appeals.decide(a_person("auditor"), appeal, "rejected", REASONS)
    ACTS[act](number)
    assert differences() == []


def test_an_order_is_obeyed_while_an_appeal_waits(sqlite_app: Flask) -> None:
    number, _appeal = moved_and_appealed()
    _remove(number, "authority-order")
    assert kinds_of(number)[-1] == "statement.proposed"


def test_whoever_flagged_cannot_forbid_a_measure(sqlite_app: Flask) -> None:
    number = a_complaint().number
    a_flag(number, person := a_member("举报的人"))
    kept = flags.keep(a_person("moderator"), number, None, "abuse", KEPT)
    appeals.file(person, kept.entry, WORDS)
    _remove(number)


def test_a_removal_taken_back_is_not_repeated_under_the_appeal(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    a_removal(complaint)
    appeal = appeals.file(author, existing(complaint.number).act_entry, WORDS)
    service.restore(a_person("moderator"), complaint.number, "mistake")
    with pytest.raises(Conflict, match=f"第 {appeal.number} 号申诉"):
        _remove(complaint.number)
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    assert existing(complaint.number).state == "visible"


def test_a_cut_taken_back_is_not_repeated_under_the_appeal_but_another_may_be_made(
    sqlite_app: Flask,
) -> None:
    author, moderator = a_member(), a_person("moderator")
    number = a_complaint(author).number
    given = a_statement("personal-data", facts="写了住户的楼层，属于个人信息。")
    first = Measure("redact", number, given, cuts=Cuts(("六楼",)))
    second = Measure("redact", number, given, cuts=Cuts(("送孩子",)))
    made = two_people.approve(a_person("moderator"), two_people.propose(moderator, first).number)
    appeals.file(author, made.entry, WORDS)
    waiting = two_people.propose(moderator, second)
    two_people.reject(a_person("moderator"), waiting.number, "没有写明是谁家的孩子。")
    service.lift(moderator, made.number, "mistake")
    with pytest.raises(Conflict, match="号申诉还没有决定"):
        two_people.propose(moderator, first)


@pytest.mark.parametrize("act", ["lock", "move"])
@pytest.mark.parametrize("by", ["appeal", "challenge"])
def test_what_an_auditor_undid_is_not_done_again(app: Flask, act: str, by: str) -> None:
    author, auditor = a_member("二栋小李"), a_person("auditor")
    number = a_complaint(author).number
    ACTS[act](number)
    index = existing(number).act_entry
    if by == "appeal":
        appeals.decide(auditor, appeals.file(author, index, WORDS).number, "upheld", REASONS)
    else:
        challenges.decide(auditor, challenges.file(None, index, WORDS).number, "upheld", REASONS)
    with pytest.raises(Conflict, match="第 1 号(申诉|异议)成立"):
        ACTS[act](number)
    assert (existing(number).locked, existing(number).category.slug) == (False, "repair")
    assert differences() == []


def test_a_move_that_a_later_one_replaced_can_be_appealed_once_that_is_undone(app: Flask) -> None:
    author, moderator, auditor = a_member(), a_person("moderator"), a_person("auditor")
    number = a_complaint(author).number
    first = moving.move(moderator, number, PARKING, MOVE).entry
    second = moving.move(moderator, number, FEES, MOVE).entry
    with pytest.raises(Conflict, match=f"记录 {second}") as refused:
        appeals.file(author, first, WORDS)
    assert "取代" in str(refused.value.sentence) and "撤销" not in str(refused.value.sentence)
    appeals.decide(auditor, appeals.file(author, second, WORDS).number, "upheld", REASONS)
    assert existing(number).category.slug == "parking"
    appeals.decide(auditor, appeals.file(author, first, WORDS).number, "upheld", REASONS)
    assert existing(number).category.slug == "repair"
    assert differences() == []


def test_what_a_later_move_left_alone_is_put_back_by_itself(app: Flask) -> None:
    author, moderator = a_member(), a_person("moderator")
    number = a_complaint(author).number
    first = moving.move(moderator, number, Place(type="praise"), MOVE).entry
    moving.move(moderator, number, PARKING, MOVE)
    appeal = appeals.file(author, first, WORDS)
    appeals.decide(a_person("auditor"), appeal.number, "upheld", REASONS)
    back = existing(number)
    assert (back.type, back.category.slug) == ("criticism", "parking")
    assert differences() == []


def test_a_later_lock_stands_in_the_place_of_the_first(sqlite_app: Flask) -> None:
    author, moderator = a_member(), a_person("moderator")
    number = a_complaint(author).number
    first = locking.lock(moderator, number, LOCK).entry
    locking.unlock(moderator, number, "mistake")
    assert is_over(decision_at(first)) and replaced_by(decision_at(first)) is None
    second = locking.lock(moderator, number, LOCK).entry
    assert replaced_by(decision_at(first)) == second
    complaints.support(a_member("邻居"), number)
    assert not is_over(decision_at(second))
