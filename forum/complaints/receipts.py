"""The author's receipt: proves offline that this text was accepted at this time. No secret in it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base.db import db
from forum.base.refusal import NotFound
from forum.base.resources import resource, setting
from forum.complaints.models import Complaint, Photo, Version
from forum.log import queries as log
from forum.log.models import Opening as Salt
from forum.tlog.receipt import Opening, format_receipt


def receipt_of(complaint: Complaint) -> str:
    """The receipt file (JSON text) under the newest checkpoint; NotFound when it was erased."""
    values = committed_values(complaint)
    salts = db.session.execute(select(Salt.field, Salt.salt).where(Salt.entry == complaint.entry))
    openings = {row.field: Opening(row.salt, values[row.field]) for row in salts}
    if "text" not in openings:
        raise NotFound(_l("这条意见的内容已依法清除，回执不再提供。您保存的回执仍可核验。"))
    return format_receipt(
        setting("FORUM_BASE_URL").rstrip("/"),
        resource("log").origin,
        complaint.number,
        log.entry_bytes(complaint.entry)[0],
        log.prove(complaint.entry),
        openings,
    )


def committed_values(complaint: Complaint) -> dict[str, str]:
    """Field → value that the posting entry committed to, from the rows."""
    first = db.session.get(Version, complaint.entry)
    values = {"author": complaint.author}
    if first is not None:
        values["text"] = f"{first.title}\n{first.body}"
    if complaint.remedy:
        values["remedy"] = complaint.remedy
    photos = db.session.execute(
        select(Photo.position, Photo.sha256, Photo.received, Photo.alt).where(
            Photo.complaint == complaint.number, Photo.entry == complaint.entry
        )
    )
    for k, public, received, alt in photos:
        values |= {f"photo.{k}": public, f"photo.{k}.received": received, f"photo.{k}.alt": alt}
    return values
