"""Mornings to set the clock to: the board of a test was opened just now, so they lie ahead."""

from datetime import UTC, datetime, time, timedelta

from forum.base import clock


def morning(n: int) -> datetime:
    """Eight o'clock, where the board lives, of the day `n` days after tomorrow."""
    day = clock.local_date(datetime.now(UTC)) + timedelta(days=1 + n)
    return datetime.combine(day, time(8), clock.BOARD_ZONE).astimezone(UTC)
