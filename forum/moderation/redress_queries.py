"""Reading appeals and challenges: the public list, what waits, one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from forum.base.db import db
from forum.moderation.redress_models import Appeal, Challenge

Row = Appeal | Challenge
MODELS: dict[str, type[Row]] = {"appeals": Appeal, "challenges": Challenge}
# Below so many decisions no rate is said.
LEAST = 10
OWN = 20


@dataclass(frozen=True)
class Counts:
    """How many were filed, wait, wait too long, and were decided how (outcome → number)."""

    filed: int
    open: int
    overdue: int
    outcomes: dict[str, int]

    @property
    def decided(self) -> int:
        """How many have an outcome."""
        return self.filed - self.open

    @property
    def overturned(self) -> int:
        """How many were upheld, wholly or partly."""
        return self.outcomes.get("upheld", 0) + self.outcomes.get("partly-upheld", 0)

    @property
    def rate(self) -> float | None:
        """The share of decided ones that was upheld, wholly or partly; None below `LEAST`."""
        return self.overturned / self.decided if self.decided >= LEAST else None


def counts(model: type[Row], now: datetime) -> Counts:
    """All of them, as of `now`."""
    rows = db.session.execute(
        select(model.outcome, func.count(), func.count().filter(model.due_at < now))
        .group_by(model.outcome)
    ).all()  # fmt: skip
    waiting = next(((n, late) for outcome, n, late in rows if outcome is None), (0, 0))
    outcomes = {outcome: n for outcome, n, _late in rows if outcome is not None}
    return Counts(sum(outcomes.values()) + waiting[0], *waiting, outcomes)


def waiting(model: type[Row], limit: int) -> list[Row]:
    """What waits for an auditor, oldest first."""
    query = select(model).where(model.outcome.is_(None)).order_by(model.number)
    return list(db.session.scalars(query.limit(limit)))


def decided(model: type[Row], limit: int, below: int | None = None) -> list[Row]:
    """What was decided, newest number first, from below this number."""
    query = select(model).where(model.outcome.is_not(None))
    if below is not None:
        query = query.where(model.number < below)
    return list(db.session.scalars(query.order_by(model.number.desc()).limit(limit)))


def appeals_against(statement: int) -> list[Appeal]:
    """Every appeal against what a statement did, oldest first."""
    query = select(Appeal).where(Appeal.statement == statement)
    return list(db.session.scalars(query.order_by(Appeal.number)))


def own_appeals(account_id: int) -> list[Appeal]:
    """What a person appealed against, newest first."""
    query = select(Appeal).where(Appeal.account_id == account_id)
    return list(db.session.scalars(query.order_by(Appeal.number.desc()).limit(OWN)))
