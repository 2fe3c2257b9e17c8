"""What the pages of one complaint read, as columns: facts, replies, photos, entries, versions, salts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, select

from forum.base.db import db
from forum.complaints.models import Complaint, Photo, Promise, Reply, Version
from forum.log.models import LogEntry, Opening
from forum.places.models import Category, City, Department, Project

SUPPORT_KINDS = ("support.added", "support.withdrawn")
# A row of a query over columns, which are its attributes.
Line: TypeAlias = Any
Rows: TypeAlias = Sequence[Line]


def facts_of(number: int) -> Line:
    """The complaint itself with the names of its places; it exists."""
    c = Complaint
    return db.session.execute(
        select(
            c.number, c.entry, c.last_entry, c.type, c.author, c.verified, c.title, c.body,
            c.body_html, c.remedy, c.wanted_by, c.state, c.status, c.status_at, c.listed, c.locked,
            c.redacted, c.imported, c.lost, c.posted_at, c.claimed_at, c.due_at, c.withdrawal_due,
            c.supporters, c.statement, c.merged_into,
            Project.slug.label("project"), Project.name.label("project_name"),
            City.slug.label("city"), City.name.label("city_name"),
            Category.slug.label("category"), Category.name.label("category_name"),
        )
        .join(Project, Project.id == c.project_id)
        .join(Category, Category.id == c.category_id)
        .outerjoin(City, City.id == Project.city_id)
        .where(c.number == number)
    ).one()  # fmt: skip


def replies_of(number: int) -> Rows:
    """Everything said under it, in order of the log, with department and promise."""
    r = Reply
    return db.session.execute(
        select(
            r.id, r.complaint, r.entry, r.kind, r.role, r.by, r.department, r.verified, r.body, r.body_html,
            r.until, r.posted_at, r.claimed_at, r.template, r.state, r.statement, Department.name.label("signed_by"),
            Promise.until.label("promised"), Promise.state.label("promise_state"),
        )
        .outerjoin(Department, Department.slug == r.department)
        .outerjoin(Promise, and_(Promise.complaint == number, Promise.reply_id == r.id))
        .where(r.complaint == number)
        .order_by(r.entry, r.id)
    ).all()  # fmt: skip


def photos_of(number: int) -> Rows:
    """Photos of the complaint and of what was said under it, in order of their commitments."""
    p = Photo
    return db.session.execute(
        select(p.reply_id, p.entry, p.position, p.sha256, p.thumb, p.received, p.alt,
               p.width, p.height)
        .where(p.complaint == number)
        .order_by(p.entry, p.position)
    ).all()  # fmt: skip


def entries_of(number: int, *, without: Collection[str] = ()) -> Rows:
    """(entry, kind, at, bytes) of what touched it, oldest first, `without` some kinds."""
    wanted = LogEntry.complaint == number
    if without:
        wanted = and_(wanted, LogEntry.kind.not_in(without))
    return db.session.execute(
        select(LogEntry.index.label("entry"), LogEntry.kind, LogEntry.at, LogEntry.bytes)
        .where(wanted)
        .order_by(LogEntry.index)
    ).all()


def indexes_of(number: int) -> list[int]:
    """The indexes of all entries that touched it."""
    return list(
        db.session.scalars(
            select(LogEntry.index).where(LogEntry.complaint == number).order_by(LogEntry.index)
        )
    )


def versions_of(number: int) -> Rows:
    """Every text it had, oldest first."""
    v = Version
    return db.session.execute(
        select(v.entry, v.title, v.body, v.body_html, v.at, v.proven)
        .where(v.complaint == number)
        .order_by(v.entry)
    ).all()


def salts_of(number: int, *, of_versions: bool = False) -> Rows:
    """(entry, field, salt) that are still held; `of_versions`: only for the complaint's texts."""
    wanted: ColumnElement[bool] = Opening.complaint == number
    if of_versions:
        texts = select(Version.entry).where(Version.complaint == number)
        wanted = and_(wanted, Opening.entry.in_(texts))
    return db.session.execute(
        select(Opening.entry, Opening.field, Opening.salt)
        .where(wanted)
        .order_by(Opening.entry, Opening.field)
    ).all()
