"""Times are UTC and come from one place."""

from datetime import UTC, datetime, timedelta

import pytest

from forum.base import clock


def test_now_can_be_set_and_comes_back() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    with clock.set_to(moment):
        assert clock.now() == moment
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    with pytest.raises(ValueError, match="zone"), clock.set_to(datetime(2026, 1, 2)):  # noqa: DTZ001
        pass


def test_a_day_begins_at_midnight_where_the_board_lives() -> None:
    assert clock.local_date(datetime(2026, 1, 1, 15, 59, tzinfo=UTC)).isoformat() == "2026-01-01"
    assert clock.local_date(datetime(2026, 1, 1, 16, 0, tzinfo=UTC)).isoformat() == "2026-01-02"


def test_times_are_written_to_the_second_and_read_strictly() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 999, tzinfo=UTC)
    assert clock.format_utc(moment) == "2026-01-02T03:04:05Z"
    assert clock.parse_utc("2026-01-02T03:04:05Z") == moment.replace(microsecond=0)
    with pytest.raises(ValueError, match="does not match"):
        clock.parse_utc("2026-01-02 03:04:05")
