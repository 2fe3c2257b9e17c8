"""The same words sent twice, by a second tap or a page loaded again: they are kept once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import db
from forum.complaints.models import Photo, Reply
from forum.complaints.photos import PreparedPhoto

WITHIN = timedelta(minutes=10)


def said_just_now(
    person: Account, number: int, kind: str, body: str, photos: tuple[PreparedPhoto, ...] = ()
) -> Reply | None:
    """What this person last said under the complaint, when it is the same, less than `WITHIN` ago."""
    said = select(Reply).where(Reply.complaint == number, Reply.account_id == person.id)
    newest = db.session.scalars(said.order_by(Reply.id.desc()).limit(1)).first()
    if newest is None or (newest.kind, newest.body, newest.state) != (kind, body, "visible"):
        return None
    shown = select(Photo.sha256).where(Photo.complaint == number, Photo.reply_id == newest.id)
    kept = db.session.scalars(shown.order_by(Photo.position)).all()
    again = list(kept) == [photo.sha256 for photo in photos]
    return newest if again and clock.now() - newest.posted_at < WITHIN else None
