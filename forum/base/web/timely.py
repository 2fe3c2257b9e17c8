"""What falls due by time is done by the worker, or by the first request after it when that is away.

A board whose worker stands still would go on showing a removal that has lapsed, or a withdrawal
that nobody stopped. So now and then a request, before it is answered, asks the rows what is due.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from flask import Flask, request

from forum.base.db import db

EVERY = 30.0  # seconds in which one request of a process looks; the contract grants 15 minutes
logger = logging.getLogger("forum.web")


def install(app: Flask, timers: Sequence[Callable[[], object]]) -> None:
    """Let requests of `app` run `timers`: each does what is due now, and bears being run twice."""
    looking = threading.Lock()
    # Not at once: a server that just started has its worker beside it.
    state = {"next": time.monotonic() + EVERY}

    @app.before_request
    def _() -> None:
        if time.monotonic() < state["next"] or request.endpoint in (None, "static"):
            return
        if not looking.acquire(blocking=False):
            return
        try:
            state["next"] = time.monotonic() + EVERY
            _run(timers)
        finally:
            looking.release()


def _run(timers: Sequence[Callable[[], object]]) -> None:
    for timer in timers:
        try:
            timer()
        except Exception:
            # Whoever asked for a page gets it: what is due is tried again, by the worker too.
            logger.exception("what is due could not be done")
            db.session.rollback()
    db.session.rollback()
