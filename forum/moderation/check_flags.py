"""Answers to flags, and notices, against their entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select

from forum.base import clock
from forum.base.db import db
from forum.log.check import Difference
from forum.log.held import Lost, differing, entries, lost_ranges, opening
from forum.moderation.flag_models import Flag, FlagDecision, PartyNotice

Entry = Mapping[str, Any]
ERASURES = ("complaint.erased", "reply.erased", "comment.erased")
DECIDED = ("complaint", "decision", "reason", "statement", "flags", "notices", "by", "staff")
RECEIVED = ("complaint", "by", "reason", "staff")


def check_flags() -> Iterator[Difference]:
    """Every answer and every notice as it was written down, and no answer to more flags than said."""
    lost = lost_ranges()
    closed = {closed for _index, entry in entries(*ERASURES) for closed in entry["closes"]}
    said = dict(entries("flag.decided"))
    yield from _check_answers(said, closed, lost)
    yield from _check_counts(said)
    yield from _check_notices(said, closed, lost)


def _check_answers(said: dict[int, Any], closed: set[int], lost: Lost) -> Iterator[Difference]:
    rows = {row.entry: row for row in db.session.scalars(select(FlagDecision))}
    for index in sorted(said.keys() - rows.keys()):
        yield Difference("row-missing", index, f"answer to flags {index}")
    for index, row in sorted(rows.items()):
        what, entry = f"answer to flags {index}", said.get(index)
        if entry is None:
            yield Difference("row-unlogged", index, what)
            continue
        pairs = {name: (getattr(row, name), entry[name]) for name in DECIDED}
        yield from differing(index, what, pairs | _place(row, entry))
        yield from _words(index, row.text, entry, what, closed, lost)


def _check_counts(said: dict[int, Any]) -> Iterator[Difference]:
    """Who flagged is only here, so rows may have been lost; there are never more than the log says."""
    answered = select(Flag.decided, func.count()).where(Flag.decided.is_not(None))
    for index, count in db.session.execute(answered.group_by(Flag.decided)):
        if index not in said:
            yield Difference("row-unlogged", index, "a flag that nothing answered")
        elif count > said[index]["flags"]:
            yield Difference("row-differs", index, f"{count} flags, the log says {said[index]['flags']}")  # fmt: skip


def _check_notices(said: dict[int, Any], closed: set[int], lost: Lost) -> Iterator[Difference]:
    received = {entry["notice"]: (i, entry) for i, entry in entries("notice.received")}
    countered = {entry["notice"]: (i, entry) for i, entry in entries("notice.countered")}
    rows = {row.number: row for row in db.session.scalars(select(PartyNotice))}
    for number in sorted(received.keys() - rows.keys()):
        yield Difference("row-missing", received[number][0], f"notice {number}")
    for number, row in sorted(rows.items()):
        if number not in received:
            yield Difference("row-unlogged", row.entry, f"notice {number}")
            continue
        yield from _check_notice(row, *received[number], said)
        index, entry = countered.get(number, (None, {}))
        pairs = {"countered": (row.countered, index)}
        yield from differing(row.entry, f"notice {number}", pairs)
        if index is not None:
            yield from _words(index, row.counter, entry, f"answer to notice {number}", closed, lost)
    answered = Counter(row.decided for row in rows.values() if row.decided in said)
    for index, count in sorted(answered.items()):
        if count != said[index]["notices"]:
            yield Difference("row-differs", index, f"{count} notices, the log says {said[index]['notices']}")  # fmt: skip


def _check_notice(
    row: PartyNotice, index: int, entry: Entry, said: dict[int, Any]
) -> Iterator[Difference]:
    what = f"notice {row.number}"
    pairs = {name: (getattr(row, name), entry[name]) for name in RECEIVED}
    yield from differing(index, what, pairs | {"entry": (row.entry, index)} | _place(row, entry))
    if row.decided is not None and row.decided not in said:
        yield Difference("row-unlogged", row.decided, f"{what}: nothing answered it")


def _place(row: FlagDecision | PartyNotice, entry: Entry) -> dict[str, tuple[Any, Any]]:
    return {"item": (row.item or None, entry["item"]),
            "at": (clock.format_utc(row.at), entry["at"])}  # fmt: skip


def _words(
    index: int, words: str | None, entry: Entry, what: str, closed: set[int], lost: Lost
) -> Iterator[Difference]:
    if index not in closed:
        yield from opening(index, "text", words, entry, what, lost)
    elif words:
        yield Difference("row-differs", index, f"{what} was erased, and its words are still there")
