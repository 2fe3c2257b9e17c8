"""The first step of a measure, from a complaint's page; and showing again what was removed."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from forum.base.db import db
from forum.base.refusal import NotFound, Refusal
from forum.base.rights import may, route_acts
from forum.base.web.errors import status_of
from forum.base.web.forms import act_again, blame, posted, refused_page
from forum.complaints.models import Complaint, Reply
from forum.log.words import ACT_LABELS
from forum.moderation import service, two_people
from forum.moderation.answering import ANSWERS, waiting_about
from forum.moderation.forms import (
    AskForm,
    DelistForm,
    EraseForm,
    MeasureForm,
    RemoveForm,
    RestoreForm,
    SuspendForm,
)
from forum.moderation.measures import (
    Measure,
    Request,
    StatementOfReasons,
    rules_for,
    target_of,
)
from forum.moderation.models import Proposal, Rules, Statement
from forum.moderation.ruling_forms import RefuseForm
from forum.moderation.views.answers import blueprint
from forum.moderation.views.possible import require_possible, standing_in_the_way
from forum.moderation.views.shown import thing

Answer = tuple[str, int] | BaseResponse
route_acts(
    {
        "moderation.remove_form": "complaint.remove",
        "moderation.remove": "complaint.remove",
        "moderation.erase_form": "complaint.erase",
        "moderation.erase": "complaint.erase",
        "moderation.refuse_form": "complaint.refuse",
        "moderation.refuse": "complaint.refuse",
        "moderation.ask_form": "measure.ask",
        "moderation.ask": "measure.ask",
        "moderation.delist_form": "complaint.delist",
        "moderation.delist": "complaint.delist",
        "moderation.suspend_form": "member.suspend",
        "moderation.suspend": "member.suspend",
        "moderation.restore": "complaint.restore",
        "moderation.lift": "complaint.restore",
    }
)


@blueprint.get("/complaints/<int:number>/remove")
def remove_form(number: int) -> Response:
    """The statement to be written, beside what it would remove; with ``?item=`` one reply."""
    return blank(number, RemoveForm(item=wanted_item()), "remove")


@blueprint.post("/complaints/<int:number>/remove")
def remove(number: int) -> Answer:
    """Propose that it be taken down; or take it down alone, by one of the exceptions."""
    form = posted(RemoveForm)
    return begin(number, form, "remove", lambda: _remove(number, form))


def _remove(number: int, form: RemoveForm) -> Proposal | Statement:
    given = statement_of(form)
    if form.alone.data == "two":
        measure = Measure("remove", number, given, form.item.data)
        return two_people.propose(current_user, measure)
    return service.remove_alone(current_user, number, given, form.alone.data)


@blueprint.get("/complaints/<int:number>/delist")
def delist_form(number: int) -> Response:
    """The statement to be written, beside what it would take out of lists."""
    return blank(number, DelistForm(), "delist")


@blueprint.post("/complaints/<int:number>/delist")
def delist(number: int) -> Answer:
    """Propose that it be taken out of lists, search and feeds."""
    form = posted(DelistForm)
    return begin(number, form, "delist", lambda: _propose(number, form, "delist"))


@blueprint.get("/complaints/<int:number>/suspend")
def suspend_form(number: int) -> Response:
    """The statement to be written, beside what the author wrote; with ``?item=`` in one reply."""
    return blank(number, SuspendForm(item=wanted_item()), "suspend")


@blueprint.post("/complaints/<int:number>/suspend")
def suspend(number: int) -> Answer:
    """Propose that whoever wrote it be suspended; no public page says who."""
    form = posted(SuspendForm)
    return begin(number, form, "suspend", lambda: _propose(number, form, "suspend"))


def _propose(number: int, form: Any, act: str) -> Proposal:
    measure = Measure(act, number, statement_of(form), form.item.data)
    return two_people.propose(current_user, measure)


@blueprint.get("/complaints/<int:number>/erase")
def erase_form(number: int) -> Response:
    """The same for what the law wants destroyed: the complaint, or with ``?item=`` one reply."""
    return blank(number, EraseForm(item=wanted_item()), "erase")


@blueprint.post("/complaints/<int:number>/erase")
def erase(number: int) -> Answer:
    """Propose that it be erased; an auditor must be one of the two."""
    form = posted(EraseForm)
    return begin(
        number, form, "erase",
        lambda: _propose(number, form, "erase"),
    )  # fmt: skip


@blueprint.get("/complaints/<int:number>/refuse")
def refuse_form(number: int) -> Response:
    """The same for what waits for its first publication."""
    return blank(number, RefuseForm(), "refuse")


@blueprint.post("/complaints/<int:number>/refuse")
def refuse(number: int) -> Answer:
    """Propose that it be not published; what nobody agreed to in time is published by itself."""
    form = posted(RefuseForm)
    return begin(
        number, form, "refuse",
        lambda: two_people.propose(current_user, Measure("refuse", number, statement_of(form))),
    )  # fmt: skip


@blueprint.get("/complaints/<int:number>/ask")
def ask_form(number: int) -> Response:
    """What somebody inside asks of the moderators."""
    return blank(number, AskForm(item=wanted_item()), "ask")


@blueprint.post("/complaints/<int:number>/ask")
def ask(number: int) -> Answer:
    """Ask; the request is public, also when it is refused."""
    form = posted(AskForm)
    return begin(
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


@blueprint.post("/statements/<int:number>/lift")
def lift(number: int) -> Answer:
    """Undo what a statement did, whatever it was."""
    form = posted(RestoreForm)
    form.offer_reasons()
    back = url_for("moderation.statement", number=number)
    page = {"label": _("恢复"), "heading": _("恢复原样"), "back": back}
    if not form.validate():
        return act_again(form, **page)
    try:
        service.lift(current_user, number, form.reason.data)
    except Refusal as refused:
        return refused_page(form, refused, **page)
    return redirect(back, 303)


def wanted_item() -> int | None:
    """The reply or comment that the address names."""
    wanted = request.args.get("item", "")
    return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 else None


def judged_by(number: int, form: MeasureForm) -> Rules | None:
    """The rules whose clauses may be cited about what the form is about."""
    return rules_for(*target_of(number, form.item.data))


def blank(number: int, form: MeasureForm, way: str) -> Response:
    """The empty form of a first step."""
    g.personal = True
    form.offer(judged_by(number, form), alone=may(current_user.role, "complaint.remove-alone"))
    require_possible(number, form, way)
    return make_response(measure_page(number, form, way))


def begin(number: int, form: MeasureForm, way: str, verb: Any) -> Answer:
    """Parse, call, and lead to the public page of what was begun; nothing typed is lost."""
    g.personal = True
    form.offer(judged_by(number, form), alone=may(current_user.role, "complaint.remove-alone"))
    if not form.validate():
        return measure_page(number, form, way), 400
    try:
        begun = verb()
    except NotFound:
        raise
    except Refusal as refused:
        blame(form, refused)
        return measure_page(number, form, way), status_of(refused)
    return redirect(url_for("moderation.statement", number=begun.number), 303)


def statement_of(form: Any) -> StatementOfReasons:
    """The whole statement that was typed."""
    return StatementOfReasons(
        reason=form.reason.data, clause=form.clause.data, facts=form.facts.data or "",
        detection=form.detection.data,
        automated_detection=bool(form.automated_detection.data),
        automated_decision=form.automated_decision.data, until=form.until_day(),
    )  # fmt: skip


def measure_page(
    number: int, form: MeasureForm, way: str, preview: list[dict[str, Any]] | None = None
) -> str:
    """moderation/measure.html; preview: of a redaction, each version before and after."""
    item = form.item.data
    complaint, reply = target_of(number, item)
    acts = form.acts if way == "ask" else (way,)
    words = {
        "remove": (_("下架这条意见") if item is None else _("下架这一条"), _("提交处理说明")),
        "redact": (_("遮盖一处"), _("看过效果，提交") if preview else _("先看效果")),
        "delist": (_("移出列表"), _("提交处理说明")),
        "suspend": (_("暂停这位作者发言"), _("提交处理说明")),
        "erase": (_("依法清除"), _("提出清除")),
        "refuse": (_("不予发布"), _("提交处理说明")),
        "ask": (_("申请处理"), _("公开提交申请")),
    }  # fmt: skip
    heading, label = words[way]
    return render_template(
        "moderation/measure.html",
        form=form,
        way=way,
        preview=preview,
        heading=heading,
        label=label,
        acts=[ACT_LABELS[act] for act in acts],
        action=url_for(f"moderation.{way}", number=number),
        complaint=shown_thing(complaint, reply),
        staff=current_user.staff_no,
        answers=waiting_about(number, item) if way in ANSWERS else None,
        publishes_at=complaint.held_until if way == "refuse" else None,
        **standing_in_the_way(number, form, way),
        hours=int(two_people.WAIT.total_seconds() // 3600),
    )


def shown_thing(complaint: Complaint, reply: Reply | None) -> dict[str, Any]:
    """What a form stands beside: the complaint, or one reply or comment under it."""
    db.session.refresh(complaint if reply is None else reply)
    return thing(complaint, reply)
