"""Holding, refusing, locking, moving and merging, honestly done, are clean; done in secret, found."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from forum.base import clock
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.service import existing
from forum.moderation import holding, locking, merging, moving, two_people
from forum.moderation.measures import Measure
from forum.moderation.moving import Place
from tests.factories import (
    a_code,
    a_complaint,
    a_member,
    a_merge,
    a_person,
    a_project,
    a_removal,
    a_statement,
)
from tests.moderation.rooms import LOCK, MOVE, differences
from tests.monitor.conftest import Board, codes, monitor, work
from tests.scenes import OPEN, RESOLVED


def held_and_decided(board: Board) -> tuple[int, int, int]:
    """One that waits, one that was published, one that was refused."""
    board.app.config["FORUM_HOLD"] = "on"
    waits, published, refused = (a_complaint(title=f"先审第 {n} 条").number for n in (1, 2, 3))
    board.app.config["FORUM_HOLD"] = "off"
    holding.publish(a_person("moderator"), published)
    measure = Measure("refuse", refused, a_statement())
    two_people.approve(
        a_person("auditor"), two_people.propose(a_person("moderator"), measure).number
    )
    return waits, published, refused


def ruled(board: Board) -> None:
    """Locked, moved, merged into an older one, proposed, and one merging that was undone."""
    moderator, neighbour = a_person("moderator"), a_member("三栋老王")
    locking.lock(moderator, RESOLVED, LOCK)
    locking.unlock(a_person("auditor"), RESOLVED, "mistake")
    locking.lock(moderator, OPEN, LOCK)
    there = a_project("lake-view")
    moving.move(moderator, OPEN, Place(there, "parking", "question"), MOVE)
    first, second, third = (
        a_complaint(
            neighbour, title=f"同一件事 {n}", project=there, type="question", key=f"{n}" * 43
        )
        for n in (1, 2, 3)
    )
    complaints.support(a_member("四栋小陈"), first.number)
    for complaint in (first, second):
        a_merge(complaint, existing(OPEN), moderator)
    merging.propose(neighbour, third.number, OPEN)
    proof = Proof(existing(second.number).act_entry, a_code("2" * 43))
    author_acts.unmerge(neighbour, second.number, proof)


def test_held_published_and_refused_are_clean(board: Board, tmp_path: Path) -> None:
    held_and_decided(board)
    work(board)
    report = monitor(board, tmp_path / "state")
    assert not report.findings, report.findings
    assert differences() == []


def test_locked_moved_and_merged_are_clean(board: Board, tmp_path: Path) -> None:
    ruled(board)
    work(board)
    report = monitor(board, tmp_path / "state")
    assert not report.findings, report.findings
    assert differences() == []


def test_what_was_merged_is_in_the_lists_again_when_its_target_is_hidden(
    board: Board, tmp_path: Path
) -> None:
    ruled(board)
    a_removal(existing(OPEN))
    work(board)
    report = monitor(board, tmp_path / "state")
    assert not report.findings, report.findings
    assert differences() == []


def test_what_waits_too_long_is_found(board: Board, tmp_path: Path) -> None:
    held_and_decided(board)
    work(board)
    late = clock.now() + timedelta(hours=24, minutes=20)
    assert "deadline-missed" in codes(monitor(board, tmp_path / "state", late))


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("UPDATE complaint SET locked = 1 WHERE number = 2", "locked-differs"),
        ("UPDATE complaint SET state = 'held', held_until = '2030-01-01' WHERE number = 2",
         "silent-removal"),
        ("UPDATE complaint SET state = 'merged', merged_into = 1 WHERE number = 2",
         "status-differs"),
        ("UPDATE complaint SET supporters = 40 WHERE number = 1", "support-differs"),
        ("UPDATE complaint SET type = 'praise' WHERE number = 2", "category-differs"),
    ],
)  # fmt: skip
def test_the_same_in_secret_is_found(board: Board, tmp_path: Path, secret: str, code: str) -> None:
    board.sql(secret)
    assert code in codes(monitor(board, tmp_path / "state"))
