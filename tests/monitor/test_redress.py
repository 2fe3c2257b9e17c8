"""Appeals, challenges and the end of the sealed, honestly done, are clean; hidden or changed, found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forum.base import clock
from forum.base.db import db
from forum.complaints.covering import Cuts
from forum.moderation import appeals, challenges, sealed_end, sealed_views, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Statement
from forum.response import service as response
from forum.transparency import service as transparency
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
)
from tests.moderation.rooms import differences
from tests.monitor.conftest import Board, codes, monitor, work

SAID = "第二段是物业公告的原话，\n 不是骂人，请看照片 <3。"


def decided(board: Board) -> None:
    """An appeal that was upheld, one that was rejected, a challenge answered, and those that wait."""
    author, auditor = a_member("五栋小赵"), a_person("auditor")
    for outcome in ("upheld", "rejected"):
        number = a_removal(a_complaint(author, title=f"申诉 {outcome}"))
        index = db.session.get_one(Statement, number).entry
        sealed_views.view(auditor, number)
        appeals.decide(auditor, appeals.file(author, index, SAID).number, outcome, SAID)
    challenge = challenges.file(None, 0, SAID)
    challenges.decide(auditor, challenge.number, "inadmissible", SAID)
    work(board)


def test_honest_redress_is_clean(board, tmp_path):
    decided(board)
    assert monitor(board, tmp_path / "state").findings == []


def test_what_was_destroyed_after_its_time_is_clean(board, tmp_path):
    author = a_member("六栋小钱")
    cut, gone = (a_complaint(author, title="电话 13800138000 没人接", key=k * 43) for k in "xy")
    reply = response.reply(a_person("staff"), gone.number, "已在核实此事。")
    given = a_statement("personal-data", facts="写出了物业经理的手机号。")
    for measure in (Measure("redact", cut.number, given, None, Cuts(("13800138000",))),
                    Measure("remove", gone.number, a_statement())):  # fmt: skip
        proposal = two_people.propose(a_person("moderator"), measure)
        two_people.approve(a_person("moderator"), proposal.number)
    assert reply.id
    later = clock.now() + timedelta(days=190)
    with clock.set_to(later):
        response.close_silent()
        response.break_promises()
        transparency.count_daily()
        assert sealed_end.destroy_due() == 2
        work(board)
        assert differences() == []
    with clock.set_to(later + timedelta(minutes=2)):
        report = monitor(board, tmp_path / "state", later + timedelta(minutes=2))
    assert report.findings == []


@pytest.mark.parametrize(
    ("change", "code"),
    [("UPDATE appeal SET reasons = '没有道理，一律驳回，不必多说。' WHERE number = 2", "text-changed"),
     ("UPDATE appeal SET reasons = '' WHERE number = 2", "text-changed"),
     ("UPDATE appeal SET outcome = 'rejected' WHERE number = 2", "status-differs"),
     ("DELETE FROM appeal WHERE number = 2", "statement-missing"),
     ("DELETE FROM challenge WHERE number = 1", "statement-missing"),
     ("UPDATE challenge SET reasons = '一切都好，没有问题，请放心。' WHERE number = 2", "text-changed")],
)  # fmt: skip
def test_what_was_hidden_or_changed_is_found(board, tmp_path, change, code):
    decided(board)
    board.sql(change)
    assert code in codes(monitor(board, tmp_path / "state"))


def test_reasons_that_an_erasure_destroyed_are_clean(board, tmp_path):
    author, auditor = a_member("七栋小孙"), a_person("auditor")
    complaint = a_complaint(author)
    words, until = f"写的是“{complaint.body}”。", clock.local_date() + timedelta(days=9)
    given = a_statement(facts=words, until=until)
    asked = two_people.propose(a_person("moderator"), Measure("suspend", complaint.number, given))
    entry = two_people.approve(a_person("moderator"), asked.number).entry
    appeals.decide(auditor, appeals.file(author, entry, words).number, "rejected", words)
    decided(board)
    an_erasure(complaint)
    work(board)
    assert monitor(board, tmp_path / "state").findings == []
