"""The author's receipt: proves offline that this text was accepted at this time. No secret in it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base.db import db
from forum.base.refusal import NotFound
from forum.base.resources import resource, setting
from forum.complaints.models import Complaint, Photo, Version
from forum.log import queries as log
from forum.log.models import Opening as Salt
from forum.log.publishing import witness_count
from forum.tlog.entry import parse_entry
from forum.tlog.merkle import leaf_hash
from forum.tlog.receipt import Opening, format_receipt


@dataclass(frozen=True)
class Summary:
    """What page, picture and mail say of a receipt.

    entry: index of the posting entry; leaf, commitment (of the text): hex; size, root (base64):
    the checkpoint that the receipt's proof leads to; witnesses: how many independent ones watch;
    verify: the address that checks it, with what a QR code holds.
    """

    entry: int
    leaf: str
    commitment: str
    size: int
    root: str
    witnesses: int
    verify: str


def summary_of(complaint: Complaint) -> Summary:
    """The receipt of `complaint` in figures, under the checkpoint a receipt made now has."""
    data = log.entry_bytes(complaint.entry)[0]
    leaf = leaf_hash(data).hex()
    under = _checkpoint(complaint.entry)
    return Summary(
        complaint.entry, leaf, parse_entry(data)["commitments"]["text"], under.size, under.root,
        witness_count(), verify_link(complaint.number, complaint.entry, leaf),
    )  # fmt: skip


def _checkpoint(entry: int) -> log.Tip:
    under = log.published()
    newest = under if under is not None and entry < under.size else log.tip()
    if newest is None:
        raise NotFound(_l("记录还没有开启。"))
    return newest


def verify_link(number: int, entry: int, leaf: str) -> str:
    """The address of the page that checks a receipt. Behind the # it is never sent to a server."""
    return f"{base_url()}/verify#n={number}&e={entry}&l={leaf}"


def base_url() -> str:
    """The address of the board, without a slash at its end."""
    return str(setting("FORUM_BASE_URL")).rstrip("/")


def file_name(number: int) -> str:
    """What the receipt file is called."""
    return f"zhiyan-{number}.json"


def receipt_of(complaint: Complaint) -> str:
    """The receipt file (JSON text) under the newest checkpoint; NotFound when it was erased."""
    values = committed_values(complaint)
    salts = db.session.execute(select(Salt.field, Salt.salt).where(Salt.entry == complaint.entry))
    openings = {row.field: Opening(row.salt, values[row.field]) for row in salts}
    if "text" not in openings and complaint.state != "erased" and not complaint.body_html:
        raise NotFound(_l("封存的原文已按规则销毁，回执不再提供。您保存的回执仍可核验。"))
    if "text" not in openings and complaint.state != "erased":
        raise NotFound(_l("其中有一处已遮盖，回执不再提供。您保存的回执仍可核验。"))
    if "text" not in openings:
        raise NotFound(_l("这条意见的内容已依法清除，回执不再提供。您保存的回执仍可核验。"))
    return format_receipt(
        base_url(),
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
