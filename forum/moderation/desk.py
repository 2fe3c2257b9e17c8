"""The desk of flags and notices: what waits, oldest first, and all that is needed to decide it.

Two people may open the same thing; each sees that the other did. What one of them decided first
stands, and the other is told (`flags.keep`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, literal, select, union_all

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.complaints.models import Complaint, Photo, Reply
from forum.moderation.answering import Waiting, waiting_about
from forum.moderation.flag_models import DeskView, Flag, FlagDecision, PartyNotice
from forum.moderation.flags import WAIT, bars_keeping
from forum.moderation.measures import target_of
from forum.moderation.models import Proposal, Statement

LOOKING = timedelta(minutes=15)
SHOWN = 50
SIMILAR = 5
EARLIER = 10

Thing = tuple[int, int]


@dataclass
class Flagged:
    """One thing that somebody asked to look at. looking: who else opened it, and when; proposed:
    numbers of measures that wait; measure: of the one for whose second person keeping it waits."""

    complaint: Complaint
    reply: Reply | None
    waiting: Waiting
    looking: list[tuple[str, datetime]] = field(default_factory=list)
    proposed: list[int] = field(default_factory=list)
    measure: int | None = None

    @property
    def verified(self) -> int:
        """How many of the flags are by verified owners: those weigh more."""
        return sum(flag.account.verified for flag in self.waiting.flags)

    @property
    def since(self) -> datetime | None:
        """When the oldest of what waits came in; None where nothing waits."""
        return min((row.at for row in self.waiting.rows), default=None)

    @property
    def due_at(self) -> datetime | None:
        """Until when it should be decided."""
        return self.since + WAIT if self.since else None


@dataclass(frozen=True)
class Undecided:
    """How many things wait, how many of them for more than seven days, since when the oldest."""

    things: int
    overdue: int
    oldest: datetime | None


@dataclass(frozen=True)
class Earlier:
    """What the same author wrote before. states: state → how many complaints; items: the same for
    replies and comments; complaints: the newest, also those that are gone."""

    states: dict[str, int]
    items: dict[str, int]
    complaints: Sequence[Complaint]


def open_thing(person: Account, number: int, item: int | None) -> None:
    """Say that one is looking at it, for a quarter of an hour; what is over is forgotten."""
    rights.require(person.role, "moderation.queue")
    with transaction():
        target_of(number, item)
        now = clock.now()
        db.session.execute(delete(DeskView).where(DeskView.until <= now))
        mine = (number, item or 0, str(person.staff_no))
        row = db.session.get(DeskView, mine)
        if row is None:
            row = DeskView(complaint=number, item=item or 0, staff=mine[2])
            db.session.add(row)
        row.opened_at, row.until = now, now + LOOKING


def queue(person: Account) -> list[Flagged]:
    """What waits, whatever waited longest first; a handful of queries however much it is."""
    waiting = _all_waiting()
    since = {thing: min(row.at for row in waiting[thing].rows) for thing in waiting}
    oldest = sorted(waiting, key=lambda thing: (since[thing], thing))[:SHOWN]
    numbers, items = {number for number, _item in oldest}, {item for _number, item in oldest}
    found = db.session.scalars(select(Complaint).where(Complaint.number.in_(numbers))).unique()
    complaints = {row.number: row for row in found}
    replies = _replies(items - {0})
    looking, proposed = _looking(person), _proposed(numbers)
    return [
        Flagged(complaints[number], replies.get(item), waiting[number, item],
                looking.get((number, item), []),
                [row.number for row in proposed.get((number, item), [])])
        for number, item in oldest
    ]  # fmt: skip


def flagged(person: Account, number: int, item: int | None) -> Flagged:
    """One thing, whether or not anything waits about it; NotFound when there is none."""
    complaint, reply = target_of(number, item)
    waiting, thing = waiting_about(number, item), (number, item or 0)
    proposed = _proposed({number})
    every = [row for rows in proposed.values() for row in rows]
    barring = [row.number for row in every if bars_keeping(row, item)]
    return Flagged(complaint, reply, waiting, _looking(person).get(thing, []),
                   [row.number for row in proposed.get(thing, [])], min(barring, default=None))  # fmt: skip


def undecided() -> Undecided:
    """How much waits, for everybody to read."""
    since: dict[Thing, datetime] = {}
    waiting = union_all(*(
        select(model.complaint, model.item, func.min(model.at))
        .where(model.decided.is_(None))
        .group_by(model.complaint, model.item)
        for model in (Flag, PartyNotice)
    ))  # fmt: skip
    for number, item, at in db.session.execute(waiting):
        since[number, item] = min(at, since.get((number, item), at))
    late = clock.now() - WAIT
    overdue = sum(at <= late for at in since.values())
    return Undecided(len(since), overdue, min(since.values(), default=None))


def earlier_of(account_id: int | None, besides: int) -> Earlier | None:
    """What whoever wrote it wrote before and after; None where nobody's account stands behind it."""
    if account_id is None:
        return None
    counted: dict[str, dict[str, int]] = {"complaint": {}, "reply": {}}
    own = [
        select(literal(model.__tablename__), model.state, func.count())
        .where(model.account_id == account_id)
        .group_by(model.state)
        for model in (Complaint, Reply)
    ]
    for table, state, count in db.session.execute(union_all(*own)):
        counted[table][state] = count
    others = (Complaint.account_id == account_id) & (Complaint.number != besides)
    newest = select(Complaint).where(others).order_by(Complaint.number.desc()).limit(EARLIER)
    return Earlier(
        counted["complaint"], counted["reply"], db.session.scalars(newest).unique().all()
    )


def similar(reasons: Collection[str]) -> tuple[Sequence[Statement], Sequence[FlagDecision]]:
    """How others with the same grounds were decided lately: measures, and what was kept."""
    acted = select(Statement).where(Statement.reason.in_(reasons), Statement.complaint.is_not(None))
    kept = select(FlagDecision).where(
        FlagDecision.reason.in_(reasons), FlagDecision.decision == "kept"
    )
    return (
        db.session.scalars(acted.order_by(Statement.number.desc()).limit(SIMILAR)).all(),
        db.session.scalars(kept.order_by(FlagDecision.entry.desc()).limit(SIMILAR)).all(),
    )


def photos_of(number: int, item: int | None) -> Sequence[Photo]:
    """The photos of the complaint itself, or of one reply or comment, in their order."""
    of = Photo.reply_id.is_(None) if item is None else Photo.reply_id == item
    query = select(Photo).where(Photo.complaint == number, of)
    return db.session.scalars(query.order_by(Photo.entry, Photo.position)).all()


def _all_waiting() -> dict[Thing, Waiting]:
    found: dict[Thing, Waiting] = {}
    flags = select(Flag).where(Flag.decided.is_(None)).order_by(Flag.id)
    for flag in db.session.scalars(flags):
        found.setdefault((flag.complaint, flag.item), Waiting()).flags.append(flag)
    notices = select(PartyNotice).where(PartyNotice.decided.is_(None)).order_by(PartyNotice.number)
    for notice in db.session.scalars(notices):
        found.setdefault((notice.complaint, notice.item), Waiting()).notices.append(notice)
    return found


def _replies(items: Collection[int]) -> dict[int, Reply]:
    if not items:
        return {}
    return {row.id: row for row in db.session.scalars(select(Reply).where(Reply.id.in_(items)))}


def _looking(person: Account) -> dict[Thing, list[tuple[str, datetime]]]:
    """Who but oneself has opened what."""
    others = DeskView.staff != str(person.staff_no)
    rows = db.session.scalars(select(DeskView).where(DeskView.until > clock.now(), others))
    found: dict[Thing, list[tuple[str, datetime]]] = {}
    for row in rows:
        found.setdefault((row.complaint, row.item), []).append((row.staff, row.opened_at))
    return found


def _proposed(numbers: Collection[int]) -> dict[Thing, list[Proposal]]:
    """Measures about these complaints that wait for a second person."""
    rows = db.session.scalars(
        select(Proposal)
        .where(Proposal.complaint.in_(numbers), Proposal.state == "open")
        .order_by(Proposal.number)
    )
    found: dict[Thing, list[Proposal]] = {}
    for row in rows:
        found.setdefault((row.complaint or 0, row.item or 0), []).append(row)
    return found
