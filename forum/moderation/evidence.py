"""Photos that go with an appeal: between whoever appeals and the auditors, and never public.

They are re-encoded like all photos; what came in is not kept, for nothing commits to it. Their files
lie under a kind of their own, which no address serves, and go with the words of the appeal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from forum.base import clock
from forum.base.db import db
from forum.base.outbox import Payload, emit
from forum.base.resources import resource
from forum.complaints.photos import ORPHAN_AGE, PreparedPhoto
from forum.moderation.redress_models import Appeal, AppealPhoto

KIND = "evidence"
MOST = 3
TOPIC = "evidence.forgotten"


@dataclass(frozen=True)
class Shown:
    """A photo of an appeal; data: a JPEG, None where its file was lost."""

    data: bytes | None
    alt: str
    width: int
    height: int


def store(photos: Collection[PreparedPhoto]) -> None:
    """Write the files durably, before the transaction that will name them."""
    for photo in photos:
        resource("storage").put(KIND, photo.public)


def keep(appeal: Appeal, photos: Collection[PreparedPhoto]) -> None:
    """Let the appeal have these photos; in the open transaction."""
    db.session.flush()
    db.session.add_all(
        AppealPhoto(appeal=appeal.number, sha256=photo.sha256, alt=photo.alt, width=photo.width,
                    height=photo.height)
        for photo in photos
    )  # fmt: skip


def photos_of(appeal: int) -> list[Shown]:
    """What goes with the appeal of this number. The caller says who may see it."""
    rows = db.session.scalars(
        select(AppealPhoto).where(AppealPhoto.appeal == appeal).order_by(AppealPhoto.id)
    )
    storage = resource("storage")
    return [Shown(storage.get(f"{KIND}/{row.sha256}"), row.alt, row.width, row.height)
            for row in rows]  # fmt: skip


def forget(about: ColumnElement[bool]) -> None:
    """Destroy the photos of the appeals that `about` says; their files follow from the outbox."""
    of = select(Appeal.number).where(about)
    rows = db.session.scalars(select(AppealPhoto).where(AppealPhoto.appeal.in_(of))).all()
    for row in rows:
        db.session.delete(row)
    if rows:
        emit(TOPIC, files=sorted({row.sha256 for row in rows}))


def forget_files(payloads: Iterable[Payload]) -> None:
    """Receiver of evidence.forgotten ({"files"}): delete them, but for those in use by now."""
    for payload in payloads:
        used = set(db.session.scalars(select(AppealPhoto.sha256)))
        db.session.rollback()
        for sha256 in payload["files"]:
            if sha256 not in used:
                resource("storage").delete(f"{KIND}/{sha256}")


def forget_orphans() -> int:
    """Delete files of appeals that were refused after they were stored. How many there were."""
    storage, before = resource("storage"), clock.now().timestamp() - ORPHAN_AGE
    used = set(db.session.scalars(select(AppealPhoto.sha256)))
    db.session.rollback()
    orphans = [key for key in storage.older_than(KIND, before)
               if key.partition("/")[2] not in used]  # fmt: skip
    for key in orphans:
        storage.delete(key)
    return len(orphans)
