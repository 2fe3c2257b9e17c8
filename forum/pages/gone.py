"""The page in the place of a complaint that is not shown: the notice, and the way back."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from forum.base import clock
from forum.pages import rows
from forum.pages.complaint import entry_links
from forum.pages.head import Head
from forum.pages.notices import Notice, notice_of
from forum.pages.personal import is_author, personal

APPEAL_MONTHS = 6
APPEALABLE = ("refused", "removed", "erased")


def gone_page(head: Head) -> dict[str, Any]:
    """The context of complaints/gone.html."""
    notice = notice_of(head.number)
    entries = rows.entries_of(head.number, without=rows.SUPPORT_KINDS)
    return {
        "n": notice,
        "entries": entry_links(entries),
        "json_href": url_for("pages.complaint_json", number=head.number),
        "own": _own_text(head),
        **_appeal(head, notice),
        **personal(head),
    }


def _appeal(head: Head, notice: Notice) -> dict[str, Any]:
    if head.state not in APPEALABLE:
        return {"appeal_until": None, "appeal_sentence": None}
    until = months_after(clock.local_date(notice.removed_at), APPEAL_MONTHS)
    return {
        "appeal_until": until,
        "appeal_sentence": _(
            "作者可在通知之日起六个月内（到 %(until)s）免费申诉，由没有参与原决定的人复核，"
            "并书面说明理由。申诉请拨打页脚的电话，说明意见编号。",
            until=until.isoformat(),
        ),
    }


def _own_text(head: Head) -> dict[str, Any] | None:
    """What the author wrote: gone for others, it stays theirs to read, unless it was erased."""
    if not is_author(head) or head.state == "erased":
        return None
    facts = rows.facts_of(head.number)
    return {"title": facts.title, "body_html": facts.body_html, "remedy": facts.remedy}


def months_after(day: date, months: int) -> date:
    """The same day `months` later; the last of the month where that month is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
