"""The foreign programs can be used on this machine."""

import subprocess


def test_the_foreign_log_check_builds_and_refuses_to_guess(tlogcheck):
    run = subprocess.run([tlogcheck], capture_output=True, text=True)
    assert run.returncode == 2, run.stderr
