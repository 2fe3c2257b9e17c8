"""Complaints in lists: a card for each that can be read, a notice in the place of one that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import Select, func, select

from forum.base import clock
from forum.base.db import db
from forum.base.text import excerpt
from forum.base.web.cache import true_until
from forum.complaints.models import Complaint
from forum.log.words import status_label, type_label
from forum.pages.head import SHOWN
from forum.pages.notices import Notice, notices_of
from forum.pages.rows import Line, Rows
from forum.places.models import Project

EXCERPT = 80
# So many characters of a text are always enough for its beginning on one line.
READ = 200


@dataclass(frozen=True)
class Card:
    """One complaint in a list: what complaints/_card.html shows."""

    number: int
    href: str
    project_name: str
    type: str
    type_label: str
    title: str
    excerpt: str
    state: str
    status: str
    status_label: str
    due_at: datetime | None
    overdue: bool
    supporters: int
    photos: int
    replies: int
    posted_at: datetime
    claimed_at: datetime | None
    imported: bool
    is_notice: bool = False


def select_items() -> Select[Any]:
    """The query whose rows `items_of` takes; add to it which ones and in which order."""
    c = Complaint
    return select(
        c.number, c.entry, c.type, c.title, func.substr(c.body, 1, READ).label("beginning"),
        c.state, c.state_at, c.status, c.due_at, c.supporters, c.photos, c.replies, c.posted_at,
        c.claimed_at, c.imported, Project.name.label("project_name"),
    ).join(Project, Project.id == c.project_id)  # fmt: skip


def items_of(rows: Rows) -> list[Card | Notice]:
    """Rows as they appear in a list: who is gone keeps its place as a notice."""
    notices = notices_of([row for row in rows if row.state not in SHOWN])
    return [notices.get(row.number) or _card(row) for row in rows]


def cards_for(numbers: Sequence[int]) -> list[Card]:
    """The cards of those that are in lists, in the order given; who is gone is left out."""
    if not numbers:
        return []
    wanted = Complaint.number.in_(numbers), Complaint.state.in_(SHOWN), Complaint.listed
    found = {row.number: row for row in db.session.execute(select_items().where(*wanted))}
    return [_card(found[number]) for number in numbers if number in found]


def _card(row: Line) -> Card:
    true_until(row.due_at)
    return Card(
        number=row.number,
        href=url_for("pages.complaint", number=row.number),
        project_name=row.project_name,
        type=row.type,
        type_label=str(type_label(row.type)),
        title=row.title,
        excerpt=excerpt(row.beginning, EXCERPT),
        state=row.state,
        status=row.status,
        status_label=str(status_label(row.status)),
        due_at=row.due_at,
        overdue=row.due_at is not None and row.due_at <= clock.now(),
        supporters=row.supporters,
        photos=row.photos,
        replies=row.replies,
        posted_at=row.posted_at,
        claimed_at=row.claimed_at,
        imported=row.imported,
    )
