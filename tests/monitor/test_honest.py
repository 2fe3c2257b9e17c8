"""Whatever honest people do, and however long: nothing is found."""

from __future__ import annotations

import os
import random
from datetime import timedelta

from forum.base import clock
from tests.monitor.conftest import monitor, work
from tests.monitor.street import Street, let_the_night_pass

# `make faults` asks for a thousand.
ACTS = int(os.environ.get("HONEST_ACTS", "150"))
NIGHTS = 3


def test_honest_acts_of_all_kinds_are_no_findings(board, tmp_path):
    street, dice, now = Street(), random.Random(7), clock.now()
    for night in range(NIGHTS):
        now = max(now, clock.now()) + timedelta(days=8 * night, minutes=1)
        with clock.set_to(now):
            assert street.live(dice, ACTS // NIGHTS) == ACTS // NIGHTS
            let_the_night_pass()
            work(board)
        # A minute later nothing that is shown may be older than the log.
        with clock.set_to(now + timedelta(minutes=2)):
            report = monitor(board, tmp_path / "state", now + timedelta(minutes=2))
        assert not report.findings, "\n".join(map(str, report.findings))
    assert report.complaints > ACTS // 10 and len(street.kinds) > 20, street.kinds
