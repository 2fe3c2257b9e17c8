"""The desk: what was flagged, and what waits for a second person, each with the oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base.refusal import Refusal
from forum.base.rights import route_acts
from forum.base.web.cache import forget_pages
from forum.base.web.forms import posted, refused_page
from forum.complaints.covering import Cuts, Kept, kept_of
from forum.complaints.models import Complaint, Reply
from forum.moderation import queries, two_people
from forum.moderation import rules as published
from forum.moderation.forms import DETECTION_LABELS, AnswerForm
from forum.moderation.models import Proposal, Rules
from forum.moderation.redaction import of_proposal
from forum.moderation.views.answers import blueprint, waiting, what
from forum.moderation.views.cuts import preview_of
from forum.moderation.views.flagged import queue_rows
from forum.moderation.views.second import answering
from forum.moderation.views.shown import can_be_read, thing
from forum.moderation.waiting import is_request

route_acts(
    {
        "moderation.desk": "moderation.queue",
        "moderation.approve": "measure.decide",
        "moderation.reject": "measure.decide",
    }
)


Waits = tuple[Proposal, Complaint | None, Reply | None]


@dataclass(frozen=True)
class Read:
    """What the rows need beside themselves, read once for all: the page asks as much for two as for
    two hundred."""

    rules: Mapping[int, Rules]
    suspects: Mapping[int, dict[str, Any]]
    kept: Kept


@blueprint.get("/moderation")
def desk() -> str:
    """Everything that waits for a decision."""
    g.personal = True
    return render_template("moderation/desk.html", heading=_("双人复核"),
                           rows=_rows(queries.open_proposals()), flagged=queue_rows())  # fmt: skip


@blueprint.post("/statements/<int:number>/approve")
def approve(number: int) -> Response:
    """Agree: it is carried out at once."""
    done = two_people.approve(current_user, number)
    if done.act == "erase":
        forget_pages()
    return redirect(url_for("moderation.statement", number=number), 303)


@blueprint.post("/statements/<int:number>/reject")
def reject(number: int) -> tuple[str, int] | Response:
    """Do not agree, or do not do what was asked for; why is public."""
    form = posted(AnswerForm)
    found = queries.proposal(number)
    page = {"label": _("公开答复"), "heading": _("不同意"), "back": url_for("moderation.desk")}
    asked = found is not None and is_request(found)
    verb = two_people.refuse_request if asked else two_people.reject
    try:
        verb(current_user, number, form.why.data or "")
    except Refusal as refused:
        return refused_page(form, refused, **page)
    return redirect(url_for("moderation.statement", number=number), 303)


def _rows(waits: list[Waits]) -> list[dict[str, Any]]:
    proposals = [proposal for proposal, _complaint, _reply in waits]
    read = Read(
        published.of_entries({row.rules for row in proposals if row.rules}),
        queries.suspects({row.target_id for row in proposals if row.target_id}),
        kept_of({row.complaint for row in proposals if row.complaint and row.cuts}),
    )
    return [_row(*each, read) for each in waits]


def _row(
    proposal: Proposal, complaint: Complaint | None, reply: Reply | None, read: Read
) -> dict[str, Any]:
    return {
        **what(proposal, read.rules),
        **waiting(proposal),
        "href": url_for("moderation.statement", number=proposal.number),
        "found_label": DETECTION_LABELS[proposal.detection] if proposal.detection else None,
        "until": proposal.until,
        **_said(proposal, complaint, reply, read),
        **answering(proposal),
    }


def _said(
    proposal: Proposal, complaint: Complaint | None, reply: Reply | None, read: Read
) -> dict[str, Any]:
    """What the measure is about; of a suspension, whose it is, for the desk alone."""
    if complaint is None:
        target = read.suspects.get(proposal.target_id or 0, {"name": "", "numbers": []})
        return {"said": None, "preview": [], "target": target}
    cuts = of_proposal(proposal) if can_be_read(complaint, reply) else None
    return {"said": thing(complaint, reply),
            "preview": _preview(complaint, reply, cuts, read.kept) if cuts else []}  # fmt: skip


def _preview(
    complaint: Complaint, reply: Reply | None, cuts: Cuts, kept: Kept
) -> list[dict[str, Any]]:
    try:
        return preview_of(complaint, reply, cuts, kept)
    except Refusal:  # the author changed the words meanwhile
        return []
