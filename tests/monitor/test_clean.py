"""On an honest board nothing is found."""

from __future__ import annotations

from tests.monitor.conftest import monitor


def test_an_honest_board_is_clean(board, tmp_path):
    report = monitor(board, tmp_path / "state")
    assert report.findings == []
    assert (report.complaints, report.balance["visible"]) == (4, 2)
    assert report.size == 21 or report.size > 10
