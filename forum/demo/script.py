"""The stories as one list of acts in the order of time.

The files give times as ``±<days>d HH:MM``, where the board lives: days before today for a
complaint and for the auditors' visits, days after the complaint's day for what happened to it. What happens today is squeezed
into the hours that have passed, so a demo may be made at any time of day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from forum.base.clock import BOARD_ZONE, local_date

WORK, DIGEST = "work", "digest"
SETTLE = timedelta(seconds=30)
SILENCE = timedelta(days=14)
WITHDRAWAL_WAIT = timedelta(days=7)
# The sample board sends its digest for this long; the daily balance is counted from the first day.
DIGESTS = timedelta(days=21)


@dataclass(frozen=True)
class Act:
    """One thing that happens at a moment: to which complaint, what, and the story's own words."""

    at: datetime
    story: str
    do: str
    told: dict[str, Any]
    day: date  # from which dates in `told` are counted


@lru_cache
def read(name: str) -> Any:
    """One file of the stories."""
    return json.loads(files("forum.demo").joinpath("stories", f"{name}.json").read_text("utf-8"))


def stories() -> list[dict[str, Any]]:
    """All complaints, in the order of the files."""
    names = sorted(
        path.name.removesuffix(".json")
        for path in files("forum.demo").joinpath("stories").iterdir()
        if path.name.startswith("complaints-")
    )
    return [story for name in names for story in read(name)]


def acts(now: datetime, digest_at: str) -> list[Act]:
    """Everything until `now`, the worker's rounds included, oldest first."""
    told = [act for story in stories() for act in _acts_of(story, now)]
    told += [_visit(event, now) for event in read("oversight")]
    rounds = _rounds(told, now, digest_at)
    return sorted([*told, *rounds], key=lambda act: act.at)


def later(day: date, days: str | None) -> date | None:
    """The day that is ``+<n>d`` after `day`; None for None."""
    return None if days is None else day + timedelta(days=_days(days))


def _acts_of(story: dict[str, Any], now: datetime) -> list[Act]:
    day, at = _moment(story["at"], local_date(now), now)
    found = [Act(at, story["key"], "post", story, day)]
    for event in story["events"]:
        event_day, event_at = _moment(event["at"], day, now)
        found.append(Act(event_at, story["key"], event["do"], event, event_day))
    return found


def _visit(event: dict[str, Any], now: datetime) -> Act:
    """What an auditor does about many stories at once."""
    day, at = _moment(event["at"], local_date(now), now)
    return Act(at, "", event["do"], event, day)


def _rounds(told: list[Act], now: datetime, digest_at: str) -> list[Act]:
    """When the worker looks: for the daily balance, for the digest, and when a waiting ends."""
    moments = [(act.at + SILENCE, WORK) for act in told if act.do == "resolve"]
    moments += [(act.at + WITHDRAWAL_WAIT, WORK) for act in told if act.do == "withdraw"]
    day = min(act.day for act in told)
    while day <= local_date(now):
        moments.append((_local(day, time(0, 5)), WORK))
        if day > local_date(now) - DIGESTS:
            moments.append((_local(day, time.fromisoformat(digest_at)), DIGEST))
        day += timedelta(days=1)
    return [
        Act(moment + SETTLE, "", do, {}, local_date(moment))
        for moment, do in moments
        if moment + SETTLE < now
    ]


def _moment(told: str, base: date, now: datetime) -> tuple[date, datetime]:
    days, _, hour = told.partition(" ")
    day = base + timedelta(days=_days(days))
    at = _local(day, time.fromisoformat(hour))
    midnight = _local(local_date(now), time())
    if day == local_date(now):
        at = midnight + (at - midnight) / timedelta(days=1) * (now - midnight)
    return day, at


def _local(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, BOARD_ZONE)


def _days(told: str) -> int:
    return int(told.removesuffix("d"))
