"""The page of one's notices."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base import rights
from forum.base.web import paging
from forum.log.words import REDRESS_LABELS, reason_label
from forum.moderation.redress import appeal_path
from forum.notifications import queries, service
from forum.notifications.models import Notice
from forum.notifications.words import headline

PAGE = 30
blueprint = Blueprint("notifications", __name__)
rights.route_acts({"notifications.index": "own-account", "notifications.mark_read": "own-account"})


@blueprint.get("/account/notices")
def index() -> str:
    """What happened to one's complaints, newest first."""
    g.personal = True
    rows = queries.newest(current_user, PAGE + 1, paging.after())
    shown = rows[:PAGE]
    return render_template(
        "notifications/list.html",
        rows=[_line(row) for row in shown],
        unread=any(row.read_at is None for row in shown),
        next_href=paging.next_link(rows, PAGE, shown[-1].id) if shown else None,
        first_href=paging.first_link(),
    )


@blueprint.post("/account/notices/read")
def mark_read() -> Response:
    """All seen."""
    service.mark_read(current_user)
    return redirect(url_for("notifications.index"), 303)


def _line(row: Notice) -> dict[str, Any]:
    statement = row.details.get("statement")
    reason = row.details.get("reason")
    return {
        "sentence": headline(row.what, row.complaint),
        "at": row.at,
        "href": service.path_of(row.complaint, row.details),
        "appeal_href": appeal_path(row.what, row.details),
        "fresh": row.read_at is None,
        "reason": reason_label(reason) if reason else None,
        "outcome": REDRESS_LABELS[row.details["outcome"]] if row.details.get("outcome") else None,
        "clause": row.details.get("clause"),
        "facts": row.details.get("facts"),
        "statement_href": url_for("moderation.statement", number=statement) if statement else None,
    }
