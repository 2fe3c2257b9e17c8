"""forum-monitor as a program: alone with cryptography, killed in the middle, and taken up again."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.monitor.conftest import Board

ROOT = Path(__file__).parents[2]
# What a bare install has: nothing but the standard library, cryptography, and our own package.
ALONE = """
import sys
class Bare:
    def find_spec(self, name, path=None, target=None):
        top = name.partition('.')[0]
        if top not in sys.stdlib_module_names | {'forum', 'cryptography', 'cffi', '_cffi_backend'}:
            raise ImportError(f'{name} is not in a bare install')
sys.meta_path.insert(0, Bare())
from forum.monitor.cli import main
sys.exit(main(sys.argv[1:]))
"""


def start(board: Board, *more: str) -> subprocess.Popen[str]:
    """The program in a process of its own."""
    command = [sys.executable, "-c", ALONE, board.url, "--vkey", board.vkey, *more]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_bare_install_runs_it(board, tmp_path):
    said, errors = start(board, "--state", str(tmp_path), "--rate", "20").communicate(timeout=120)
    assert said.endswith("clean\n"), said + errors


def looked(folder: Path) -> int:
    """How many complaints a round has looked at."""
    file = folder / "monitor.sqlite"
    if not file.exists():
        return 0
    base = sqlite3.connect(file)
    try:
        return int(base.execute("SELECT count(*) FROM looked").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        base.close()


def test_killed_in_the_middle_it_goes_on_where_it_was(board, tmp_path):
    first = start(board, "--state", str(tmp_path), "--rate", "20")
    deadline = time.monotonic() + 60
    while not looked(tmp_path) and first.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert first.returncode == -signal.SIGKILL and 0 < looked(tmp_path) < 4
    said, errors = start(board, "--state", str(tmp_path), "--rate", "20").communicate(timeout=120)
    assert said.endswith("clean\n") and looked(tmp_path) == 4, said + errors
