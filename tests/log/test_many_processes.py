"""Several processes append to one log, and one of them may die at the worst moment."""

import subprocess
import sys
from pathlib import Path

import pytest

from forum.base.resources import resource
from forum.log import queries
from forum.log.check import check_log
from tests.log.board import support

ROOT = Path(__file__).parents[2]
PROCESSES, EACH = 4, 100


def _start(folder, url, count, flaw=""):
    command = [sys.executable, "-m", "tests.log.board", folder, url or "-", str(count), flaw]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _append_together(folder, url, flaw=""):
    """Exit status and indexes of each process, all let go at the same moment."""
    processes = [_start(folder, url, EACH, flaw) for _ in range(PROCESSES)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * PROCESSES
    (folder / "go").touch()
    outputs = [process.communicate(timeout=300)[0] for process in processes]
    indexes = [int(line) for output in outputs for line in output.split()]
    return [process.returncode for process in processes], indexes


def _assert_gap_free(statuses, indexes):
    assert statuses == [0] * PROCESSES
    assert sorted(indexes) == list(range(1, PROCESSES * EACH + 1))
    assert check_log() == []
    assert queries.tip().size == PROCESSES * EACH + 1


def test_four_processes_append_a_hundred_entries_each_without_gap_or_fork(app, tmp_path, url):
    _assert_gap_free(*_append_together(tmp_path / "instance", url))
    assert resource("log").last_signed.read().size == PROCESSES * EACH + 1


def test_without_the_write_lock_the_same_test_would_fail(app, tmp_path, url):
    found = _append_together(tmp_path / "instance", url, "no-lock")
    with pytest.raises(AssertionError):
        _assert_gap_free(*found)


def test_a_process_killed_after_its_commit_leaves_last_signed_behind_never_ahead(
    app, tmp_path, url
):
    folder = tmp_path / "instance"
    (folder / "go").touch()
    killed = _start(folder, url, 5, "killed-after-commit")
    killed.communicate(timeout=300)
    behind = resource("log").last_signed.read()
    assert (killed.returncode, behind.size, queries.tip().size) == (9, 1, 2)
    assert support().index == 2
    assert (resource("log").last_signed.read().size, check_log()) == (3, [])
