"""The stretches of time that figures are of, in whole days where the board lives.

30d, 90d, 12m (365 days): that many days up to and with the day of the newest entry. all: since the
board opened. 2026, 2026-11: a calendar year or month.

>>> window_of("2026-11", 0).code
'2026-11'
>>> window_of("7d", 0) is None
True
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as zone

# Where the board lives there has been no summer time since 1991.
BOARD = zone(timedelta(hours=8))
DAYS = {"30d": 30, "90d": 90, "12m": 365}
CODES = (*DAYS, "all")
END = 2**53
_CALENDAR = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?\Z", re.ASCII)


@dataclass(frozen=True)
class Window:
    """Moments from `since` to before `until`, in seconds; its days, both included, for reading.

    first is None for all that ever was, last for what goes on until now.
    """

    code: str
    since: int
    until: int
    first: date | None
    last: date | None

    @property
    def is_calendar(self) -> bool:
        """Whether it is a year or a month."""
        return self.code.startswith("20")

    def __contains__(self, moment: object) -> bool:
        return isinstance(moment, int) and self.since <= moment < self.until


ALL = Window("all", 0, END, None, None)


def window_of(code: str, now: int) -> Window | None:
    """The window of this code, seen from `now` (seconds); None when there is no such window."""
    if code == "all":
        return ALL
    if code in DAYS:
        today = day_of(now)
        first = today - timedelta(days=DAYS[code] - 1)
        return Window(code, _midnight(first), _midnight(today + timedelta(days=1)), first, today)
    calendar = _CALENDAR.match(code)
    return _of_calendar(code, int(calendar[1]), calendar[2]) if calendar else None


def day_of(moment: int) -> date:
    """The day of a moment where the board lives."""
    return datetime.fromtimestamp(moment, BOARD).date()


def _of_calendar(code: str, year: int, month: str | None) -> Window:
    first = date(year, int(month or 1), 1)
    after = date(year + 1, 1, 1)
    if month and month != "12":
        after = date(year, int(month) + 1, 1)
    return Window(code, _midnight(first), _midnight(after), first, after - timedelta(days=1))


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=BOARD).astimezone(UTC).timestamp())
