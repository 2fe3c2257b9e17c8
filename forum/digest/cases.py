"""What a digest reads of complaints: what waits, whose words are shown, counts and ranks.

Imported complaints have claimed dates: they are in no clock, no count of the day and no rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from forum.base.db import db
from forum.complaints.models import UNSOLVED, Complaint, Promise
from forum.digest.value import BrokenPromise, Case, ProjectRank, TypeCount, Voice
from forum.log.models import LogEntry
from forum.moderation.models import Ruling
from forum.places.models import Project
from forum.tlog.entry import TYPES, parse_entry
from forum.transparency.queries import LEAST_FOR_RATE

LISTED = 10
DAY, WEEK = timedelta(days=1), timedelta(days=7)
UNANSWERED = ("open", "disputed")
# The three voices, in this order; whoever finds nothing leaves the place to the newest.
VOICE_RULES = ("unanswered", "overdue", "newest")


def _own(*rules: ColumnElement[bool]) -> ColumnElement[bool]:
    """Visible and posted here, whether or not somebody took it out of the lists."""
    return db.and_(Complaint.state == "visible", Complaint.imported.is_(False), *rules)


def _waits() -> ColumnElement[bool]:
    return Complaint.status.in_(UNANSWERED)


def overdue(now: datetime) -> tuple[int, tuple[Case, ...]]:
    """How many are late, and the ten that are latest."""
    late = _own(Complaint.due_at < now)
    return _counted(late, select(Complaint).where(late).order_by(Complaint.due_at), now)


def unanswered(now: datetime) -> tuple[int, tuple[Case, ...]]:
    """How many wait for an answer, late ones too, and the ten due next that are not late yet."""
    waiting = _own(_waits())
    next_due = select(Complaint).where(waiting, Complaint.due_at >= now).order_by(Complaint.due_at)
    return _counted(waiting, next_due, now)


def _counted(
    rule: ColumnElement[bool], query: Select[Any], now: datetime
) -> tuple[int, tuple[Case, ...]]:
    total = db.session.scalar(select(db.func.count()).select_from(Complaint).where(rule)) or 0
    rows = db.session.scalars(query.order_by(Complaint.number).limit(LISTED))
    return total, tuple(_case(row, now) for row in rows)


def _case(row: Complaint, now: datetime) -> Case:
    late = row.due_at is not None and row.due_at < now
    return Case(
        number=row.number, title=row.title, project=row.project.name, type=row.type,
        status=row.status, supporters=row.supporters, due_at=row.due_at,
        days_late=(now - row.due_at).days if late and row.due_at else None,
    )  # fmt: skip


def voices(now: datetime) -> tuple[Voice, ...]:
    """Three complaints in full, by a rule that nobody in the company can steer.

    Of the unanswered of the last seven days the one with most supporters; of the late ones the
    one with most supporters; and the newest. Ties go to the smaller number.
    """
    by_supporters = (Complaint.supporters.desc(), Complaint.number)
    newest = (Complaint.number.desc(),)
    wanted = (
        ("unanswered", _own(_waits(), Complaint.posted_at >= now - WEEK), by_supporters),
        ("overdue", _own(Complaint.due_at < now), by_supporters),
        *(("newest", _own(), newest),) * len(VOICE_RULES),
    )
    found: list[Voice] = []
    for rule, where, order in wanted:
        taken = [voice.number for voice in found]
        row = db.session.scalar(
            select(Complaint).where(where, Complaint.number.not_in(taken)).order_by(*order).limit(1)
        )
        if row is not None and len(found) < len(VOICE_RULES):
            found.append(_voice(rule, row))
    return tuple(found)


def _voice(rule: str, row: Complaint) -> Voice:
    return Voice(
        rule=rule, number=row.number, title=row.title, body=row.body, remedy=row.remedy,
        author=row.author, project=row.project.name, type=row.type, status=row.status,
        posted_at=row.posted_at, supporters=row.supporters, photos=row.photos,
    )  # fmt: skip


def broken_promises(entries: Iterable[dict[str, Any]]) -> tuple[BrokenPromise, ...]:
    """The promises that `promise.broken` entries name, of complaints that people can see."""
    items = [entry["item"] for entry in entries]
    rows = db.session.execute(
        select(Complaint.number, Complaint.title, Project.name, Promise.until)
        .join(Promise, Promise.complaint == Complaint.number)
        .join(Project, Project.id == Complaint.project_id)
        .where(Promise.id.in_(items), Complaint.state == "visible")
        .order_by(Promise.until, Promise.id)
    )
    return tuple(BrokenPromise(*row) for row in rows)


def counts(now: datetime) -> tuple[TypeCount, ...]:
    """By type: posted in the last 24 hours, whatever became of it, beside the week's mean."""
    last = Complaint.posted_at >= now - DAY
    rows = db.session.execute(
        select(Complaint.type, db.func.count().filter(last), db.func.count().filter(~last))
        .where(Complaint.imported.is_(False), Complaint.posted_at >= now - DAY - WEEK)
        .group_by(Complaint.type)
    )
    numbers = {type_: (last_day, before) for type_, last_day, before in rows}
    old_enough = _opened() <= now - DAY - WEEK
    return tuple(
        TypeCount(type_, today, before / WEEK.days if old_enough else None)
        for type_ in TYPES
        for today, before in [numbers.get(type_, (0, 0))]
    )


def _opened() -> datetime:
    found = db.session.scalars(select(LogEntry.bytes).where(LogEntry.index == 0)).one()
    return datetime.fromisoformat(parse_entry(found)["at"])


def ranking() -> tuple[tuple[ProjectRank, ...], int]:
    """Projects by unsolved complaints per 1,000 households, and how many cannot be ranked.

    Hidden complaints stay in as unsolved, so that hiding a case improves no place; a merged one
    is counted where it was merged into, a withdrawn one and praise not at all; what was moved to
    praise is no praise. Unranked: too few complaints received (n < 10) or households unknown.
    """
    unsolved = db.func.count().filter(Complaint.status.in_(UNSOLVED))
    rows = db.session.execute(
        select(Project.slug, Project.name, db.func.count(), unsolved, Project.households)
        .join(Complaint, Complaint.project_id == Project.id)
        .where(
            Complaint.imported.is_(False),
            db.or_(Complaint.type != "praise", Complaint.number.in_(_no_praise_once())),
            Complaint.state.not_in(("merged", "withdrawn")),
        )
        .group_by(Project.id, Project.slug, Project.name, Project.households)
    ).all()
    ranked = [
        ProjectRank(slug, name, n, late, homes, late * 1000 / homes)
        for slug, name, n, late, homes in rows
        if homes and n >= LEAST_FOR_RATE
    ]
    ranked.sort(key=lambda rank: (-rank.per_thousand, rank.slug))
    return tuple(ranked[:LISTED]), len(rows) - len(ranked)


def _no_praise_once() -> Select[int]:
    return select(Ruling.complaint).where(Ruling.act == "move", Ruling.was_type != "praise")
