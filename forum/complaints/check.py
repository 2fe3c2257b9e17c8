"""Every row of a complaint against its entries: what `forum log check` adds to the log's own check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.base.resources import resource
from forum.complaints.models import Complaint, Photo, Promise, Reply, Version
from forum.log.check import Difference
from forum.log.models import LogEntry, Opening
from forum.places.models import Category, Project
from forum.tlog.authorkey import act_message, check_act
from forum.tlog.commitment import commit
from forum.tlog.declared import Declared, DeclaredComplaint
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError

BATCH = 1000
Salts = dict[tuple[int, str], bytes]


def check_rows() -> Iterator[Difference]:
    """Differences between the rows and what the log declares; texts and photos through their salts."""
    declared, broken = _replay()
    yield from broken
    numbers = list(db.session.scalars(select(Complaint.number).order_by(Complaint.number)))
    for number in declared.complaints.keys() - set(numbers):
        entry = declared.complaints[number].entry
        yield Difference("row-missing", entry, f"complaint {number} is in the log, not in the rows")
    for start in range(0, len(numbers), BATCH):
        yield from _check_batch(numbers[start : start + BATCH], declared)
        db.session.rollback()


def _replay() -> tuple[Declared, list[Difference]]:
    declared, broken = Declared(), []
    query = select(LogEntry.index, LogEntry.bytes).where(LogEntry.complaint.is_not(None))
    rows = db.session.execute(query.order_by(LogEntry.index).execution_options(yield_per=BATCH))
    origin = resource("log").origin
    for index, data in rows:
        try:
            entry = parse_entry(data)
            declared.apply(index, entry)
            _require_signature(origin, entry, declared)
        except TlogError as error:
            broken.append(Difference("entry-contradicts", index, str(error)))
    return declared, broken


def _require_signature(origin: str, entry: dict[str, Any], declared: Declared) -> None:
    """AuthorKeyError when an act that calls itself proven is not signed by the author's key."""
    if entry.get("proven") is not True:
        return
    number = entry["complaint"]
    message = act_message(origin, number, entry["kind"], entry.get("status"), entry["of"],
                          entry.get("commitments", {}).get("text"))  # fmt: skip
    check_act(declared.complaints[number].author_key or "", message, entry["sig"])


def _check_batch(numbers: Sequence[int], declared: Declared) -> Iterator[Difference]:
    within = (numbers[0], numbers[-1])
    salts: Salts = {
        (entry, field): salt
        for entry, field, salt in db.session.execute(
            select(Opening.entry, Opening.field, Opening.salt).where(
                Opening.complaint.between(*within)
            )
        )
    }
    rows = db.session.execute(
        select(Complaint, Project.slug, Category.slug)
        .join(Project, Project.id == Complaint.project_id)
        .join(Category, Category.id == Complaint.category_id)
        .where(Complaint.number.between(*within))
    )
    versions = _grouped(Version, within, Version.entry)
    replies = _grouped(Reply, within, Reply.id)
    photos = _grouped(Photo, within, Photo.id)
    promises = _grouped(Promise, within, Promise.id)
    for row, project, category in rows:
        said = declared.complaints.get(row.number)
        if said is None:
            yield Difference("row-unlogged", None, f"complaint {row.number} is not in the log")
            continue
        yield from _check_fields(row, project, category, said)
        yield from _check_texts(row, versions.get(row.number, []), said, salts)
        yield from _check_replies(row.number, replies.get(row.number, []), said, salts)
        yield from _check_promises(promises.get(row.number, []), said)
        yield from _check_photos(photos.get(row.number, []), said, salts)


def _grouped(model: Any, within: tuple[int, int], order: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    query = select(model).where(model.complaint.between(*within)).order_by(order)
    for row in db.session.scalars(query):
        found.setdefault(row.complaint, []).append(row)
    return found


def _check_fields(
    row: Complaint, project: str, category: str, said: DeclaredComplaint
) -> Iterator[Difference]:
    claimed, wanted = row.claimed_at, row.wanted_by
    due = row.withdrawal_due
    pairs = {
        "entry": (row.entry, said.entry),
        "act_entry": (row.act_entry, said.act_entry),
        "last_entry": (row.last_entry, said.last_entry),
        "type": (row.type, said.type),
        "project": (project, said.project),
        "category": (category, said.category),
        "verified": (row.verified, said.verified),
        "state": (row.state, said.state),
        "status": (row.status, said.status),
        "supporters": (row.supporters, said.supporters),
        "statement": (row.statement, said.statement),
        "author_key": (row.author_key, said.author_key),
        "posted_at": (clock.format_utc(row.posted_at), said.posted_at),
        "claimed_at": (claimed and clock.format_utc(claimed), said.claimed_at),
        "wanted_by": (wanted and wanted.isoformat(), said.wanted_by),
        "withdrawal_due": (due and clock.format_utc(due), said.withdrawal_due),
    }
    for name, (here, there) in pairs.items():
        if here != there:
            yield Difference("row-differs", said.last_entry,
                             f"complaint {row.number}: {name} is {here}, the log says {there}")  # fmt: skip


def _check_texts(
    row: Complaint, versions: list[Version], said: DeclaredComplaint, salts: Salts
) -> Iterator[Difference]:
    if row.state == "erased":
        return
    texts = {version.entry: f"{version.title}\n{version.body}" for version in versions}
    for version in said.versions:
        yield from _opens(version.entry, "text", texts.get(version.entry), version.text, salts)
    yield from _opens(said.entry, "author", row.author, said.commitments["author"], salts)
    if row.remedy or "remedy" in said.commitments:
        yield from _opens(said.entry, "remedy", row.remedy, said.commitments.get("remedy"), salts)
    shown = next(version.entry for version in reversed(said.versions) if version.proven)
    if texts.get(shown) != f"{row.title}\n{row.body}":
        yield Difference("row-differs", shown, f"complaint {row.number}: the text shown is another")


def _check_replies(
    number: int, replies: list[Reply], said: DeclaredComplaint, salts: Salts
) -> Iterator[Difference]:
    for reply in replies:
        there = said.replies.get(reply.id)
        if there is None or there.entry != reply.entry:
            yield Difference("row-unlogged", reply.entry, f"reply {reply.id} of complaint {number}")
            continue
        yield from _opens(reply.entry, "text", reply.body, there.commitments["text"], salts)
        yield from _opens(reply.entry, "author", reply.by, there.commitments["author"], salts)
        if (reply.kind, clock.format_utc(reply.posted_at)) != (there.kind, there.at):
            yield Difference("row-differs", reply.entry, f"reply {reply.id}: kind or time")
    for missing in said.replies.keys() - {reply.id for reply in replies}:
        entry = said.replies[missing].entry
        yield Difference("row-missing", entry, f"reply {missing} of complaint {number}")


def _check_promises(promises: list[Promise], said: DeclaredComplaint) -> Iterator[Difference]:
    here = {row.id: (row.entry, row.until.isoformat(), row.state) for row in promises}
    there = {key: (p.entry, p.until, p.state) for key, p in said.promises.items()}
    for item in sorted(here.keys() | there.keys()):
        if here.get(item) != there.get(item):
            entry = said.promises[item].entry if item in said.promises else None
            yield Difference("row-differs", entry, f"promise {item} of complaint {said.number}")


def _check_photos(
    photos: list[Photo], said: DeclaredComplaint, salts: Salts
) -> Iterator[Difference]:
    committed = {said.entry: said.commitments} | {
        reply.entry: reply.commitments for reply in said.replies.values()
    }
    wanted = {
        (entry, field)
        for entry, fields in committed.items()
        for field in fields
        if field.startswith("photo.")
    }
    for photo in photos:
        fields = committed.get(photo.entry, {})
        name = f"photo.{photo.position}"
        values = {name: photo.sha256, f"{name}.received": photo.received, f"{name}.alt": photo.alt}
        for field, value in values.items():
            wanted.discard((photo.entry, field))
            yield from _opens(photo.entry, field, value, fields.get(field), salts)
    for entry, field in sorted(wanted):
        yield Difference("row-missing", entry, f"{field} of complaint {said.number}")


def _opens(
    entry: int, field: str, value: str | None, committed: str | None, salts: Salts
) -> Iterator[Difference]:
    salt = salts.get((entry, field))
    if salt is None or value is None or committed is None:
        yield Difference("opening-missing", entry, f"{field} cannot be opened")
    elif commit(field, salt, value) != committed:
        yield Difference("commitment-differs", entry, f"{field} is not what was committed to")
