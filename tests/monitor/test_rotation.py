"""The monitor goes on with the key it was told, however often the log changes its own since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.resources import resource
from forum.complaints.receipts import receipt_of
from forum.log import queries, rotation, service
from forum.log.signing import LogKeys
from forum.monitor.findings import Evidence
from forum.monitor.follow import Follower, LogBroken
from forum.monitor.state import State
from forum.monitor.web import Site
from forum.tlog.note import Signer, Verifier, new_key
from forum.tlog.receipt import check_receipt, parse_receipt
from forum.tlog.rotation import sign_rotation
from forum.transparency import service as transparency
from tests.factories import a_complaint, a_member
from tests.monitor.conftest import UNHURRIED, Board, monitor


@contextmanager
def months_later(months: int = 4) -> Iterator[None]:
    """Long after the former key ceased to sign; the board still counts every day."""
    with clock.set_to(clock.now() + timedelta(days=30 * months)):
        transparency.count_daily()
        db.session.rollback()
        yield


def follow(board: Board, folder) -> tuple[int, list[str]]:
    """The log alone, followed into `folder`: its size, and the codes of what was found."""
    site, state = Site(board.url, UNHURRIED), State(folder)
    try:
        follower = Follower(site, state, Verifier(board.vkey), (), Evidence(folder / "evidence"))
        follower.follow()
        return state.size, [finding.code for finding in follower.ask_again()]
    except LogBroken as broken:
        return state.size, [broken.finding.code]
    finally:
        site.close()
        state.close()


def rotate() -> str:
    rotation.rotate()
    db.session.rollback()
    return rotation.vkey()


def test_a_clean_board_stays_clean_when_its_key_changes(board, tmp_path):
    assert not monitor(board, tmp_path / "state").findings
    rotate()
    report = monitor(board, tmp_path / "state")
    assert not report.findings and report.size == queries.tip().size


@pytest.mark.parametrize("known_before", [True, False])
def test_the_first_key_still_serves_long_after_two_changes(board, tmp_path, known_before):
    if known_before:
        follow(board, tmp_path)
    rotate()
    with months_later():
        rotate()
        with months_later():
            assert follow(board, tmp_path) == (queries.tip().size, [])


@pytest.mark.parametrize("changes", [1, 2])
def test_whoever_was_told_a_later_key_follows_from_the_beginning(board, tmp_path, changes):
    keys = [rotate() for _ in range(2)]
    board.vkey = keys[changes - 1]
    assert follow(board, tmp_path) == (queries.tip().size, [])
    rotate()
    assert follow(board, tmp_path) == (queries.tip().size, [])


def test_the_same_folder_may_be_used_with_the_new_key(board, tmp_path):
    follow(board, tmp_path)
    board.vkey = rotate()
    assert follow(board, tmp_path) == (queries.tip().size, [])
    board.vkey = Signer("board.test/tlog", new_key()).vkey
    assert follow(board, tmp_path)[1] == ["bad-signature"]


def test_a_checkpoint_by_the_new_key_only_is_found_while_both_must_sign(
    board, tmp_path, monkeypatch
):
    follow(board, tmp_path / "known")
    every = LogKeys.signers
    monkeypatch.setattr(LogKeys, "signers", lambda *asked: every(*asked)[:1])
    rotate()
    assert follow(board, tmp_path / "known")[1] == ["bad-signature"]
    assert follow(board, tmp_path / "new")[1] == ["bad-signature"]


def test_a_change_that_the_new_key_signed_itself_is_found(board, tmp_path, monkeypatch):
    """As by an operator who lost the key, or a thief of the machine who never had it."""
    new = Signer("board.test/tlog", new_key())
    old = resource("log").signer
    monkeypatch.setattr(LogKeys, "chain", lambda *_asked: None)
    monkeypatch.setattr(LogKeys, "require_own", lambda *_asked: None)
    monkeypatch.setattr(LogKeys, "signers", lambda *_asked: [new, old])
    with transaction():
        service.append("key.rotated", by="admin", staff=None, vkey=new.vkey,
                       sig=sign_rotation(new, new.vkey))  # fmt: skip
    assert follow(board, tmp_path)[1] == ["bad-signature"]
    monkeypatch.setattr(LogKeys, "signers", lambda *_asked: [new])
    with transaction():
        service.append("setting.changed", by="admin", staff=None, setting="hold", value="off")
    assert follow(board, tmp_path / "late")[1] == ["bad-signature"]


def test_a_key_that_nobody_rotated_to_is_found(board, tmp_path):
    follow(board, tmp_path)
    other = Signer("board.test/tlog", new_key())
    note = queries.tip().note.replace(
        resource("log").signer.line(queries.tip().note.partition("\n\n")[0] + "\n"),
        other.line(queries.tip().note.partition("\n\n")[0] + "\n"),
    )
    board.sql(f"UPDATE log_checkpoint SET note = '{note}' WHERE size = {queries.tip().size}")
    assert follow(board, tmp_path)[1] == ["bad-signature"]


def test_the_checkpoint_that_is_kept_of_a_change_is_asked_for(board, tmp_path):
    index = queries.tip().size
    rotate()
    rotate()
    assert follow(board, tmp_path)[1] == []
    board.sql(
        f"UPDATE log_checkpoint SET note = replace(note, x'0a', ' ') WHERE size = {index + 1}"
    )
    assert follow(board, tmp_path)[1] == ["bad-signature"]


def test_a_receipt_holds_with_the_keys_of_its_time(board):
    old, before = board.vkey, a_complaint(a_member("早的业主"))
    given = receipt_of(before)
    new = rotate()
    during = receipt_of(a_complaint(a_member("中间的业主")))
    with months_later():
        after = receipt_of(a_complaint(a_member("晚的业主")))
        chain = rotation.known_keys()

    def holds(receipt, *vkeys):
        keys = [Verifier(vkey) for vkey in vkeys]
        return all(step.ok for step in check_receipt(parse_receipt(receipt), keys))

    assert [holds(given, old), holds(given, new)] == [True, False]
    assert [holds(during, old), holds(during, new)] == [True, True]
    assert [holds(after, old), holds(after, new)] == [False, True]
    assert all(holds(one, *(key.vkey for key in chain)) for one in (given, during, after))
