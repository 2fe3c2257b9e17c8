"""Destroying what people wrote: words, photos, and the salts that open their commitments.

Number, times, state and entries stay: they say that something was here, and never what. The verbs
are called inside the transaction of an erasure; what lies outside of the rows follows from the
outbox (topic ``content.erased``), for nothing may be destroyed before its entry is committed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from forum.base.db import db
from forum.base.outbox import Payload
from forum.base.resources import resource
from forum.complaints.models import Complaint, Photo, Reply, Sealed, Version
from forum.log.models import Opening
from forum.log.queries import entries_of

# The entries that hold commitments to what the author wrote; those to facts of statements stay.
# What a cut put in their place goes with them.
COMPLAINT_KINDS = ("complaint.posted", "complaint.imported", "complaint.edited")
ITEM_KINDS = tuple(
    f"{item}.{done}" for item in ("reply", "comment") for done in ("posted", "imported", "edited")
)
CUT = ("complaint.redacted", "reply.redacted", "comment.redacted")


@dataclass(frozen=True)
class ItemEntries:
    """Entries about one reply or comment: the newest, and those whose openings are held or sealed."""

    newest: int
    held: list[int]


def openings_of_text(complaint: Complaint) -> list[int]:
    """Indexes, rising, of the entries of the complaint itself whose openings are held or sealed.

    Where none are (they were lost with a database), its first entry.
    """
    own, held = set(), _held(complaint.number)
    for index, entry in entries_of(complaint.number):
        own |= {index} if entry["kind"] in COMPLAINT_KINDS else set()
        held |= set(entry["closes"]) if entry["kind"] in CUT else set()
    return sorted(own & held) or [complaint.entry]


def entries_of_items(number: int) -> dict[int, ItemEntries]:
    """Id → entries of everything that was said under a complaint; one reading of its entries."""
    held, found = _held(number), dict[int, ItemEntries]()
    for index, entry in entries_of(number):
        if entry["kind"].startswith(("reply.", "comment.")):
            before = found.get(entry["item"])
            opened = [index] if index in held and entry["kind"] in ITEM_KINDS else []
            opened = entry["closes"] if entry["kind"] in CUT else opened
            known = {*(before.held if before else ()), *opened}
            found[entry["item"]] = ItemEntries(index, sorted(known))
    return found


def things_said(complaint: Complaint) -> Sequence[Reply]:
    """The replies and comments under it that were not erased, in order of the log."""
    query = select(Reply).where(Reply.complaint == complaint.number, Reply.state != "erased")
    return db.session.scalars(query.order_by(Reply.id)).all()


def destroy_complaint(complaint: Complaint, closes: Collection[int]) -> list[str]:
    """Destroy title, text, name, wish, versions, photos and salts; the files that may now go."""
    files = _destroy_photos(Photo.complaint == complaint.number, Photo.reply_id.is_(None))
    files += destroy_sealed(Sealed.complaint == complaint.number, Sealed.item.is_(None))
    db.session.execute(delete(Version).where(Version.complaint == complaint.number))
    _close(complaint.number, closes)
    complaint.title = complaint.body = complaint.body_html = complaint.author = ""
    complaint.remedy = None
    complaint.photos = 0
    return files


def destroy_item(reply: Reply, closes: Collection[int]) -> list[str]:
    """Destroy the words, name, photos and salts of one reply or comment; as above."""
    files = _destroy_photos(Photo.complaint == reply.complaint, Photo.reply_id == reply.id)
    files += destroy_sealed(Sealed.complaint == reply.complaint, Sealed.item == reply.id)
    _close(reply.complaint, closes)
    reply.body = reply.body_html = reply.by = ""
    return files


def forget_files(payloads: Iterable[Payload]) -> None:
    """Receiver of content.erased ({"files"}): delete them, but for those in use by now."""
    storage = resource("storage")
    for payload in payloads:
        used = _in_use(payload["files"])
        db.session.rollback()
        for key in payload["files"]:
            if key not in used:
                storage.delete(key)


def _held(number: int) -> set[int]:
    query = select(Opening.entry).where(Opening.complaint == number).distinct()
    return set(db.session.scalars(query))


def _close(number: int, entries: Collection[int]) -> None:
    db.session.execute(delete(Opening).where(Opening.entry.in_(entries)))
    for entry in entries:
        instead = Opening.complaint == number, Opening.field.like(f"%.{entry}")
        db.session.execute(delete(Opening).where(*instead, Opening.entry != entry))


def destroy_sealed(*of: object) -> list[str]:
    """Delete what cuts had sealed, of the rows that `of` says; the files that may now go."""
    rows = db.session.scalars(select(Sealed).where(*of)).all()  # type: ignore[arg-type]
    files = {key for row in rows for key in _files_of(row)}
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    return sorted(files - _in_use(files))


def _files_of(row: Sealed) -> list[str]:
    if row.name.endswith(".received"):
        return [f"originals/{row.value}"]
    return [f"photos/{row.value}", f"photos/{row.thumb}"] if row.thumb else []


def _destroy_photos(*of: object) -> list[str]:
    """Delete the rows; the keys of their files that no other photo has."""
    rows = db.session.scalars(select(Photo).where(*of)).all()  # type: ignore[arg-type]
    files = {
        key
        for row in rows
        for key in (f"photos/{row.sha256}", f"photos/{row.thumb}", f"originals/{row.received}")
    }
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    return sorted(files - _in_use(files))


def _in_use(files: Collection[str]) -> set[str]:
    digests = {key.partition("/")[2] for key in files}
    used: set[str] = set()
    for kind, column in (("photos", Photo.sha256), ("photos", Photo.thumb),
                         ("originals", Photo.received)):  # fmt: skip
        found = db.session.scalars(select(column).where(column.in_(digests)))
        used |= {f"{kind}/{digest}" for digest in found}
    sealed = select(Sealed).where(Sealed.value.in_(digests) | Sealed.thumb.in_(digests))
    return used | {key for row in db.session.scalars(sealed) for key in _files_of(row)}
