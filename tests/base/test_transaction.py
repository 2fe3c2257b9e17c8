"""One change, whole or not at all; effects only after the commit."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from forum.base import clock, outbox
from forum.base.db import current_transaction, db, transaction
from forum.base.outbox import OutboxRow, drain, emit, subscribe
from forum.log import service as log
from forum.log.models import LogEntry
from forum.places.models import City
from forum.places.service import add_city


def _cities() -> int:
    return db.session.scalar(select(func.count(City.id))) or 0


def test_nothing_changes_outside_a_transaction(app: Flask) -> None:
    with pytest.raises(RuntimeError):
        current_transaction()
    with pytest.raises(RuntimeError):
        log.append("log.opened", origin="elsewhere", previous=None)


def test_an_error_takes_everything_back(app: Flask) -> None:
    entries = db.session.scalar(select(func.count(LogEntry.index)))
    with pytest.raises(ZeroDivisionError), transaction():
        add_city("武汉")
        emit("complaint.changed", number=1)
        _ = 1 / 0
    assert _cities() == 0
    assert db.session.scalar(select(func.count(LogEntry.index))) == entries
    assert db.session.scalar(select(func.count(OutboxRow.id))) == 0


def test_what_was_read_before_is_read_again(app: Flask) -> None:
    city = add_city("武汉")
    assert city.name == "武汉"
    with db.engine.connect().execution_options(write=True) as other, other.begin():
        other.execute(text("UPDATE city SET name = '成都'"))
    with transaction():
        assert city.name == "成都"


def test_steps_after_the_commit_see_it_and_run_only_then(app: Flask) -> None:
    seen = []
    with transaction() as change:
        change.after_commit.append(lambda: seen.append(_cities()))
        add_city("武汉")
        assert seen == []
    assert seen == [1]


def test_an_effect_is_carried_out_after_the_commit_and_once(app: Flask) -> None:
    heard: list[int] = []
    subscribe("test.heard", "listener", lambda rows: heard.extend(row["n"] for row in rows))
    with transaction():
        emit("test.heard", n=7)
        assert drain_nothing(heard)
    assert drain() == 1
    assert drain() == 0
    assert heard == [7]


def drain_nothing(heard: list[int]) -> bool:
    return heard == []


def test_a_failing_effect_is_tried_again_and_stops_no_other(app: Flask) -> None:
    calls: list[str] = []

    def failing(_rows: object) -> None:
        calls.append("failing")
        raise OSError("mail is gone")

    subscribe("test.two", "bad", failing)
    subscribe("test.two", "good", lambda rows: calls.append("good"))
    with transaction():
        emit("test.two")
    drain()
    assert sorted(calls) == ["failing", "good"]
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        drain()
    assert calls.count("failing") == 2 and calls.count("good") == 1
    row = db.session.scalar(select(OutboxRow).where(OutboxRow.done_at.is_(None)))
    assert row.attempts == 2 and "mail is gone" in row.error


def test_done_effects_are_forgotten_after_a_week(app: Flask) -> None:
    subscribe("test.swept", "listener", lambda rows: None)
    with transaction():
        emit("test.swept")
    drain()
    with clock.set_to(clock.now() + timedelta(days=8)):
        outbox.sweep()
    assert db.session.scalar(select(func.count(OutboxRow.id))) == 0


def test_sqlite_is_as_durable_as_a_receipt_needs(sqlite_app: Flask) -> None:
    def pragma(name: str) -> object:
        return db.session.scalar(text(f"PRAGMA {name}"))

    assert (pragma("journal_mode"), pragma("synchronous")) == ("wal", 2)
    assert (pragma("secure_delete"), pragma("recursive_triggers"), pragma("foreign_keys")) == (
        1, 1, 1)  # fmt: skip
