"""Suspensions against their statements: nobody is kept from writing without one, or for longer."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from forum.accounts.models import Suspension
from forum.base.db import db
from forum.log.check import Difference
from forum.log.held import differing
from forum.moderation.models import Statement


def check_suspensions() -> Iterator[Difference]:
    """Rows that no statement stands for, or that say otherwise than it."""
    query = select(Statement).where(Statement.act == "suspend")
    statements = {row.number: row for row in db.session.scalars(query)}
    for row in db.session.scalars(select(Suspension).order_by(Suspension.statement)):
        said, what = statements.get(row.statement), f"suspension {row.statement}"
        if said is None:
            yield Difference("row-unlogged", None, what)
            continue
        pairs = {
            "until": (row.until, said.until),
            "reason": (row.reason, said.reason),
            "ended_at": (row.ended_at, said.restored_at),
        }
        yield from differing(said.entry, what, pairs)
