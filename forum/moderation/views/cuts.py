"""Covering a part: what is to be covered, then its effect in every version, then the act."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Response, g, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from forum.base.cuts import marked
from forum.base.refusal import NotFound, Refusal
from forum.base.rights import may, route_acts
from forum.base.web.errors import status_of
from forum.base.web.forms import blame, posted
from forum.complaints.covering import Covered, Cuts, Kept
from forum.complaints.models import Complaint, Reply
from forum.complaints.queries import photos_under
from forum.moderation import redaction, service, two_people
from forum.moderation.forms import RedactForm
from forum.moderation.measures import Measure, target_of
from forum.moderation.models import Proposal, Statement
from forum.moderation.views.acts import (
    Answer,
    blank,
    judged_by,
    measure_page,
    statement_of,
    wanted_item,
)
from forum.moderation.views.answers import blueprint
from forum.moderation.views.possible import require_possible
from forum.moderation.views.shown import can_be_read

route_acts(
    {
        "moderation.redact_form": "complaint.redact",
        "moderation.redact": "complaint.redact",
    }
)


@blueprint.get("/complaints/<int:number>/redact")
def redact_form(number: int) -> Response:
    """What is to be covered, beside the text; with ``?item=`` in one reply or comment."""
    form = RedactForm(item=wanted_item())
    form.offer_photos(_photos(number, form.item.data))
    return blank(number, form, "redact")


@blueprint.post("/complaints/<int:number>/redact")
def redact(number: int) -> Answer:
    """First show the effect in every version; once it was seen, propose it or do it alone."""
    g.personal = True
    form = posted(RedactForm)
    form.offer(judged_by(number, form), alone=may(current_user.role, "complaint.redact-alone"))
    form.offer_photos(_photos(number, form.item.data))
    if not form.validate():
        return measure_page(number, form, "redact"), 400
    complaint, reply = target_of(number, form.item.data)
    try:
        require_possible(number, form, "redact")
        cuts = form.cuts()
        preview = preview_of(complaint, reply, cuts)
        if form.seen.data != _digest(cuts):
            form.seen.data = _digest(cuts)
            return measure_page(number, form, "redact", preview), 200
        begun = _redact(number, form, cuts)
    except NotFound:
        raise
    except Refusal as refused:
        blame(form, refused)
        return measure_page(number, form, "redact"), status_of(refused)
    return redirect(url_for("moderation.statement", number=begun.number), 303)


def _photos(number: int, item: int | None) -> list[tuple[int, str]]:
    """The photos that can be chosen; those of what is sealed are described to nobody."""
    return photos_under(number, item) if can_be_read(*target_of(number, item)) else []


def preview_of(
    complaint: Complaint, reply: Reply | None, cuts: Cuts, kept: Kept | None = None
) -> list[dict[str, Any]]:
    """Each version that the cuts change, as (label, before, after): Invalid when there is none.

    kept: what was read for many complaints at once (`covering.kept_of`).
    """
    found = redaction.changes(complaint, reply, cuts, kept)
    return [row for change in found for row in _rows(change)]


def _redact(number: int, form: RedactForm, cuts: Cuts) -> Proposal | Statement:
    given, item = statement_of(form), form.item.data
    if form.alone.data == "cover":
        return service.redact_alone(current_user, number, given, cuts, item)
    return two_people.propose(current_user, Measure("redact", number, given, item, cuts))


def _rows(change: Covered) -> list[dict[str, Any]]:
    label = _("记录第 %(entry)s 条", entry=change.entry)
    rows = []
    for name, before in change.before.items():
        after = change.after.get(name)
        if after is None and name.count(".") == 1:
            rows.append({"label": label, "before": _("照片"), "after": _("照片不再显示")})
        elif after is not None and after != before:
            rows.append({"label": label, "before": before, "after": marked(after)})
    return rows


def _digest(cuts: Cuts) -> str:
    """Names the cuts whose effect was shown, so that others cannot slip in after it."""
    return sha256(repr((cuts.phrases, cuts.photos)).encode()).hexdigest()
