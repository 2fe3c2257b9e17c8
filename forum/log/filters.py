"""What a reader of /log asked for, read strictly from the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from flask_babel import gettext as _

from forum.base import clock
from forum.base.refusal import Invalid
from forum.log.queries import MOST, LogFilter
from forum.log.words import KIND_LABELS, ROLE_LABELS
from forum.tlog.entry import SLUG

HIDING, ALL = "hiding", "all"
_SLUG = re.compile(rf"{SLUG}\Z", re.ASCII)


def filter_from(args: Mapping[str, str]) -> LogFilter:
    """`show kind by complaint project from to after` of an address.

    `from` and `to` are days where the board lives, both included. Invalid names the part that
    cannot be read: a filter that is silently dropped would show something else than was asked.
    """
    return LogFilter(
        hiding=_one_of(args, "show", (HIDING, ALL)) != ALL,
        kind=_one_of(args, "kind", KIND_LABELS),
        by=_one_of(args, "by", ROLE_LABELS),
        complaint=_number(args, "complaint"),
        project=_slug(args, "project"),
        since=_start_of(_day(args, "from")),
        until=_start_of(_day(args, "to"), days_later=1),
        below=_number(args, "after"),
    )


def _one_of(args: Mapping[str, str], name: str, allowed: object) -> str | None:
    value = args.get(name) or None
    if value is not None and value not in allowed:  # type: ignore[operator]
        raise _unreadable(name)
    return value


def _number(args: Mapping[str, str], name: str) -> int | None:
    text = args.get(name, "").strip().removeprefix("#")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > MOST:
        raise _unreadable(name)
    return int(text)


def _slug(args: Mapping[str, str], name: str) -> str | None:
    value = args.get(name, "").strip() or None
    if value is not None and not _SLUG.match(value):
        raise _unreadable(name)
    return value


def _day(args: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(args[name]) if args.get(name) else None
    except ValueError:
        raise _unreadable(name) from None


def _start_of(day: date | None, days_later: int = 0) -> datetime | None:
    """Midnight where the board lives, `days_later` days after `day`, in UTC."""
    if day is None:
        return None
    try:
        midnight = datetime.combine(day + timedelta(days=days_later), time(), clock.BOARD_ZONE)
        return midnight.astimezone(UTC)
    except OverflowError:
        raise _unreadable("to") from None


def _unreadable(name: str) -> Invalid:
    return Invalid(_("看不懂这个筛选条件（%(name)s）。请回到删改记录重新选择。", name=name), name)
