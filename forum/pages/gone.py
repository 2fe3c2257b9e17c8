"""The page in the place of a complaint that is not shown: the notice, and the way back."""

from __future__ import annotations

from typing import Any

from flask import url_for

from forum.moderation.redress import appeal_sentence, appeal_until
from forum.pages import rows
from forum.pages.complaint import entry_links, reviews
from forum.pages.head import Head
from forum.pages.notices import APPEALABLE, Notice, notice_of
from forum.pages.personal import is_author, personal


def gone_page(head: Head) -> dict[str, Any]:
    """The context of complaints/gone.html."""
    notice = notice_of(head.number)
    entries = rows.entries_of(head.number, without=rows.SUPPORT_KINDS)
    return {
        "n": notice,
        "entries": entry_links(entries),
        "json_href": url_for("pages.complaint_json", number=head.number),
        "own": _own_text(head),
        # Of what is gone the entries say it; what waits has nothing decided about it yet.
        "reviews": reviews(head.number) if head.state == "held" else [],
        **_appeal(head, notice),
        **personal(head),
    }


def _appeal(head: Head, notice: Notice) -> dict[str, Any]:
    if head.state not in APPEALABLE:
        return {"appeal_until": None, "appeal_sentence": None}
    until = appeal_until(notice.removed_at)
    return {"appeal_until": until, "appeal_sentence": appeal_sentence(until)}


def _own_text(head: Head) -> dict[str, Any] | None:
    """What the author wrote: gone for others, it stays theirs to read, until it is destroyed."""
    if not is_author(head) or head.state == "erased":
        return None
    facts = rows.facts_of(head.number)
    if not facts.title and not facts.body_html:
        return {"destroyed": True}
    return {
        "destroyed": False,
        "title": facts.title,
        "body_html": facts.body_html,
        "remedy": facts.remedy,
    }
