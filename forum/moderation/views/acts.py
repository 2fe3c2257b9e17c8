"""The first step of a measure, from a complaint's page; and showing again what was removed."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from forum.base.db import db
from forum.base.refusal import Conflict, Refusal
from forum.base.rights import may, route_acts
from forum.base.web.errors import status_of
from forum.base.web.forms import act_again, blame, posted, refused_page
from forum.complaints.models import Complaint, Reply
from forum.log.words import ACT_LABELS
from forum.moderation import rules as published
from forum.moderation import service, two_people
from forum.moderation.forms import AskForm, EraseForm, MeasureForm, RemoveForm, RestoreForm
from forum.moderation.measures import Measure, Request, StatementOfReasons, target_of
from forum.moderation.models import Proposal, Statement
from forum.moderation.views.answers import blueprint

Answer = tuple[str, int] | BaseResponse
route_acts(
    {
        "moderation.remove_form": "complaint.remove",
        "moderation.remove": "complaint.remove",
        "moderation.erase_form": "complaint.erase",
        "moderation.erase": "complaint.erase",
        "moderation.ask_form": "measure.ask",
        "moderation.ask": "measure.ask",
        "moderation.restore": "complaint.restore",
    }
)


@blueprint.get("/complaints/<int:number>/remove")
def remove_form(number: int) -> Response:
    """The statement to be written, beside what it would remove."""
    return _blank(number, RemoveForm(), "remove")


@blueprint.post("/complaints/<int:number>/remove")
def remove(number: int) -> Answer:
    """Propose that it be taken down; or take it down alone, by one of the exceptions."""
    form = posted(RemoveForm)
    return _begin(number, form, "remove", lambda: _remove(number, form))


def _remove(number: int, form: RemoveForm) -> Proposal | Statement:
    given = _statement_of(form)
    if form.alone.data == "two":
        return two_people.propose(current_user, Measure("remove", number, given))
    return service.remove_alone(current_user, number, given, form.alone.data)


@blueprint.get("/complaints/<int:number>/erase")
def erase_form(number: int) -> Response:
    """The same for what the law wants destroyed: the complaint, or with ``?item=`` one reply."""
    return _blank(number, EraseForm(item=_item()), "erase")


@blueprint.post("/complaints/<int:number>/erase")
def erase(number: int) -> Answer:
    """Propose that it be erased; an auditor must be one of the two."""
    form = posted(EraseForm)
    return _begin(
        number, form, "erase",
        lambda: two_people.propose(
            current_user, Measure("erase", number, _statement_of(form), form.item.data)
        ),
    )  # fmt: skip


@blueprint.get("/complaints/<int:number>/ask")
def ask_form(number: int) -> Response:
    """What somebody inside asks of the moderators."""
    return _blank(number, AskForm(item=_item()), "ask")


@blueprint.post("/complaints/<int:number>/ask")
def ask(number: int) -> Answer:
    """Ask; the request is public, also when it is refused."""
    form = posted(AskForm)
    return _begin(
        number, form, "ask",
        lambda: two_people.propose(
            current_user,
            Measure(form.act.data, number, Request(form.reason.data, form.facts.data or ""),
                    form.item.data),
        ),
    )  # fmt: skip


@blueprint.post("/complaints/<int:number>/restore")
def restore(number: int) -> Answer:
    """Show a removed complaint again."""
    form = posted(RestoreForm)
    form.offer_reasons()
    back = url_for("pages.complaint", number=number)
    page = {"label": _("恢复"), "heading": _("恢复这条意见"), "back": back}
    if not form.validate():
        return act_again(form, **page)
    try:
        service.restore(current_user, number, form.reason.data)
    except Refusal as refused:
        return refused_page(form, refused, **page)
    return redirect(back, 303)


def _item() -> int | None:
    wanted = request.args.get("item", "")
    return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 else None


def _blank(number: int, form: MeasureForm, way: str) -> Response:
    g.personal = True
    form.offer(published.current(), alone=may(current_user.role, "complaint.remove-alone"))
    return make_response(_page(number, form, way))


def _begin(number: int, form: MeasureForm, way: str, verb: Any) -> Answer:
    """Parse, call, and lead to the public page of what was begun."""
    g.personal = True
    form.offer(published.current(), alone=may(current_user.role, "complaint.remove-alone"))
    if not form.validate():
        return _page(number, form, way), 400
    try:
        begun = verb()
    except Refusal as refused:
        if isinstance(refused, Conflict):
            raise
        blame(form, refused)
        return _page(number, form, way), status_of(refused)
    return redirect(url_for("moderation.statement", number=begun.number), 303)


def _statement_of(form: Any) -> StatementOfReasons:
    return StatementOfReasons(
        reason=form.reason.data, clause=form.clause.data, facts=form.facts.data or "",
        detection=form.detection.data,
        automated_detection=bool(form.automated_detection.data),
        automated_decision=form.automated_decision.data, until=form.until_day(),
    )  # fmt: skip


def _page(number: int, form: MeasureForm, way: str) -> str:
    item = form.item.data
    complaint, reply = target_of(number, item)
    acts = form.acts if way == "ask" else (way,)
    if way != "ask":
        two_people.ACTS[way].check(complaint, reply)
    words = {
        "remove": (_("下架这条意见"), _("提交处理说明")),
        "erase": (_("依法清除"), _("提出清除")),
        "ask": (_("申请处理"), _("公开提交申请")),
    }  # fmt: skip
    heading, label = words[way]
    return render_template(
        "moderation/measure.html",
        form=form,
        way=way,
        heading=heading,
        label=label,
        acts=[ACT_LABELS[act] for act in acts],
        action=url_for(f"moderation.{way}", number=number),
        complaint=_shown(complaint, reply),
        staff=current_user.staff_no,
        hours=int(two_people.WAIT.total_seconds() // 3600),
    )


def _shown(complaint: Complaint, reply: Reply | None) -> dict[str, Any]:
    said = complaint if reply is None else reply
    db.session.refresh(said)
    return {
        "number": complaint.number, "item": reply.id if reply else None,
        "href": url_for("pages.complaint", number=complaint.number), "title": complaint.title,
        "body_html": said.body_html, "author": complaint.author if reply is None else reply.by,
        "supporters": complaint.supporters, "replies": complaint.replies,
        "posted_at": said.posted_at,
    }  # fmt: skip
