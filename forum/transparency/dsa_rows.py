"""The decisions that are exported, read batch by batch: a large board is never in memory whole.

Those with a statement of reasons come first, by its number; then those by which comments were
closed, which one person decides and writes down without one, by the index of their entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import null, select

from forum.base.db import db
from forum.complaints.models import Complaint, Photo, Reply
from forum.log.models import LogEntry
from forum.moderation.models import Rules, Ruling, Statement

ACTS = ("remove", "refuse", "redact", "delist", "suspend")
# Counted on the transparency page, but not decisions of moderation.
NOT_MODERATION = ("author-request", "lawful-erasure")
BATCH = 200


@dataclass(frozen=True)
class Decided:
    """One statement, or one locking (act `lock`, numbered by its entry), with what it was about.

    puid: what the database knows it by; where: the path of the page that gives the facts.
    posted_at, author, said_by: of the content; None for a suspension. photos: whether the content
    had any. erased: the content is gone for good, so its words are not repeated anywhere.
    """

    number: int
    puid: str
    where: str
    act: str
    reason: str
    clause: str
    rules: int
    facts: str
    detection: str
    automated_detection: bool
    automated_decision: str
    until: date | None
    at: datetime
    restored_at: datetime | None
    posted_at: datetime | None
    author: str | None
    said_by: str | None
    photos: bool
    erased: bool


def decided(after: int = 0, most: int | None = None) -> Iterator[tuple[Decided, Rules | None]]:
    """Every decision with a statement number above `after`, rising, and the rules it cites."""
    yield from _read(_batch, _decided, after, most)


def locked(after: int = 0, most: int | None = None) -> Iterator[tuple[Decided, Rules | None]]:
    """The same of every locking by an entry above `after`."""
    yield from _read(_locks, _lock, after, most)


def _read(
    batch: Callable[[int, int], Sequence[Any]],
    made: Callable[[Any, set[tuple[int, int | None]]], Decided],
    after: int,
    most: int | None,
) -> Iterator[tuple[Decided, Rules | None]]:
    rules = {row.entry: row for row in db.session.scalars(select(Rules))}
    left = most
    while left is None or left > 0:
        rows = batch(after, BATCH if left is None else min(BATCH, left))
        photos = _with_photos(rows)
        for row in rows:
            yield made(row, photos), rules.get(row.rules)
        if not rows:
            return
        after = rows[-1].number
        left = None if left is None else left - len(rows)


def _batch(after: int, count: int) -> Sequence[Any]:
    s, c, r = Statement, Complaint, Reply
    return db.session.execute(
        select(
            s.number, s.act, s.reason, s.clause, s.rules, s.facts, s.detection, s.complaint, s.item,
            s.automated_detection, s.automated_decision, s.until, s.at, s.restored_at, c.author,
            c.state, c.posted_at.label("complaint_at"), r.posted_at.label("item_at"), r.by,
            r.state.label("item_state"),
        )
        .outerjoin(c, c.number == s.complaint)
        .outerjoin(r, r.id == s.item)
        .where(s.number > after, s.act.in_(ACTS), s.reason.not_in(NOT_MODERATION))
        .order_by(s.number)
        .limit(count)
    ).all()  # fmt: skip


def _locks(after: int, count: int) -> Sequence[Any]:
    r, c = Ruling, Complaint
    # A complaint is locked again only after it was unlocked: the next unlocking ends this one.
    ended = select(db.func.min(LogEntry.at)).where(
        LogEntry.kind == "complaint.unlocked", LogEntry.complaint == r.complaint,
        LogEntry.index > r.entry,
    )  # fmt: skip
    return db.session.execute(
        select(
            r.entry.label("number"), r.reason, r.clause, r.rules, r.facts, r.complaint, r.at,
            null().label("item"), ended.scalar_subquery().label("ended_at"), c.author, c.state,
            c.posted_at,
        )
        .join(c, c.number == r.complaint)
        .where(r.entry > after, r.act == "lock")
        .order_by(r.entry)
        .limit(count)
    ).all()  # fmt: skip


def _lock(row: Any, photos: set[tuple[int, int | None]]) -> Decided:
    """A person saw to it, and nobody writes down how it came to their notice."""
    return Decided(
        number=row.number, puid=f"L-{row.number}", where=f"/complaints/{row.complaint}", act="lock",
        reason=row.reason, clause=row.clause, rules=row.rules, facts=row.facts,
        detection="own-initiative", automated_detection=False, automated_decision="none",
        until=None, at=row.at, restored_at=row.ended_at, posted_at=row.posted_at,
        author=row.author, said_by=None, photos=(row.complaint, None) in photos,
        erased=row.state == "erased",
    )  # fmt: skip


def _with_photos(rows: Sequence[Any]) -> set[tuple[int, int | None]]:
    """(complaint, item) of what has photos, among these rows."""
    numbers = {row.complaint for row in rows if row.complaint is not None}
    query = select(Photo.complaint, Photo.reply_id).where(Photo.complaint.in_(numbers)).distinct()
    return {(complaint, item) for complaint, item in db.session.execute(query)}


def _decided(row: Any, photos: set[tuple[int, int | None]]) -> Decided:
    return Decided(
        number=row.number, puid=f"statement-{row.number}", where=f"/statements/{row.number}",
        act=row.act, reason=row.reason, clause=row.clause, rules=row.rules,
        facts=row.facts, detection=row.detection, automated_detection=row.automated_detection,
        automated_decision=row.automated_decision, until=row.until, at=row.at,
        restored_at=row.restored_at,
        posted_at=row.item_at if row.item is not None else row.complaint_at,
        author=row.author, said_by=row.by, photos=(row.complaint, row.item) in photos,
        erased="erased" in (row.state, row.item_state),
    )  # fmt: skip
