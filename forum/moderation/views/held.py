"""What waits for its first publication: the desk's list, and publishing."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base.rights import may, route_acts
from forum.complaints.holding import waiting_list
from forum.complaints.models import Complaint
from forum.log.words import type_label
from forum.moderation import holding
from forum.moderation.views.answers import blueprint

route_acts({"moderation.held": "moderation.queue", "moderation.publish": "complaint.publish"})


@blueprint.get("/moderation/held")
def held() -> str:
    """Everything that waits, whoever waited longest first."""
    g.personal = True
    return render_template("moderation/held.html", rows=[_row(c) for c in waiting_list()])


@blueprint.post("/complaints/<int:number>/publish")
def publish(number: int) -> Response:
    """Show it now."""
    holding.publish(current_user, number)
    return redirect(url_for("pages.complaint", number=number), 303)


def _row(complaint: Complaint) -> dict[str, Any]:
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
        "refuse": url_for("moderation.refuse_form", number=number),
    }
