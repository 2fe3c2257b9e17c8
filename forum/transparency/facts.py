"""The facts behind the figures, read from the rows of the board in a few compact queries.

`forum.tlog.facts` replays the same from the entries of the log, and a test holds one against the
other. What has rows is read from rows; what only an entry tells of, from its entry (`recorded`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, String, and_, cast, extract, literal, null, or_, select, type_coerce

from forum.base.db import db
from forum.complaints.models import Complaint, Reply
from forum.log.models import LogCheckpoint, LogEntry
from forum.moderation.models import Proposal, Statement
from forum.places.models import Category, City, Project
from forum.tlog import recorded
from forum.tlog.case import SHOWN
from forum.tlog.declared import BEGINNINGS
from forum.tlog.facts import ACT_OF, Ask, Case, Facts, Measure
from forum.tlog.recorded import Recorded
from forum.transparency import kept
from forum.transparency.before import (
    as_posted,
    first_of_moved,
    newest_support,
    supporters_at,
)

TRIES = 3


@dataclass(frozen=True)
class Places:
    """cities: project → city, by their slugs; names: kind → slug → name."""

    cities: dict[str, str]
    names: dict[str, dict[str, str]]


class Read(NamedTuple):
    """The facts of one moment, the places they name, and the root of the log they are of."""

    facts: Facts
    places: Places
    root: str


def read(size: int = 0) -> Read:
    """The facts of this moment; `size`: of the log as far as is known.

    Every public change appends an entry, so when the log is as long after the last query as it
    was before the first, all of them saw the same board.
    """
    for _try in range(TRIES):
        places, (found, posted) = _places(), _recorded()
        cases = as_posted(kept.brought_up_to_date(_cases), posted)
        facts = Facts(0, 0, list(cases.values()), _measures(found), _asks(), places.cities, found,
                      posted)  # fmt: skip
        before, tip = size, _tip()
        size, facts.size, facts.at = tip.size, tip.size, tip.at
        if size == before:
            kept.keep(size, tip.root, cases)
            break
    return Read(facts, places, tip.root)


def read_acts(size: int, kinds: Sequence[str], saw: Callable[[int, Any], None]) -> Facts:
    """As `read`, of what was done alone: no complaints, no places.

    saw: told index and entry of every hiding act, of what is recorded, and of these `kinds`.
    """
    for _try in range(TRIES):
        seen: list[tuple[int, Any]] = []
        found, posted = _recorded(kinds, seen)
        facts = Facts(0, 0, [], _measures(found), _asks(), {}, found, posted)
        before, tip = size, _tip()
        size, facts.size, facts.at = tip.size, tip.size, tip.at
        if size == before:
            break
    for index, entry in seen:
        saw(index, entry)
    return facts


class _Tip(NamedTuple):
    size: int
    root: str
    at: int


def _tip() -> _Tip:
    newest = (
        select(LogCheckpoint.size, LogCheckpoint.root, LogEntry.at)
        .join(LogEntry, LogEntry.index == LogCheckpoint.size - 1)
        .order_by(LogCheckpoint.size.desc())
        .limit(1)
    )
    row = db.session.execute(newest).first()
    return _Tip(row[0], row[1], _seconds(row[2])) if row else _Tip(0, "", 0)


def _places() -> Places:
    """Projects with their cities, and categories, in one query."""
    none = null()
    projects = select(literal("project"), Project.slug, Project.name, City.slug, City.name).outerjoin(City, City.id == Project.city_id)  # fmt: skip
    categories = select(literal("category"), Category.slug, Category.name, none, none)
    found = Places({}, {"project": {}, "city": {}, "category": {}})
    for kind, slug, name, city, city_name in db.session.execute(projects.union_all(categories)):
        found.names[kind][slug] = name
        if city is not None:
            found.cities[slug], found.names["city"][city] = city, city_name
    return found


def _cases(numbers: Sequence[int] | None = None) -> dict[int, Case]:
    """All complaints, or those of these numbers, by number and in its order.

    Everything is made ready by the database, since there are many of them.
    """
    c, project, category = Complaint.__table__.c, Project.__table__, Category.__table__
    shown = c.state.in_(SHOWN)
    ready = (
        select(
            c.number, c.entry, cast(extract("epoch", c.posted_at), Integer), c.type,
            project.c.slug, category.c.slug, c.verified, c.imported, c.state, c.status,
            or_(c.listed, ~shown), and_(c.redacted, shown),
            and_(c.withdrawal_due.is_not(None), shown), c.supporters, c.statement, c.type,
        )
        .join(project, project.c.id == c.project_id)
        .join(category, category.c.id == c.category_id)
        .order_by(c.number)
    )  # fmt: skip
    wanted = ready if numbers is None else ready.where(c.number.in_(numbers))
    cursor = db.session.connection().execute(wanted).cursor
    # Rows as the driver gives them: wrapping each would take longer than reading it.
    return {} if cursor is None else {row[0]: Case._make(row) for row in cursor.fetchall()}


def _measures(found: Recorded) -> list[Measure]:
    s, e = Statement.__table__.c, LogEntry.__table__.c
    columns = (
        s.act, s.number, s.entry, _raw(s.at), s.complaint, s.item, s.reason, s.staff, s.second,
        _raw(s.until), _raw(s.lapses_at), _raw(s.restored_at), s.restored_reason,
        s.restored_entry, e.idx, e.bytes, *_before_and_after(s),
    )  # fmt: skip
    told = (s.automated_detection, s.automated_decision, s.clause, s.rules, s.detection,
            s.scope)  # fmt: skip
    rows = db.session.connection().execute(
        select(*columns, *told).select_from(Statement)
        .join(LogEntry, e.idx == newest_support(s), isouter=True).order_by(s.entry)
    )  # fmt: skip
    return [
        Measure(ACT_OF[act], number, entry, _seconds(at), complaint, item, reason, staff, second,
                _is_complete(act, parts), _is_automated(act, *parts[:2]),
                replied is not None and replied < entry,
                supporters_at(found, complaint, entry, support, said)
                if act == "remove" and item is None else 0,
                # An erasure's entry says nothing of how long.
                str(until) if until and act != "erase" else None,
                _seconds(lapses) if lapses else None, agreed,
                _seconds(back) if back else None, why, by)
        for act, number, entry, at, complaint, item, reason, staff, second, until, lapses, back,
        why, by, support, said, replied, agreed, *parts in rows
    ]  # fmt: skip


def _before_and_after(statement: Any) -> tuple[Any, Any]:
    """The entry of the company's first reply that is no holding reply; who confirmed, afterwards,
    what one person did alone."""
    reply, proposal = Reply.__table__.c, Proposal.__table__.c
    replied = select(db.func.min(reply.entry)).where(
        reply.complaint == statement.complaint, reply.kind == "reply"
    )
    agreed = select(proposal.decided_staff).where(
        proposal.number == statement.number, proposal.alone.is_not(None),
        proposal.state == "approved",
    )  # fmt: skip
    return replied.scalar_subquery(), agreed.scalar_subquery()


def _is_complete(act: str, parts: Sequence[Any]) -> bool:
    """As `forum.tlog.facts.is_complete` says of the entry.

    Every statement was given its facts, and committed to them; an erasure may have destroyed them.
    """
    automated, decided, clause, rules, detection, scope = parts
    grounds = bool(clause) and rules is not None
    how = (automated, decided, detection, scope)
    return grounds and (act == "erase" or all(part is not None for part in how))


def _is_automated(act: str, detected: bool, decided: str) -> bool:
    return act != "erase" and (bool(detected) or decided != "none")


def _asks() -> list[Ask]:
    """Of a request that became a proposal, the outcome is what became of the proposal."""
    p, became = Proposal.__table__.c, Proposal.__table__.alias()
    outcome = db.func.coalesce(became.c.state, p.state)
    rows = db.session.connection().execute(
        select(p.number, p.entry, _raw(p.at), p.act, p.complaint, p.by, p.staff, p.reason, outcome)
        .join(became, became.c.number == p.taken_up, isouter=True)
        .where(p.alone.is_(None))
        .order_by(p.number)
    )
    return [Ask(number, entry, _seconds(at), *more) for number, entry, at, *more in rows]


def _recorded(
    more: Sequence[str] = (), seen: list[tuple[int, Any]] | None = None
) -> tuple[Recorded, dict[int, str]]:
    """Also of the kinds `more`; what was read is put into `seen`. With the types as posted, by
    their numbers, of the complaints that were moved."""
    of_author = LogEntry.kind.in_(recorded.AUTHORS) & (LogEntry.by == "author")
    wanted = LogEntry.hides | LogEntry.kind.in_((*recorded.KINDS, *more)) | of_author
    columns = LogEntry.index.label("idx"), _raw(LogEntry.at), LogEntry.bytes
    both = select(*columns).where(wanted).union_all(first_of_moved(*columns))
    found, posted = Recorded(), dict[int, str]()
    # Asked of the connection, as in `_cases`: there may be thousands.
    for index, at, data in db.session.connection().execute(both.order_by("idx")):
        # Checked when it was appended; checking again would be most of the time.
        entry = json.loads(data)
        if entry["kind"] in BEGINNINGS:
            posted[entry["complaint"]] = entry["type"]
            continue
        found.read(index, _seconds(at), entry)
        if seen is not None:
            seen.append((index, entry))
    return found, posted


def _raw(column: Any) -> Any:
    """A time as the driver gives it: text on SQLite, aware on PostgreSQL."""
    return type_coerce(column, String)


@lru_cache(maxsize=65536)
def _seconds(at: str | datetime) -> int:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
