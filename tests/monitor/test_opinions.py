"""What an auditor signed stays where everybody can read it, in the auditor's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from forum.log import queries as log
from forum.transparency import audit
from forum.transparency.audit import Opinion
from tests.factories import a_person
from tests.monitor.conftest import Board, codes, monitor, work

WORDS = "看过的五条里，有两条没有写明事实。\n\n  理由和条款对不上，不能说没有问题。"


def signed(board: Board) -> int:
    """An adverse opinion on all that is there."""
    last = log.tip().size - 1
    number = audit.report(a_person("auditor"), Opinion(2, last, "adverse", WORDS)).number
    work(board)
    return number


def test_a_signed_opinion_that_is_shown_is_clean(board: Board, tmp_path: Path) -> None:
    signed(board)
    audit.review(a_person("auditor"), [log.newest_of(["complaint.removed"])], "questioned")
    work(board)
    report = monitor(board, tmp_path / "state")
    assert not report.findings, report.findings


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("UPDATE audit_report SET text = '一切都好。' WHERE number = {n}", "text-changed"),
        ("DELETE FROM audit_report WHERE number = {n}", "statement-missing"),
        ("UPDATE audit_report SET first = 5 WHERE number = {n}", "figures-differ"),
        ("UPDATE audit_report SET entry = 4 WHERE number = {n}", "statement-missing"),
    ],
)
def test_an_opinion_that_was_tampered_with_is_found(
    board: Board, tmp_path: Path, secret: str, code: str
) -> None:
    board.sql(secret.format(n=signed(board)))
    assert code in codes(monitor(board, tmp_path / "state"))
