"""Witnesses whom the monitor knows must keep up, and receipts people hold must be honoured."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from forum.base import clock
from forum.base.db import db
from forum.complaints import service as complaints
from forum.complaints.receipts import receipt_of
from forum.log import keys, witnesses
from forum.monitor.cli import main
from forum.monitor.round import Report
from tests.factories import a_complaint, a_member
from tests.monitor.conftest import Board, monitor, work
from tests.monitor.front import answering, put_before
from tests.monitor.test_attacks import GONE
from tests.scenes import OPEN
from tests.witness.running import Running, a_witness, running


@pytest.fixture
def witness(used_instance: Path, tmp_path: Path) -> Iterator[Running]:
    """A witness of the used board's log; leaving the stack takes it away."""
    vkey = keys.read_signer(used_instance / "log.key").vkey
    with ExitStack() as stack:
        made = stack.enter_context(running(a_witness(tmp_path / "w", vkey, name="w1.example")))
        made.leave = stack.close  # type: ignore[attr-defined]
        yield made


@pytest.fixture
def watched(serve, used_instance: Path, tmp_path: Path, witness: Running) -> Board:
    """A served board whose checkpoints the witness cosigns."""
    policy = tmp_path / "policy"
    policy.write_text(f"witness one {witness.vkey} {witness.url}\nquorum one\n")
    copied = shutil.copytree(used_instance, tmp_path / "instance", symlinks=True)
    return serve(Path(copied), FORUM_WITNESSES=str(policy), FORUM_ALLOW_HTTP="1")


def gather() -> None:
    witnesses.gather()
    db.session.rollback()


def look(board: Board, folder: Path, witness: Running, at: datetime | None = None) -> Report:
    return monitor(board, folder, at, keys=[witness.vkey])


def a_while_after_a_support(board: Board, folder: Path, witness: Running) -> Report:
    """What is found two minutes after an entry that came six minutes after all the others."""
    then = clock.now() + timedelta(minutes=6)
    with clock.set_to(then):
        complaints.support(a_member("邻居"), OPEN)
        db.session.rollback()
    with clock.set_to(then + timedelta(minutes=2)):
        return look(board, folder, witness, clock.now())


def test_a_witness_that_cosigns_is_counted(watched, tmp_path, witness):
    gather()
    report = look(watched, tmp_path / "state", witness)
    assert report.witnesses == 1 and not report.findings


def test_a_witness_that_never_cosigned_is_missed(watched, tmp_path, witness):
    report = a_while_after_a_support(watched, tmp_path / "state", witness)
    assert report.witnesses == 0
    assert "stale-checkpoint" in {finding.code for finding in report.findings}


def test_a_witness_that_stays_behind_is_missed(watched, tmp_path, witness):
    gather()
    assert not look(watched, tmp_path / "state", witness).findings
    report = a_while_after_a_support(watched, tmp_path / "state", witness)
    assert [f.code for f in report.findings] == ["stale-checkpoint"]


def test_a_forged_cosignature_is_a_bad_signature(watched, tmp_path, witness):
    gather()
    note = watched.app.test_client().get("/tlog/checkpoint").text
    head, line = note.rstrip("\n").rsplit(" ", 1)
    forged = f"{head} {line[:-8]}AAAAAAA=\n"
    put_before(watched.app, lambda path, agent: path == "/tlog/checkpoint",
               answering("200 OK", forged))  # fmt: skip
    report = look(watched, tmp_path / "state", witness)
    assert "bad-signature" in {finding.code for finding in report.findings}


def test_a_receipt_of_a_complaint_that_is_hidden_is_not_honoured(board, tmp_path):
    given = receipt_of(a_complaint(a_member("新业主")))
    db.session.rollback()
    receipt = tmp_path / "receipt.json"
    receipt.write_text(given, "utf-8")
    work(board)
    assert not monitor(board, tmp_path / "before", receipts=[receipt]).findings
    board.sql(*GONE, "DELETE FROM complaint WHERE number = 5")
    found = monitor(board, tmp_path / "state", receipts=[receipt]).findings
    broken = next(f for f in found if f.code == "receipt-not-honoured")
    assert broken.complaint == 5 and "silent-removal" in broken.seen
    assert "board.test/tlog" in Path(broken.evidence or "").read_text("utf-8")


def test_the_program_takes_witnesses_and_receipts(board, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    receipt = tmp_path / "receipt.json"
    receipt.write_text("no receipt", "utf-8")
    asked = [board.url, "--vkey", board.vkey, "--receipt", str(receipt), "--sample", "0.5"]
    assert main(asked) == 1 and "receipt-not-honoured" in capsys.readouterr().out
