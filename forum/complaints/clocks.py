"""When the company must have answered: one first-reply clock for all.

Working days are Monday to Friday where the board lives; the clock ends at the hour it began.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from forum.base.clock import BOARD_ZONE

FIRST_REPLY_DAYS = 10
DISPUTED_DAYS = 5
SILENCE = timedelta(days=14)
WITHDRAWAL_WAIT = timedelta(days=7)
WITHDRAWAL_UNDO = timedelta(days=7)


def working_days_after(moment: datetime, days: int) -> datetime:
    """`moment` moved on by `days` working days; begun on a weekend, it counts from Monday."""
    local = moment.astimezone(BOARD_ZONE)
    while days > 0:
        local += timedelta(days=1)
        if local.weekday() < 5:
            days -= 1
    return local.astimezone(moment.tzinfo)


def due_of(
    status: str, status_at: datetime, posted_at: datetime, *, reopened: bool
) -> datetime | None:
    """When the company's next answer is due in this status; None when no clock runs.

    A case that was hidden meanwhile keeps its clock: the time it could not be seen is not the
    company's to gain.
    """
    if status == "disputed":
        return disputed_due(status_at)
    if status == "open":
        return first_reply_due(status_at if reopened else posted_at)
    return None


def first_reply_due(asked: datetime) -> datetime:
    """When the first substantive reply to something asked at `asked` is due."""
    return working_days_after(asked, FIRST_REPLY_DAYS)


def disputed_due(disputed: datetime) -> datetime:
    """When a disputed solution must be answered: faster than a first reply."""
    return working_days_after(disputed, DISPUTED_DAYS)
