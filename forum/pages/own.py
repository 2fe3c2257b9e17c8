"""What is about whoever reads a complaint: their me-too, their words that nobody else can read, and
whether they may write at present.

One query for all of it, made once: it is asked with every page of everybody who is signed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)

from forum.accounts.models import Suspension
from forum.accounts.suspended import running
from forum.base import clock
from forum.base.db import db
from forum.complaints.models import Reply, Sealed, Support
from forum.pages.head import Head

_NUMBER = bindparam("number", type_=Integer)
_PERSON = bindparam("person", type_=Integer)
# The complaint's number where the reader wrote it, else 0: no complaint has that number.
_WRITTEN = bindparam("written", type_=Integer)
_TODAY = bindparam("today", type_=Date)
_REPLIES = select(Reply.id).where(Reply.complaint == _NUMBER, Reply.account_id == _PERSON)
_OWN: CompoundSelect[Any] = union_all(
    select(
        literal("support", String).label("what"),
        cast(null(), Integer).label("item"),
        literal("", String).label("name"),
        literal("", String).label("value"),
        literal(0).label("place"),
        literal(0).label("nth"),
    ).where(Support.complaint == _NUMBER, Support.account_id == _PERSON),
    select(
        literal("sealed", String), Sealed.item, Sealed.name, Sealed.value, Sealed.place, Sealed.id
    ).where(
        Sealed.complaint == _NUMBER,
        or_(Sealed.item.in_(_REPLIES), and_(Sealed.item.is_(None), Sealed.complaint == _WRITTEN)),
    ),
    select(
        literal("removed", String), Reply.id, literal("text", String), Reply.body, literal(0), Reply.id
    ).where(
        Reply.complaint == _NUMBER, Reply.account_id == _PERSON, Reply.state == "removed"
    ),
    select(
        literal("suspended", String), cast(null(), Integer), literal("", String),
        literal("", String), literal(0), Suspension.statement,
    ).where(Suspension.account_id == _PERSON, running(_TODAY)),
)  # fmt: skip


@dataclass(frozen=True)
class Own:
    """supports: whether the reader said "me too". suspended: whether `accounts.suspended` has
    something to tell them. words: (label, text) of what they wrote here and nobody else can read
    any more."""

    supports: bool = False
    suspended: bool = False
    words: tuple[dict[str, str], ...] = ()


def own_of(head: Head) -> Own:
    """What is the reader's own under this complaint; nothing for visitors."""
    if not current_user.is_authenticated or head.state == "erased":
        return Own()
    person = current_user.id
    written = head.number if head.account_id == person else 0
    asked = {"number": head.number, "person": person, "written": written,
             "today": clock.local_date()}  # fmt: skip
    rows = db.session.connection().execute(_OWN, asked).all()
    # What was cut first, in the order of the text; then the replies that were taken down.
    kept = sorted(
        (r for r in rows if r.what in ("sealed", "removed") and r.value and _is_words(r.name)),
        key=lambda row: (row.what == "removed", row.place, row.nth),
    )
    words = dict.fromkeys((row.item, row.value) for row in kept)
    return Own(
        supports=any(row.what == "support" for row in rows),
        suspended=any(row.what == "suspended" for row in rows),
        words=tuple({"label": _label(item), "text": text} for item, text in words),
    )


def _is_words(name: str) -> bool:
    return name in ("text", "remedy") or name.endswith(".alt")


def _label(item: int | None) -> str:
    return _("您的意见") if item is None else _("您的回复 %(item)d", item=item)
