"""Where the tests' files are: in memory, where the machine has enough of it.

A database of PostgreSQL is some three hundred files, made and removed for every test that wants
one. On a disk that takes the system longer than the test. What a test kills, it kills with a
signal: nothing here depends on what a disk keeps when the power fails.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

SHARED = Path("/dev/shm")
ENOUGH = 4 * 2**30  # bytes that must be free there


def use() -> None:
    """Let temporary files of this process and its children be in memory, unless TMPDIR says where."""
    if "TMPDIR" not in os.environ and _has_room():
        os.environ["TMPDIR"] = tempfile.tempdir = str(SHARED)


def _has_room() -> bool:
    if not os.access(SHARED, os.W_OK | os.X_OK):
        return False
    return shutil.disk_usage(SHARED).free >= ENOUGH
