"""The worker: carries out the outbox, and runs what falls due by time.

One worker works at a time (a lock file on SQLite, an advisory lock on PostgreSQL); a second one
waits for its place. Every job may be run again after a crash: daily ones are remembered by local
date, the others ask the rows what is due.
"""

from __future__ import annotations

import fcntl
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Flask
from sqlalchemy import Date, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.base import clock, outbox
from forum.base.db import Base, UtcDateTime, db, transaction
from forum.base.resources import instance

# Seconds between rounds. What comes meanwhile is carried out together: writing the search index
# once for ten complaints costs what it costs for one, and the processor belongs to the visitors.
IDLE = 0.5
WORKER_LOCK = 0x5A48_5957
logger = logging.getLogger("forum.worker")


@dataclass(frozen=True)
class Job:
    """Something done by time: each `every`, or once per local day after `daily_at`."""

    name: str
    run: Callable[[], object]
    every: timedelta | None = None
    daily_at: str | None = None  # "08:00", where the board lives


class JobRun(Base):
    """That a daily job was done for a local date; unique, so it is done once."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Worker:
    """Runs the outbox and the jobs of one application until told to stop."""

    def __init__(self, app: Flask, jobs: Sequence[Job]) -> None:
        self.app = app
        self.jobs = jobs
        self.stopped = threading.Event()
        self._last: dict[str, datetime] = {}

    def run(self) -> None:
        """Work until `stop`; a failing job is logged and tried again at its next time."""
        with self.app.app_context(), _only_worker(self.stopped):
            while not self.stopped.is_set():
                if not self.step():
                    self.stopped.wait(IDLE)

    def step(self) -> bool:
        """One round: whether the outbox may hold more than a round takes up."""
        try:
            is_full = outbox.drain() >= outbox.BATCH
        except Exception:
            logger.exception("the outbox could not be read")
            db.session.rollback()
            is_full = False
        for job in self.jobs:
            self._run_when_due(job)
        return is_full

    def stop(self, *_signal: object) -> None:
        """Finish what is under way and leave."""
        self.stopped.set()

    def _run_when_due(self, job: Job) -> None:
        now = clock.now()
        last = self._last.get(job.name)
        if job.every is not None and last is not None and now - last < job.every:
            return
        if job.daily_at is not None and (
            (last is not None and now - last < timedelta(seconds=20)) or not _is_due(job, now)
        ):
            return
        self._last[job.name] = now
        try:
            job.run()
            if job.daily_at is not None:
                _remember(job, now)
        except Exception:
            logger.exception("job %s failed", job.name)
            db.session.rollback()


def _is_due(job: Job, now: datetime) -> bool:
    at = time.fromisoformat(job.daily_at or "00:00")
    if now.astimezone(clock.BOARD_ZONE).time() < at:
        return False
    done = db.session.scalar(
        select(JobRun.at).where(JobRun.name == job.name, JobRun.day == clock.local_date(now))
    )
    db.session.rollback()
    return done is None


def _remember(job: Job, now: datetime) -> None:
    with transaction():
        db.session.merge(JobRun(name=job.name, day=clock.local_date(now), at=now))


@contextmanager
def _only_worker(stopped: threading.Event) -> Iterator[None]:
    """Wait until no other worker of this board is at work."""
    if db.engine.dialect.name == "postgresql":
        # Not in a transaction: an idle one would keep the database from clearing up behind it.
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            query = text("SELECT pg_try_advisory_lock(:key)")
            while not connection.scalar(query, {"key": WORKER_LOCK}):
                if stopped.wait(1):
                    break
            yield
        return
    with open(instance() / "worker.lock", "w") as file:
        while not _locked(file.fileno()):
            if stopped.wait(1):
                break
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def run_until_signalled(worker: Worker) -> None:
    """`forum worker`: run in this process until SIGTERM or SIGINT."""
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    worker.run()
