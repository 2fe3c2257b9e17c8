"""On an honest board nothing is found, whatever honest people do."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Refusal
from forum.complaints import author_acts, photos
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.moderation import service as moderation
from forum.monitor.cli import main
from forum.monitor.state import State
from forum.response import service as response
from forum.response.service import Resolution
from forum.transparency import service as transparency
from tests.factories import a_code, a_complaint, a_member, a_person, a_removal
from tests.monitor.conftest import Board, monitor, work
from tests.scenes import a_picture

ACTS = 60
HARD = (
    'A&amp;B <script>alert(1)</script>  "引号"\n\n\n 第二段\t有\u3000空格 http://x.test/a?b=1&c=2'
)


class Street:
    """People who do everything that can be done, to complaints picked by a fixed dice."""

    def __init__(self) -> None:
        self.author = a_member("守信业主", verified=True)
        self.neighbour, self.staff = a_member("邻居 & Co"), a_person()
        self.moderator = a_person("moderator")
        self._keys: dict[int, str] = {}

    def post(self, turn: int) -> None:
        photo = photos.prepare(a_picture(320, 240), f"照片 {turn}")
        photos.store((photo,))
        key = f"{turn:043d}"
        more = {"photos": (photo,)} if turn % 3 == 0 else {}
        made = a_complaint(self.author, title=f"第 {turn} 件 <事>", body=HARD, key=key,
                           remedy="修好。" if turn % 2 else None, **more)  # fmt: skip
        self._keys[made.number] = key

    def _proof(self, number: int, proven: bool) -> Proof:
        of = complaints.existing(number).act_entry
        return Proof(of=of, code=a_code(self._keys[number]) if proven else None)

    def acts(self, number: int, proven: bool) -> list[Callable[[], object]]:
        me, them, staff = self.author, self.neighbour, self.staff
        return [
            lambda: complaints.comment(them, number, f"我家也是。\n{HARD}"),
            lambda: complaints.comment(me, number, "还没好。"),
            lambda: complaints.support(them, number),
            lambda: complaints.withdraw_support(them, number),
            lambda: response.reply(staff, number, "已在排查。"),
            lambda: response.reply(staff, number, "我查一查。", holding=True, until=_today()),
            lambda: response.reply(staff, number, "周五修好。", until=_today()),
            lambda: response.resolve(staff, number, Resolution("fixed", "rule"), "换了新的。"),
            lambda: self._status(number, "confirmed", proven),
            lambda: self._status(number, "disputed", proven),
            lambda: self._status(number, "open", proven),
            lambda: author_acts.edit(me, number, f"改 {proven}", HARD + "改",
                                     self._proof(number, proven)),
            lambda: author_acts.withdraw(me, number, self._proof(number, proven)),
            lambda: author_acts.stop_withdrawal(me, number),
            lambda: author_acts.undo_withdrawal(me, number, self._proof(number, proven)),
            lambda: a_removal(complaints.existing(number), self.moderator),
            lambda: moderation.restore(self.moderator, number, "mistake"),
        ]  # fmt: skip

    def _status(self, number: int, status: str, proven: bool) -> None:
        author_acts.change_status(self.author, number, status, self._proof(number, proven))

    def live(self, dice: random.Random, acts: int = ACTS) -> int:
        """Let so many acts happen; those that the rules forbid are not counted."""
        done = 0
        while done < acts:
            if done % 8 == 0 and len(self._keys) <= done // 8:
                self.post(done)
                done += 1
                continue
            number = dice.choice(list(self._keys))
            try:
                dice.choice(self.acts(number, dice.random() < 0.6))()
                done += 1
            except Refusal:
                db.session.rollback()
        return done


def _today() -> object:
    return clock.local_date()


def test_an_honest_board_is_clean(board, tmp_path):
    report = monitor(board, tmp_path / "state")
    assert report.findings == []
    assert (report.complaints, report.balance["visible"]) == (4, 2)


@pytest.mark.parametrize("seed", [1])
def test_honest_acts_of_all_kinds_are_no_findings(board, tmp_path, seed):
    street = Street()
    assert street.live(random.Random(seed)) == ACTS
    transparency.count_daily()
    work(board)
    report = monitor(board, tmp_path / "state")
    assert report.findings == [] and report.complaints > 8
    street.live(random.Random(seed + 1), 10)
    work(board)
    assert monitor(board, tmp_path / "state").findings == []


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
