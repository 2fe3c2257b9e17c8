"""New rules and an announced closing, honestly published, are clean; changed afterwards, found."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from forum.base import clock
from forum.moderation import closing, rules
from forum.moderation.closing import Announcement
from forum.moderation.rules import RulesText
from forum.transparency import service as transparency
from tests.factories import a_person
from tests.monitor.conftest import Board, codes, monitor, work

WORDS = "本板迁往新址，旧的内容一直可查，没有解决的意见照办。\n\n新址另行公布，编号不变。"


def _announce(board: Board) -> None:
    first = rules.shipped()
    rules.publish(RulesText("第二版规则", first.preamble, first.clauses), by="admin")
    given = Announcement(clock.local_date() + timedelta(days=30), WORDS)
    closing.approve(a_person("auditor"), closing.propose(a_person("admin"), given).id)
    work(board)


def test_new_rules_and_an_announced_closing_are_clean(board: Board, tmp_path: Path):
    _announce(board)
    assert codes(monitor(board, tmp_path)) == set()


def test_rules_that_are_shown_before_their_time_are_found(board: Board, tmp_path: Path):
    _announce(board)
    board.sql("UPDATE rules SET at = '2020-01-01 00:00:00.000000' WHERE version = 2")
    assert codes(monitor(board, tmp_path)) == {"text-changed"}


def test_an_announcement_that_was_changed_is_found(board: Board, tmp_path: Path):
    _announce(board)
    board.sql("UPDATE closing SET text = '一切照常。'")
    assert codes(monitor(board, tmp_path)) == {"text-changed"}


@pytest.mark.parametrize("days", [30])
def test_on_a_closed_board_nobody_misses_the_form(board: Board, tmp_path: Path, days: int):
    _announce(board)
    for later in range(1, days + 1):
        with clock.set_to(clock.now() + timedelta(days=later)):
            transparency.count_daily()
            work(board)
    with clock.set_to(clock.now() + timedelta(days=days, minutes=5)):
        found = codes(monitor(board, tmp_path, at=clock.now()))
    assert "posting-closed" not in found and "text-changed" not in found
