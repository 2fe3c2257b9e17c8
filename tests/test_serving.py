"""`forum serve`: it answers, its worker works and is started again, and it ends in order."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from forum.base import outbox
from forum.base.db import db
from tests.conftest import settings
from tests.factories import a_complaint

PATIENCE = 60  # seconds; a machine may be busy with other tests


def eventually(condition):
    """The first true value of `condition()`; the test fails when it stays false."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail(f"waited {PATIENCE} s for {condition.__name__}")


@pytest.fixture
def served(sqlite_app, tmp_path):
    """The address and the process of a board served by `forum serve`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    with subprocess.Popen(
        [sys.executable, "-m", "forum.cli", "serve", "--bind", bind],
        env={**os.environ, **settings(tmp_path / "instance")}, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout.readline() == f"直言 is served at http://{bind}\n"
        yield f"http://{bind}", server
        server.kill()


def worker_of(server):
    """The child that holds the lock of the one worker; None while there is none."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    for child in children:
        try:
            open_files = [os.readlink(path) for path in Path(f"/proc/{child}/fd").iterdir()]
        except OSError:
            continue
        if any(name.endswith("worker.lock") for name in open_files):
            return int(child)
    return None


def nothing_waits():
    db.session.rollback()
    return outbox.waiting() == 0


def test_a_board_is_served_with_a_worker_that_is_replaced_when_it_dies(served):
    address, server = served
    with urllib.request.urlopen(f"{address}/") as answer:
        assert answer.status == 200
    first = eventually(lambda: worker_of(server))
    os.kill(first, signal.SIGKILL)
    eventually(lambda: worker_of(server) not in (None, first))
    a_complaint()
    assert eventually(nothing_waits)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_leaves_nothing_running(served, end):
    _address, server = served
    eventually(lambda: worker_of(server))
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    server.send_signal(end)
    assert server.wait(PATIENCE) == 0 and len(children) == 3
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_children_do_not_outlive_a_server_that_was_killed(served):
    _address, server = served
    worker = eventually(lambda: worker_of(server))
    server.kill()
    server.wait()
    assert eventually(lambda: not Path(f"/proc/{worker}").exists())


def test_an_address_in_use_is_told_at_once(served, tmp_path):
    address, _server = served
    again = subprocess.run(
        [sys.executable, "-m", "forum.cli", "serve", "--bind", address.removeprefix("http://")],
        env={**os.environ, **settings(tmp_path / "instance")}, capture_output=True, text=True,
    )  # fmt: skip
    assert again.returncode == 1 and "another program uses it" in again.stderr
    assert again.stderr.count("\n") == 1
