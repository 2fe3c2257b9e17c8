"""The daily balance, written into the log: also its heartbeat."""

from __future__ import annotations

from forum.base import clock
from forum.base.db import transaction
from forum.log import service as log
from forum.tlog.entry import COUNTS
from forum.transparency import queries


def count_daily() -> bool:
    """Append today's `balance.counted`, once per local date; whether this call did.

    What is already there is looked for under the write lock, so two workers cannot both append.
    """
    today = clock.local_date()
    with transaction():
        newest = queries.history(limit=1)
        if newest and newest[0].date >= today:
            return False
        counted = queries.balance()
        counts = {name: getattr(counted, name) for name in (*COUNTS, "delisted", "redacted")}
        log.append("balance.counted", by="system", date=today.isoformat(), **counts)
    return True
