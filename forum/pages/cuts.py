"""Which entries of a complaint are closed by a cut, and what its author alone may still read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import or_, select

from forum.base.db import db
from forum.complaints.models import Reply, Sealed
from forum.pages.head import Head
from forum.pages.rows import Rows
from forum.tlog.entry import parse_entry

Cut = tuple[int, Mapping[str, Any]]
REDACTED = ("complaint.redacted", "reply.redacted", "comment.redacted")
RESTORED = ("complaint.restored", "reply.restored", "comment.restored")


def closed_by(entries: Rows) -> dict[int, Cut]:
    """Closed entry → the newest cut in force that closed it: where it stands, and what it says."""
    cuts: list[Cut] = []
    for row in entries:
        if row.kind in REDACTED:
            cuts.append((row.entry, parse_entry(row.bytes)))
        elif row.kind in RESTORED:
            back = parse_entry(row.bytes)["statement"]
            cuts = [cut for cut in cuts if cut[1]["statement"] != back]
    return {closed: cut for cut in cuts for closed in cut[1]["closes"]}


def own_words(head: Head) -> list[dict[str, str]]:
    """What whoever reads this wrote here, and nobody else can read any more: (label, text)."""
    if not current_user.is_authenticated or head.state == "erased":
        return []
    own = select(Reply.id).where(
        Reply.complaint == head.number, Reply.account_id == current_user.id
    )
    mine = [Sealed.item.in_(own)]
    if head.account_id == current_user.id:
        mine.append(Sealed.item.is_(None))
    sealed = select(Sealed.item, Sealed.name, Sealed.value).where(
        Sealed.complaint == head.number, or_(*mine)
    )
    rows = db.session.execute(sealed.order_by(Sealed.place, Sealed.id)).all()
    words = [(item, value) for item, name, value in rows if _is_words(name)]
    removed = select(Reply.id, Reply.body).where(Reply.id.in_(own), Reply.state == "removed")
    words += [(item, body) for item, body in db.session.execute(removed)]
    return [{"label": _label(item), "text": text} for item, text in dict.fromkeys(words)]


def _is_words(name: str) -> bool:
    return name in ("text", "remedy") or name.endswith(".alt")


def _label(item: int | None) -> str:
    return _("您的意见") if item is None else _("您的回复 %(item)d", item=item)


def cut_items(entries: Rows) -> set[int]:
    """The replies and comments of which something is covered."""
    return {cut["item"] for _index, cut in closed_by(entries).values() if "item" in cut}


def any_closed(entries: Rows, of: Iterable[int]) -> bool:
    """Whether one of these entries is closed by a cut."""
    return not closed_by(entries).keys().isdisjoint(of)
