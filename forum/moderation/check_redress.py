"""Appeals, challenges and what was destroyed of the sealed, against their entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.log.check import Difference
from forum.log.held import Lost, closed_ranges, differing, entries, lost_ranges, opening
from forum.moderation.models import Statement
from forum.moderation.redress_models import Appeal, Challenge

Entry = Mapping[str, Any]
Row = Appeal | Challenge
MODELS: dict[str, Any] = {"appeal": Appeal, "challenge": Challenge}
SAME = {"appeal": ("of", "statement", "complaint", "item", "by"),
        "challenge": ("of", "complaint", "by")}  # fmt: skip


def check_redress() -> Iterator[Difference]:
    """Rows that differ from what the log says of them; reasons through their salts."""
    lost = (*lost_ranges(), *closed_ranges())
    for kind in MODELS:
        yield from _check(kind, lost)
    yield from _check_destroyed()


def _check(kind: str, lost: Lost) -> Iterator[Difference]:
    filed = {entry[kind]: (index, entry) for index, entry in entries(f"{kind}.filed")}
    decided = {entry[kind]: (index, entry) for index, entry in entries(f"{kind}.decided")}
    rows: dict[int, Row] = {row.number: row for row in db.session.scalars(select(MODELS[kind]))}
    for number in sorted(rows.keys() | filed.keys()):
        what, row = f"{kind} {number}", rows.get(number)
        index, entry = filed.get(number, (None, {}))
        if row is None:
            yield Difference("row-missing", index, what)
        elif index is None:
            yield Difference("row-unlogged", row.entry, what)
        else:
            pairs = {name: (getattr(row, name), entry[name]) for name in SAME[kind]}
            pairs |= {"entry": (row.entry, index), "at": (clock.format_utc(row.at), entry["at"])}
            yield from differing(index, what, pairs)
            yield from _check_answer(row, what, decided.get(number), lost)


def _check_answer(
    row: Row, what: str, decided: tuple[int, Entry] | None, lost: Lost
) -> Iterator[Difference]:
    index, entry = decided or (None, {})
    at = clock.format_utc(row.decided_at) if row.decided_at else None
    pairs = {
        "outcome": (row.outcome, entry.get("outcome")),
        "decided_entry": (row.decided_entry, index),
        "decided_staff": (row.decided_staff, entry.get("staff")),
        "decided_at": (at, entry.get("at")),
    }
    yield from differing(row.entry, what, pairs)
    if index is not None:
        yield from opening(index, "text", row.reasons, entry, what, lost)
    elif row.reasons:
        yield Difference("row-unlogged", row.entry, f"{what}: reasons that the log does not have")


def _check_destroyed() -> Iterator[Difference]:
    """Statements whose sealed content ended, by the last entry that says so."""
    said = {entry["statement"]: index for index, entry in entries("sealed.destroyed")}
    for row in db.session.scalars(select(Statement).order_by(Statement.number)):
        pairs = {"destroyed_entry": (row.destroyed_entry, said.get(row.number))}
        yield from differing(row.entry, f"statement {row.number}", pairs)
