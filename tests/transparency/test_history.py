"""A long random history, made with hypothesis: what the rows say is what the log alone says.

The street's people (`tests/monitor/street.py`) do everything that can be done; hypothesis decides
who does what, and when. Everything goes on on one board, so the history is as long as all its
chapters. ACTS: how many acts (`make faults` asks for 2,000).
"""

from __future__ import annotations

import os
import random
from datetime import timedelta

from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from forum.app import ROW_CHECKS
from forum.base import clock, outbox
from forum.base.db import db
from forum.log.check import check_log
from forum.log.models import LogEntry
from forum.tlog.entry import parse_entry
from forum.tlog.facts import Facts, facts_of_log
from forum.tlog.measures import figures, part_of
from forum.tlog.window import CODES
from forum.transparency import facts
from forum.transparency.figures import counted
from tests.monitor.street import Act, Street, let_the_night_pass

ACTS = int(os.environ.get("ACTS", "200"))
CHAPTER = 25
HOURS = st.sampled_from((1, 5, 30, 80, 200))
# A seed decides who does what to which; what can be done at all is for the board to say.
SEEDS = st.integers(0, 2**48)
PARTS = ({"verified": True}, {"category": "repair"}, {"type": "criticism"})


class Town(Street):
    """A street in which more is hidden."""

    def _choices(self, number: int, dice: random.Random) -> list[tuple[str, Act]]:
        if dice.random() < 0.5:
            return [*self._grave(number, dice), *self._partly(number, dice)]
        return super()._choices(number, dice)


class History:
    """What happened so far on one board, and what time it is there; broken: what went wrong first."""

    def __init__(self) -> None:
        self.street, self.now = Town(), clock.now()
        self.broken: Exception | None = None

    def go_on(self, hours: int, seeds: list[int]) -> None:
        """One more chapter: hours pass, each seed is an act, and what falls due happens."""
        self.now += timedelta(hours=hours, minutes=7)
        with clock.set_to(self.now):
            for seed in seeds:
                self.street.live(random.Random(seed), 1)
            let_the_night_pass()
            while outbox.drain():
                pass
        db.session.rollback()


def of_log() -> Facts:
    """The facts by the entries alone: nothing else of the board is asked."""
    rows = db.session.execute(select(LogEntry.index, LogEntry.bytes).order_by(LogEntry.index))
    return facts_of_log((index, parse_entry(data)) for index, data in rows)


def check_figures() -> None:
    """Every figure of every window and of some parts, by both sources."""
    by_rows, by_log = facts.read()[0], of_log()
    assert by_rows == by_log
    for code in CODES:
        assert figures(by_rows, code) == figures(by_log, code), code
    for part in PARTS:
        assert figures(part_of(by_rows, **part), "all") == figures(part_of(by_log, **part), "all")
    for staff in figures(by_log, "all").staff:
        part = figures(part_of(by_rows, staff=staff), "all")
        assert part == figures(part_of(by_log, staff=staff), "all"), staff


def test_after_any_history_the_figures_are_those_of_the_log_alone(sqlite_app: Flask):
    history = History()

    # Nothing is made smaller: what a chapter does depends on those before it.
    @settings(max_examples=ACTS // CHAPTER + 5, deadline=None, database=None, derandomize=True,
              phases=(Phase.generate,), suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(HOURS, st.lists(SEEDS, min_size=CHAPTER, max_size=CHAPTER, unique=True))
    def chapter(hours: int, seeds: list[int]) -> None:
        # What went wrong once stays wrong, also when it is played again.
        if history.broken:
            raise history.broken
        try:
            if history.street.acts < ACTS:
                history.go_on(hours, seeds)
                check_figures()
        except Exception as error:
            history.broken = error
            raise

    chapter()
    assert history.street.acts >= ACTS
    page = counted("all", None).everybody
    assert page.fields() == figures(of_log(), "all").fields()
    assert check_log(ROW_CHECKS) == []
    print(f"\n{history.street.acts} acts of {len(history.street.kinds)} kinds, "
          f"{page.size} entries, {page.number('measures')} measures")  # fmt: skip
