"""A log that was seen once cannot be taken back, replaced or quietly changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import db
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.receipts import receipt_of
from forum.monitor import receipts
from forum.monitor.board import Board as Declared
from forum.monitor.findings import Evidence
from forum.monitor.follow import CouldNotCheck
from forum.monitor.state import State
from forum.tlog.merkle import Tree
from forum.tlog.note import Signer, Verifier, new_key
from tests.factories import a_complaint, a_member
from tests.monitor.conftest import Board, codes, monitor
from tests.scenes import OPEN


@pytest.fixture
def two(serve, used_instance: Path, tmp_path: Path) -> Callable[[str], Board]:
    """`two(name)`: the same board, served from a copy of its own."""

    def two(name: str) -> Board:
        return serve(Path(shutil.copytree(used_instance, tmp_path / name, symlinks=True)))

    return two


def act(count: int = 1) -> None:
    """Let some neighbours say "me too"."""
    for _ in range(count):
        complaints.support(a_member("邻居"), OPEN)
    db.session.rollback()


def test_a_restored_backup_is_found(two, tmp_path):
    board = two("newer")
    act()
    assert not monitor(board, tmp_path / "state").findings
    assert "log-rollback" in codes(monitor(two("older"), tmp_path / "state"))


@pytest.mark.parametrize("acts", [1, 3])
def test_a_second_history_is_found_with_both_signatures_kept(two, tmp_path, acts):
    board = two("one")
    act()
    assert not monitor(board, tmp_path / "state").findings
    other = two("other")
    # At another second: the same act at the same time would be the same history.
    with clock.set_to(clock.now() + timedelta(seconds=30)):
        act(acts)
    found = monitor(other, tmp_path / "state").findings
    fork = next(finding for finding in found if finding.code == "log-fork")
    assert Path(fork.evidence or "").read_text("utf-8").count("— board.test") == 2


def test_an_entry_altered_after_it_was_seen_is_found(board, tmp_path):
    assert not monitor(board, tmp_path / "state").findings
    board.sql("UPDATE log_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'criticism',"
              " 'praise') AS BLOB)")  # fmt: skip
    found = monitor(board, tmp_path / "state").findings
    assert found[0].code == "entry-altered" and found[0].entry is not None


def test_another_key_is_found(board, tmp_path):
    board.vkey = Signer("board.test/tlog", new_key()).vkey
    assert codes(monitor(board, tmp_path / "state")) == {"bad-signature"}


def test_a_board_that_does_not_answer_gets_no_verdict(board, tmp_path):
    board.url = "http://127.0.0.1:9"
    with pytest.raises(CouldNotCheck):
        monitor(board, tmp_path / "state")


def test_a_folder_is_of_one_log_only(board, tmp_path):
    monitor(board, tmp_path / "state")
    board.vkey = Signer("other.test/tlog", new_key()).vkey
    with pytest.raises(CouldNotCheck):
        monitor(board, tmp_path / "state")


def test_the_state_knows_every_root_on_the_way(board, tmp_path):
    monitor(board, tmp_path / "state")
    state, tree = State(tmp_path / "state"), Tree()
    for index, entry in state.entries():
        assert state.root_at(index) == tree.root
        tree.append([entry])
    assert state.root_at(tree.size) == tree.root and state.root_at(tree.size + 1) is None


def test_a_log_of_several_bundles_grows_in_the_state(board, tmp_path):
    monitor(board, tmp_path / "state")
    act(300)
    report = monitor(board, tmp_path / "state")
    assert not report.findings and report.size > 300
    assert not monitor(board, tmp_path / "state").findings


def _due(author: Account) -> None:
    complaint = a_complaint(author)
    author_acts.withdraw(author, complaint.number, Proof(of=complaint.act_entry))
    db.session.rollback()


def test_what_is_due_and_not_done_is_found(board, tmp_path):
    _due(a_member("搬走的业主"))
    board.forget()
    eight_days = clock.now() + timedelta(days=8)
    found = {f.code for f in monitor(board, tmp_path / "state", eight_days).findings}
    assert found >= {"deadline-missed", "stale-checkpoint"}
    soon = clock.now() + timedelta(hours=20)
    assert not {f.code for f in monitor(board, tmp_path / "state", soon).findings} & {
        "deadline-missed", "stale-checkpoint",
    }  # fmt: skip


def check_receipt(board: Board, state: Path, data: str) -> set[str]:
    """The codes of what is wrong with a receipt, once the log was followed into `state`."""
    file = state / "receipt.json"
    file.write_text(data, "utf-8")
    kept, declared = State(state), Declared("board.test/tlog")
    declared.read(kept.entries())
    known = receipts.Known(declared, kept)
    found = receipts.check(file, known, Verifier(board.vkey), Evidence(state))
    return {finding.code for finding in found}


def test_a_receipt_is_honoured_until_its_history_is_gone(two, tmp_path):
    board = two("newer")
    act()
    given = receipt_of(a_complaint(a_member("新业主")))
    db.session.rollback()
    monitor(board, tmp_path / "state")
    assert check_receipt(board, tmp_path / "state", given) == set()
    forged = given.replace("电梯", "花园")
    assert check_receipt(board, tmp_path / "state", forged) == {"receipt-not-honoured"}
    older = two("older")
    monitor(older, tmp_path / "other")
    assert check_receipt(older, tmp_path / "other", given) == {
        "log-rollback", "receipt-not-honoured",
    }  # fmt: skip
    act(5)
    monitor(older, tmp_path / "other")
    assert check_receipt(older, tmp_path / "other", given) == {
        "log-fork", "receipt-not-honoured",
    }  # fmt: skip
