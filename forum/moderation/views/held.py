"""What waits for its first publication: the desk's list, and publishing."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base.rights import may, route_acts
from forum.complaints.holding import waiting_list
from forum.complaints.models import Complaint
from forum.log.words import type_label
from forum.moderation import holding, queries
from forum.moderation.models import Proposal
from forum.moderation.views.answers import blueprint
from forum.moderation.waiting import is_request

route_acts({"moderation.held": "moderation.queue", "moderation.publish": "complaint.publish"})


@blueprint.get("/moderation/held")
def held() -> str:
    """Everything that waits, whoever waited longest first."""
    g.personal = True
    waiting = queries.refusals_waiting()
    rows = [_row(c, waiting.get(c.number)) for c in waiting_list()]
    return render_template("moderation/held.html", rows=rows)


@blueprint.post("/complaints/<int:number>/publish")
def publish(number: int) -> Response:
    """Show it now."""
    holding.publish(current_user, number)
    return redirect(url_for("pages.complaint", number=number), 303)


def _row(complaint: Complaint, waits: Proposal | None) -> dict[str, Any]:
    """waits: the refusal that was asked for or proposed, so that nobody decides past it unawares."""
    number = complaint.number
    publishes = may(current_user.role, "complaint.publish")
    return {
        "number": number,
        "href": url_for("pages.complaint", number=number),
        "title": complaint.title,
        "body_html": complaint.body_html,
        "author": complaint.author,
        "project": complaint.project.name,
        "type": type_label(complaint.type),
        "posted_at": complaint.posted_at,
        "due_at": complaint.held_until,
        "publish": url_for("moderation.publish", number=number) if publishes else None,
        "refuse": url_for("moderation.refuse_form", number=number)
        if waits is None or is_request(waits) else None,
        "review": _review(waits) if waits is not None else None,
    }  # fmt: skip


def _review(waits: Proposal) -> dict[str, Any]:
    words = (
        _("有人申请不予发布，还没有人提出。")
        if is_request(waits)
        else _("有人已提出不予发布，正在复核。")
    )
    href = url_for("moderation.statement", number=waits.number)
    return {"number": waits.number, "href": href, "words": words}
