"""How a proposal stands, in words that hold for what it is about: shown, waiting, or gone."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from forum.base.db import db
from forum.complaints.models import SHOWN, Complaint, Reply
from forum.log import queries as log
from forum.moderation.models import Proposal


def end_label(row: Proposal) -> str:
    """What happens then."""
    if row.alone:
        return _("到期恢复")
    return _("到期发布") if row.act == "refuse" else _("作废时间")


def was_published(row: Proposal) -> bool:
    """Whether a refusal came to nothing because the complaint was published first."""
    if row.act != "refuse" or row.state != "lapsed" or row.decided_entry is None:
        return False
    # All of it is written in one transaction: what waits lapses, then it is published.
    index = row.decided_entry + 1
    while (after := log.entry(index)) is not None and after["kind"] == "statement.lapsed":
        index += 1
    return after is not None and after["kind"] == "complaint.published"


def sentence(row: Proposal) -> dict[str, Any] | None:
    """The first sentence of the page of what was not carried out (yet): words, and whether it waits."""
    if row.state == "open":
        return {"words": _waits(row), "open": True}
    if row.state in ("rejected", "refused", "lapsed"):
        return {"words": _came_to_nothing(row), "open": False}
    return None


def _waits(row: Proposal) -> str:
    if row.act == "refuse":
        return _("复核中：还没有处理。到期没有第二个人同意，这条意见自动发布。")
    if row.complaint is None:
        return _("复核中：还没有处理，这位作者照常可以发言。")
    return _("复核中：还没有处理，意见照常显示。") if _is_shown(row) else _("复核中：还没有处理。")


def _came_to_nothing(row: Proposal) -> str:
    if was_published(row):
        return _("这条意见已发布，这份提议失效。")
    return _("没有照办，意见照常显示。") if _is_shown(row) else _("没有照办。")


def _is_shown(row: Proposal) -> bool:
    """Whether what it is about can be read by everybody."""
    complaint = db.session.get(Complaint, row.complaint) if row.complaint is not None else None
    reply = db.session.get(Reply, row.item) if row.item is not None else None
    shown = complaint is not None and complaint.state in SHOWN
    return shown and (row.item is None or (reply is not None and reply.state in SHOWN))
