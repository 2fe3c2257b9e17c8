"""Home: one sentence of honesty with live figures, what was solved, what is late, what is new."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select

from forum.base.db import db
from forum.base.web.cache import true_until
from forum.complaints import holding
from forum.complaints.models import Complaint, Promise
from forum.log.words import COUNT_LABELS
from forum.pages import cards, figures, lists
from forum.pages.figures import Counts
from forum.pages.head import SHOWN
from forum.pages.lists import Wanted

FEW = 4
NEWEST = 10


def home_page() -> dict[str, Any]:
    """The context of pages/_home.html."""
    counted = figures.count()
    true_until(counted.next_due)
    return {
        "honesty": _honesty(counted),
        "waiting": _waiting(),
        "figures": _figures(counted),
        "kept": _some("solved", FEW),
        "late": _some("overdue", FEW),
        "newest": _some("newest", NEWEST),
        "kept_href": url_for("pages.complaints", sort="solved"),
        "late_href": url_for("pages.complaints", sort="overdue"),
        "newest_href": url_for("pages.complaints"),
        "search_action": url_for("pages.complaints"),
    }


def _some(sort: str, most: int) -> list[Any]:
    """The first few of a list, as `/complaints` has them."""
    rows, _more = lists.page_of(Wanted(sort=sort), most)
    return cards.items_of(rows)


def _honesty(counted: Counts) -> dict[str, Any]:
    """received = visible + removed + the rest: whoever adds it up finds nothing missing."""
    rest = {
        state: getattr(counted, state)
        for state in figures.STATES
        if state not in ("visible", "removed") and getattr(counted, state)
    }
    said = _("，").join(f"{COUNT_LABELS[state]} {number:,}" for state, number in rest.items())
    return {
        "received": counted.received,
        "visible": counted.visible,
        "removed": counted.removed,
        "received_href": url_for("pages.complaints"),
        "visible_href": url_for("pages.complaints"),
        "removed_href": url_for("log.readable", kind="complaint.removed"),
        "rest": _("其余：%(said)s。", said=said) if said else None,
    }


def _waiting() -> dict[str, Any] | None:
    """What is held: how many, which share, since when; the page is true until the next is due."""
    queue = holding.queue()
    if not queue.waiting:
        return None
    true_until(queue.due_at)
    return {"number": queue.waiting, "share": f"{queue.waiting / queue.received:.1%}",
            "oldest_at": queue.oldest_at,
            "href": url_for("log.readable", kind="complaint.held")}  # fmt: skip


def _figures(counted: Counts) -> list[dict[str, Any]]:
    kept, broken = _promises()
    rows = (
        (
            "unanswered",
            _("待答复"),
            counted.unanswered,
            url_for("pages.complaints", sort="unanswered"),
        ),
        ("overdue", _("已超时"), counted.overdue, url_for("pages.complaints", sort="overdue")),
        (
            "confirmed",
            _("业主确认已解决"),
            counted.confirmed,
            url_for("pages.complaints", sort="solved"),
        ),
        ("kept", _("已兑现的承诺"), kept, url_for("log.readable", kind="promise.kept")),
        ("broken", _("未兑现的承诺"), broken, url_for("log.readable", kind="promise.broken")),
    )
    return [
        {"name": name, "label": label, "number": n, "href": href, "note": None}
        for name, label, n, href in rows
    ]


def _promises() -> tuple[int, int]:
    """How many promises were kept, and how many broken, under complaints that can be read."""

    def of(state: str) -> ColumnElement[int]:
        return func.count().filter(Promise.state == state)

    kept, broken = db.session.execute(
        select(of("kept"), of("broken"))
        .select_from(Promise)
        .join(Complaint, Complaint.number == Promise.complaint)
        .where(Complaint.state.in_(SHOWN))
    ).one()
    return kept, broken
