"""What a page of moderation stands beside: its words while they are shown, and never what is sealed.

What is not shown any more is kept for appeals; whoever looks leaves an entry first, on the page of
the statement that hid it (`sealed.py`). So nothing else on the desk may say what it said.
"""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from forum.base.rights import may
from forum.base.web.guard import role
from forum.complaints.models import SHOWN, Complaint, Reply
from forum.log.words import COUNT_LABELS
from forum.moderation.sealed import may_look


def can_be_read(complaint: Complaint, reply: Reply | None = None) -> bool:
    """Whether a page may say what it says: people can see it, or those may who decide whether."""
    waits = complaint.state == "held" and may(role(), "moderation.queue")
    over = complaint.state in SHOWN or waits
    return over and (reply is None or reply.state in SHOWN)


def thing(complaint: Complaint, reply: Reply | None = None) -> dict[str, Any]:
    """The context of moderation/_thing.html: a complaint, or one reply or comment under it."""
    said = complaint if reply is None else reply
    here = {
        "number": complaint.number, "item": reply.id if reply else None,
        "href": url_for("pages.complaint", number=complaint.number), "posted_at": said.posted_at,
    }  # fmt: skip
    if not can_be_read(complaint, reply):
        return here | {"sealed": _sealed(complaint, reply)}
    return here | {
        "sealed": None, "title": complaint.title, "body_html": said.body_html,
        "author": complaint.author if reply is None else reply.by,
        "supporters": complaint.supporters, "replies": complaint.replies,
    }  # fmt: skip


def _sealed(complaint: Complaint, reply: Reply | None) -> dict[str, Any]:
    """That it cannot be read here, and by which statement it can by those who may."""
    hidden = complaint if reply is None or complaint.state not in SHOWN else reply
    number = hidden.statement
    looks = (number is not None and may(role(), "sealed.view") and hidden.state != "erased"
             and may_look(current_user, number))  # fmt: skip
    page = "moderation.sealed" if looks else "moderation.statement"
    return {
        "state_label": str(COUNT_LABELS[hidden.state]), "sentence": _sentence(hidden.state),
        "statement": number, "href": url_for(page, number=number) if number else None,
    }  # fmt: skip


def _sentence(state: str) -> str:
    if state == "held":
        return _("还在等待发布，这里不能看。")
    if state == "withdrawn":
        return _("作者已撤回，这里不能看。")
    return _("内容已依法清除。") if state == "erased" else _("已不在展示，原文封存。")
