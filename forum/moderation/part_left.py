"""What a cut must leave: whoever covers more than half of a text takes it down, by another name.

Counted are letters and digits, of the text as it was written: all its cuts together, whoever made
them. Photos, names and what the author wishes for are counted apart from it, and bound by nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import category

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base.cuts import hidden_by_marks, without_marks
from forum.base.db import db
from forum.base.refusal import Invalid
from forum.complaints.covering import Covered
from forum.complaints.models import Complaint, Reply, Sealed, Version
from forum.moderation.models import Statement


def require_part_left(
    complaint: Complaint, reply: Reply | None, changes: Iterable[Covered]
) -> None:
    """Invalid, naming the way to go on, when what is shown would not be a part of it any more."""
    shown = _shown(complaint) if reply is None else reply.entry
    for change in (each for each in changes if each.entry == shown):
        whole, after = _as_written(complaint, reply, change), change.after["text"]
        if any(letters(was) and not letters(left) for was, left in _parts(whole, after, reply)):
            raise Invalid(
                _l("标题或正文就一个字都不剩了，不再是遮盖一部分。请少遮几处；整条都不能展示的，"
                   "请提出下架，由两个人决定。"), "phrases",
            )  # fmt: skip
        _require_half(letters(after), letters(whole) + _destroyed(complaint, reply, whole))


def letters(text: str) -> int:
    """How many letters and digits can be read in it; a picture letter says something too."""
    return sum(one.isalnum() or category(one) == "So" for one in without_marks(text))


def _require_half(left: int, whole: int) -> None:
    if 2 * left < whole:
        raise Invalid(
            _l("这样只剩下 %(left)d 个字（连同数字），不到原来 %(whole)d 个的一半，不再是遮盖一部分。"
               "请少遮几处；整条都不能展示的，请提出下架，由两个人决定。", left=left, whole=whole),
            "phrases",
        )  # fmt: skip


def _shown(complaint: Complaint) -> int | None:
    """The entry of the version that everybody reads."""
    newest = select(Version.entry).where(Version.complaint == complaint.number, Version.proven)
    return db.session.scalar(newest.order_by(Version.entry.desc()).limit(1))


def _as_written(complaint: Complaint, reply: Reply | None, change: Covered) -> str:
    """The text before the first of its cuts; of what was destroyed since, the marks are left."""
    own = Sealed.item.is_(None) if reply is None else Sealed.item == reply.id
    sealed = select(Sealed.value).where(
        Sealed.complaint == complaint.number, own, Sealed.place == change.entry,
        Sealed.name == "text",
    )  # fmt: skip
    first = db.session.scalar(sealed.order_by(Sealed.id).limit(1))
    return change.before["text"] if first is None else first


def _parts(whole: str, after: str, reply: Reply | None) -> Iterable[tuple[str, str]]:
    """What stood there with what is left of it: title and body each, of a reply its text."""
    if reply is not None:
        return [(whole, after)]
    return zip(whole.split("\n", 1), after.split("\n", 1), strict=True)


def _destroyed(complaint: Complaint, reply: Reply | None, whole: str) -> int:
    """How much of it earlier cuts hide whose words are kept by nobody: only their marks say it.

    Where nothing was destroyed a mark is what the author typed.
    """
    own = Statement.item.is_(None) if reply is None else Statement.item == reply.id
    gone = select(Statement.number).where(
        Statement.complaint == complaint.number, own, Statement.act == "redact",
        Statement.destroyed_at.is_not(None),
    )  # fmt: skip
    return hidden_by_marks(whole) if db.session.scalar(gone.limit(1)) is not None else 0
