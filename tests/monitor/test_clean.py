"""On an honest board nothing is found, whatever honest people do."""

from __future__ import annotations

import json

from forum.monitor.cli import main
from forum.monitor.state import State
from tests.monitor.conftest import Board, monitor


def test_an_honest_board_is_clean(board, tmp_path):
    report = monitor(board, tmp_path / "state")
    assert report.findings == []
    assert (report.complaints, report.balance["visible"]) == (4, 2)


def run(board: Board, *more: str) -> int:
    return main([board.url, "--vkey", board.vkey, *more])


def test_the_exit_status_is_the_verdict(board, tmp_path, capsys):
    asked = ("--state", str(tmp_path / "m"), "--json", str(tmp_path / "r.json"))
    assert run(board, *asked) == 0 and "clean" in capsys.readouterr().out
    found = json.loads((tmp_path / "r.json").read_text())
    assert list(found) == ["url", "checkpoint", "complaints", "entries", "balance", "witnesses",
                           "findings"]  # fmt: skip
    assert main(["http://127.0.0.1:9", "--vkey", board.vkey]) == 2
    assert main([board.url, "--vkey", "not a key"]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_the_page_for_journalists_shows_what_the_site_said_as_text(board, tmp_path, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    board.sql("UPDATE complaint SET title = '<script>alert(1)</script>' WHERE number = 1")
    page = tmp_path / "r.html"
    assert run(board, "--state", str(tmp_path / "m"), "--html", str(page)) == 1
    html = page.read_text("utf-8")
    assert "<script" not in html and "&lt;script&gt;" in html and "text-changed" in html


def test_a_round_goes_on_where_it_stopped(board, tmp_path):
    monitor(board, tmp_path / "state")
    state = State(tmp_path / "state")
    state.begin_round()
    assert not state.looked_at(1, 5)
    state.note_look(1, 5, ())
    state.close()
    again = State(tmp_path / "state")
    assert again.begin_round() == [] and again.looked_at(1, 5) and not again.looked_at(1, 6)
    again.end_round()
    again.begin_round()
    assert not again.looked_at(1, 5)
