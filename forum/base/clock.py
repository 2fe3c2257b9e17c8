"""The only source of "now". Tests and the sample data set it; nothing else reads the host's clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BOARD_ZONE = ZoneInfo("Asia/Shanghai")
MAX_STEP = timedelta(seconds=60)

_set_to: datetime | None = None


def _steady() -> float:
    """Seconds of a clock nobody can set; where there is one, it runs on while the host sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


_started_wall = time.time()
_started_steady = _steady()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _set_to if _set_to is not None else datetime.now(UTC)


def is_set() -> bool:
    """Whether `now()` is what `set_to` says, and no clock's reading."""
    return _set_to is not None


def local_date(moment: datetime | None = None) -> date:
    """The calendar day of `moment` (default now) where the board lives."""
    return (moment or now()).astimezone(BOARD_ZONE).date()


def has_stepped() -> bool:
    """Whether the host's clock moved more than 60 s against one that nobody can set."""
    if _set_to is not None:
        return False
    drift = (time.time() - _started_wall) - (_steady() - _started_steady)
    return abs(drift) > MAX_STEP.total_seconds()


def accept_step() -> None:
    """Take the host's clock as it stands now for the new reference of `has_stepped`."""
    global _started_wall, _started_steady
    _started_wall, _started_steady = time.time(), _steady()


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Within the block, `now()` is `moment` (aware)."""
    global _set_to
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone is not a moment")
    before, _set_to = _set_to, moment.astimezone(UTC)
    try:
        yield
    finally:
        _set_to = before


def format_utc(moment: datetime) -> str:
    """RFC 3339 in UTC to the second: ``2026-11-22T03:04:05Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_utc(text: str) -> datetime:
    """The inverse of `format_utc`; ValueError for any other form."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
