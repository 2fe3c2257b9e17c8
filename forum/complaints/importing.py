"""Taking an archive over: complaints and their official replies, with what is only claimed marked.

Records go in batches of the file, each one transaction with all its rows, entries and outbox rows.
Batches are cut by place in the file, and a record whose id is on the board is passed over, so an
import that was killed and run again ends as one that was not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.base.text import to_html
from forum.complaints.archive import BadRecord, ImportedComplaint
from forum.complaints.models import Complaint, Reply
from forum.complaints.service import add_version, next_number
from forum.log import service as log
from forum.places import queries as places
from forum.places.models import Category, Project
from forum.places.service import (
    DEFAULT_CATEGORIES,
    OTHER,
    add_category,
    add_city,
    add_project,
    unassigned_project,
)

BATCH = 250
REPLY_AUTHOR = "官方答复"
Place = tuple[str | None, str]


@dataclass(frozen=True)
class Step:
    """What one batch came to: how many records are new and how many were there already.

    places: (city, estate) that the board did not have before.
    """

    new: int
    known: int
    bad: tuple[BadRecord, ...]
    places: frozenset[Place]

    @property
    def read(self) -> int:
        """How many records of the file were looked at."""
        return self.new + self.known + len(self.bad)

    def __add__(self, other: Step) -> Step:
        return Step(self.new + other.new, self.known + other.known, self.bad + other.bad,
                    self.places | other.places)  # fmt: skip


NOTHING = Step(0, 0, (), frozenset())


def import_records(
    found: Iterable[ImportedComplaint | BadRecord], *, strict: bool = False, dry_run: bool = False
) -> Iterator[Step]:
    """Import batch by batch; every step that is yielded is committed.

    strict: end at the first bad record, after having taken over what stands before it.
    dry_run: write nothing; the steps say what would have happened.
    """
    rest = iter(found)
    seen: set[str] = set()
    while batch := list(islice(rest, BATCH)):
        bad = [item for item in batch if isinstance(item, BadRecord)]
        if strict and bad:
            batch, bad = batch[: batch.index(bad[0]) + 1], bad[:1]
        records = [item for item in batch if isinstance(item, ImportedComplaint)]
        yield _look_at(records, bad, seen) if dry_run else _take_over(records, bad)
        if strict and bad:
            return


def _look_at(
    records: Sequence[ImportedComplaint], bad: Sequence[BadRecord], seen: set[str]
) -> Step:
    new = [record for record in _new_ones(records) if record.source_id not in seen]
    seen.update(record.source_id for record in new)
    return _step(records, new, bad, _Places().missing(new))


def _take_over(records: Sequence[ImportedComplaint], bad: Sequence[BadRecord]) -> Step:
    with transaction():
        board, new = _Places(), _new_ones(records)
        missing = board.missing(new)
        complaints = _add_complaints(new, board)
        _add_replies(complaints, new)
        for complaint in complaints:
            emit("complaint.changed", number=complaint.number)
    return _step(records, new, bad, missing)


def _step(
    records: Sequence[ImportedComplaint],
    new: Sequence[ImportedComplaint],
    bad: Sequence[BadRecord],
    missing: frozenset[Place],
) -> Step:
    return Step(len(new), len(records) - len(new), tuple(bad), missing)


def _new_ones(records: Sequence[ImportedComplaint]) -> list[ImportedComplaint]:
    """Those whose id is not on the board yet, each once."""
    by_id = {record.source_id: record for record in reversed(records)}
    there = set(
        db.session.scalars(select(Complaint.source_id).where(Complaint.source_id.in_(by_id)))
    )
    return [
        record
        for record in records
        if record.source_id not in there and by_id[record.source_id] is record
    ]


def _add_complaints(records: Sequence[ImportedComplaint], board: _Places) -> list[Complaint]:
    first = next_number()
    made = [_complaint(first + k, record, board) for k, record in enumerate(records)]
    db.session.add_all(complaint for complaint, _entry in made)
    db.session.flush()
    for complaint, entry in made:
        add_version(complaint, entry, proven=True)
    return [complaint for complaint, _entry in made]


def _complaint(
    number: int, record: ImportedComplaint, board: _Places
) -> tuple[Complaint, log.Appended]:
    project, category = board.project(record), board.category(record.category)
    entry = log.append(
        "complaint.imported", complaint=number, by="import", type=record.type,
        project=project.slug, category=category.slug, supporters=record.supporters,
        claimed_at=clock.format_utc(record.claimed_at),
        texts={"text": f"{record.title}\n{record.body}", "author": record.author},
    )  # fmt: skip
    return Complaint(
        number=number, entry=entry.index, act_entry=entry.index, last_entry=entry.index,
        type=record.type, project_id=project.id, category_id=category.id, author=record.author,
        title=record.title, body=record.body, body_html=to_html(record.body), imported=True,
        source_id=record.source_id, posted_at=entry.at, claimed_at=record.claimed_at,
        state="visible", state_at=entry.at, status="answered" if record.reply else "open",
        status_at=entry.at, due_at=None, supporters=record.supporters,
        imported_supporters=record.supporters, replies=1 if record.reply else 0,
    ), entry  # fmt: skip


def _add_replies(complaints: Sequence[Complaint], records: Sequence[ImportedComplaint]) -> None:
    """The replies' rows, then, when their ids are known, their entries."""
    pairs = [
        (complaint, reply)
        for complaint, record in zip(complaints, records, strict=True)
        if (reply := record.reply) is not None
    ]
    rows = [
        Reply(complaint=complaint.number, entry=0, kind="reply", role="import", by=REPLY_AUTHOR,
              body=reply.body, body_html=to_html(reply.body), posted_at=complaint.posted_at,
              claimed_at=reply.claimed_at, source_id=reply.source_id)
        for complaint, reply in pairs
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    for (complaint, reply), row in zip(pairs, rows, strict=True):
        entry = log.append(
            "reply.imported", complaint=complaint.number, item=row.id, by="import",
            claimed_at=clock.format_utc(reply.claimed_at),
            texts={"text": reply.body, "author": REPLY_AUTHOR},
        )  # fmt: skip
        row.entry, row.posted_at, complaint.last_entry = entry.index, entry.at, entry.index


class _Places:
    """The board's places by name; what is missing is added when it is first asked for."""

    def __init__(self) -> None:
        self._unassigned: Project | None = None
        self._cities = {city.name: city for city in places.cities()}
        self._projects = {_place(project): project for project in places.projects()}
        self._categories = {category.slug: category for category in places.categories()}
        named = {category.name: category.slug for category in places.categories()}
        self._slugs = {name: slug for slug, name in DEFAULT_CATEGORIES} | named

    def missing(self, records: Iterable[ImportedComplaint]) -> frozenset[Place]:
        """The (city, estate) of `records` that the board does not have."""
        wanted = {(record.city, record.area) for record in records if record.area}
        return frozenset((city, area) for city, area in wanted if area) - self._projects.keys()

    def project(self, record: ImportedComplaint) -> Project:
        """One estate for each (city, area); records without an area share one."""
        if record.area is None:
            self._unassigned = self._unassigned or unassigned_project(by="import")
            return self._unassigned
        key = (record.city, record.area)
        if key not in self._projects:
            if record.city is not None and record.city not in self._cities:
                self._cities[record.city] = add_city(record.city, by="import")
            city = self._cities[record.city] if record.city else None
            self._projects[key] = add_project(record.area, city=city, by="import")
        return self._projects[key]

    def category(self, name: str | None) -> Category:
        """The category of that name, else 其他."""
        slug = self._slugs.get(name or "", OTHER)
        if slug not in self._categories:
            slug = OTHER
        if slug not in self._categories:
            self._categories[slug] = add_category(
                dict(DEFAULT_CATEGORIES)[slug], slug, position=99, by="import"
            )
        return self._categories[slug]


def _place(project: Project) -> Place:
    return (project.city.name if project.city else None, project.name)
