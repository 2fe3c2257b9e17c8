"""A test that did not run is named, and under CI=true it is a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ONE_PASSES_ONE_CANNOT_RUN = """
from tests.plugin import could_not_run
def test_passes(): pass
def test_needs_a_browser(): could_not_run("the browser", "Chromium is not installed")
"""


def _run(folder: Path, tests: str, ci: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-p", "tests.plugin", "--rootdir", folder]
    return subprocess.run(
        [*command, "-c", os.devnull, "-p", "no:cacheprovider", *options, folder],
        cwd=ROOT,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_what_could_not_run_is_named_and_fails_only_under_ci(tmp_path, options):
    at_home = _run(tmp_path, ONE_PASSES_ONE_CANNOT_RUN, "", *options)
    under_ci = _run(tmp_path, ONE_PASSES_ONE_CANNOT_RUN, "true", *options)
    named = "test_needs_a_browser: the browser: Chromium is not installed"
    assert named in at_home.stdout and named in under_ci.stdout
    assert (at_home.returncode, under_ci.returncode) == (0, 1)


def test_a_run_without_skips_passes_under_ci(tmp_path):
    run = _run(tmp_path, "def test_passes(): pass", "true")
    assert run.returncode == 0 and "could not run" not in run.stdout
