"""Every statement of reasons against its entry."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from forum.base.db import db
from forum.log import queries as log
from forum.log.check import Difference
from forum.moderation.models import Statement

FIELDS = (
    "complaint",
    "reason",
    "clause",
    "rules",
    "detection",
    "automated_detection",
    "automated_decision",
    "scope",
    "staff",
    "second",
)


def check_rows() -> Iterator[Difference]:
    """Statements that differ from what the log says of them."""
    for statement in db.session.scalars(select(Statement).order_by(Statement.number)):
        entry = log.entry(statement.entry) or {}
        if entry.get("statement") != statement.number:
            yield Difference("row-unlogged", statement.entry, f"statement {statement.number}")
            continue
        for name in FIELDS:
            if entry[name] != getattr(statement, name):
                yield Difference("row-differs", statement.entry,
                                 f"statement {statement.number}: {name}")  # fmt: skip
        if not log.opens(statement.entry, "facts", statement.facts, entry):
            yield Difference("commitment-differs", statement.entry,
                             f"statement {statement.number}: facts")  # fmt: skip
