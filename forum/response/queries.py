"""The staff queue: what waits for an answer, overdue first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from forum.base import clock
from forum.base.db import db
from forum.complaints.models import Complaint
from forum.places.models import Category, Project

PAGE = 50
WAITING = ("open", "disputed")
SCOPES = ("waiting", "overdue", "promised", "resolved", "imported")


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    number: int
    title: str
    project_name: str
    category_label: str
    type: str
    status: str
    due_at: datetime | None
    overdue: bool
    supporters: int
    posted_at: datetime


def queue(scope: str, after: int | None, project: str | None = None) -> list[QueueRow]:
    """Up to `PAGE` + 1 lines of a scope after complaint `after`; whoever is due first comes first."""
    query = _scoped(
        select(
            Complaint.number, Complaint.title, Project.name, Category.name, Complaint.type,
            Complaint.status, Complaint.due_at, Complaint.supporters, Complaint.posted_at,
        )
        .join(Project, Project.id == Complaint.project_id)
        .join(Category, Category.id == Complaint.category_id),
        scope,
    )  # fmt: skip
    if project:
        query = query.where(Project.slug == project)
    due = func.coalesce(Complaint.due_at, Complaint.posted_at)
    if after is not None:
        edge = select(due).where(Complaint.number == after).scalar_subquery()
        query = query.where(or_(due > edge, and_(due == edge, Complaint.number > after)))
    now = clock.now()
    rows = db.session.execute(query.order_by(due, Complaint.number).limit(PAGE + 1))
    return [
        QueueRow(number, title, name, label, kind, status, due_at,
                 due_at is not None and due_at < now, supporters, posted_at)
        for number, title, name, label, kind, status, due_at, supporters, posted_at in rows
    ]  # fmt: skip


def counts() -> dict[str, int]:
    """How many lines each scope has."""
    return {
        scope: db.session.scalar(_scoped(select(func.count(Complaint.number)), scope)) or 0
        for scope in SCOPES
    }


def _scoped(query: Any, scope: str) -> Any:
    query = query.where(Complaint.state == "visible", Complaint.imported.is_(scope == "imported"))
    if scope == "overdue":
        return query.where(Complaint.due_at < clock.now())
    if scope in ("promised", "resolved"):
        return query.where(Complaint.status == scope)
    return query.where(Complaint.status.in_(WAITING))
