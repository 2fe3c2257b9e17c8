"""The company's work place, and its acts on a complaint's page."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base import rights
from forum.base.refusal import Refusal
from forum.base.web import paging
from forum.base.web.forms import act_again, posted, refused_page
from forum.log.words import status_label, type_label
from forum.response import queries, service
from forum.response.forms import ReplyForm, ResolveForm
from forum.response.service import Resolution

blueprint = Blueprint("response", __name__)
rights.route_acts(
    {
        "response.queue": "staff.queue",
        "response.reply": "reply.post",
        "response.resolve": "complaint.resolve",
    }
)
SCOPE_LABELS = {
    "waiting": _l("等答复"),
    "overdue": _l("已超时"),
    "promised": _l("已承诺"),
    "resolved": _l("等业主确认"),
    "imported": _l("旧档案"),
}


@blueprint.get("/staff")
def queue() -> str:
    """Who is due first comes first."""
    g.personal = True
    scope = request.args.get("scope", "waiting")
    scope = scope if scope in queries.SCOPES else "waiting"
    rows = queries.queue(scope, paging.after(), request.args.get("project"))
    shown = rows[: queries.PAGE]
    counts = queries.counts()
    tabs = [
        {"label": f"{SCOPE_LABELS[name]} {counts[name]}",
         "href": url_for("response.queue", scope=name), "current": name == scope}
        for name in queries.SCOPES
    ]  # fmt: skip
    return render_template(
        "response/queue.html",
        heading=_("工作台"),
        tabs=tabs,
        rows=[_line(row) for row in shown],
        next_href=paging.next_link(rows, queries.PAGE, shown[-1].number) if shown else None,
        prev_href=paging.first_link(),
    )


def _line(row: queries.QueueRow) -> dict[str, object]:
    return {
        **row.__dict__,
        "href": url_for("pages.complaint", number=row.number),
        "type_label": type_label(row.type),
        "status_label": status_label(row.status),
    }


@blueprint.post("/complaints/<int:number>/replies")
def reply(number: int) -> tuple[str, int] | Response:
    """Answer in public."""
    form = posted(ReplyForm)
    page = {"label": _("公开发出答复"), "heading": _("公开答复"), "back": _address(number)}
    if not form.validate():
        return act_again(form, **page)
    try:
        said = service.reply(current_user, number, form.body.data or "",
                             holding=form.kind.data == "holding", until=form.until.data)  # fmt: skip
    except Refusal as refused:
        return refused_page(form, refused, **page)
    return redirect(_address(number) + f"#reply-{said.id}", 303)


@blueprint.post("/complaints/<int:number>/resolve")
def resolve(number: int) -> tuple[str, int] | Response:
    """Say that it is settled; the author confirms."""
    form = posted(ResolveForm)
    page = {"label": _("登记，等业主确认"), "heading": _("登记处理结果"), "back": _address(number)}
    if not form.validate():
        return act_again(form, **page)
    try:
        said = service.resolve(current_user, number, Resolution(form.outcome.data, form.cause.data),
                               form.body.data or "")  # fmt: skip
    except Refusal as refused:
        return refused_page(form, refused, **page)
    return redirect(_address(number) + f"#reply-{said.id}", 303)


def _address(number: int) -> str:
    return url_for("pages.complaint", number=number)
