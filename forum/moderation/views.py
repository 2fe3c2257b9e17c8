"""Rules, statements of reasons, removing and restoring."""

from __future__ import annotations

from base64 import b64encode
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from forum.base import rights
from forum.base.db import db
from forum.base.refusal import Conflict, NotFound, Refusal
from forum.base.web.cache import public_page
from forum.base.web.errors import status_of
from forum.base.web.filters import localtime
from forum.base.web.forms import act_again, blame, posted, refused_page
from forum.complaints.service import existing
from forum.log import queries as log
from forum.log import stamp
from forum.log.words import reason_label
from forum.moderation import rules as published
from forum.moderation import service
from forum.moderation.forms import DECISION_LABELS, DETECTION_LABELS, RemoveForm, RestoreForm
from forum.moderation.models import Rules, Statement
from forum.moderation.redress import appeal_sentence, appeal_until
from forum.moderation.service import StatementOfReasons

blueprint = Blueprint("moderation", __name__)
rights.route_acts(
    {
        "moderation.rules": "read",
        "moderation.statement": "read",
        "moderation.remove_form": "complaint.remove",
        "moderation.remove": "complaint.remove",
        "moderation.restore": "complaint.restore",
    }
)


@blueprint.get("/rules")
def rules() -> Response:
    """The rules in force, or an earlier version that a statement cites."""
    wanted = request.args.get("version", "")
    found = published.version(int(wanted)) if wanted.isdigit() and len(wanted) < 9 else None
    found = found or published.current()
    if found is None:
        raise NotFound(_("规则还没有公布。"))
    tip = stamp.tip_for_request()
    shown = found
    return public_page(("rules", tip and tip.size), stamp.words(tip), lambda: _rules_page(shown))


def _rules_page(found: Rules) -> str:
    newest = published.current()
    chapters = [
        {"title": _("第 %(n)s 章", n=chapter), "clauses": [_clause(c) for c in clauses]}
        for chapter, clauses in groupby(found.clauses, lambda c: str(c["number"]).split(".")[0])
    ]
    versions = [
        {"label": _("第 %(n)s 版", n=n), "href": url_for("moderation.rules", version=n),
         "current": n == found.version}
        for n in range(1, (newest.version if newest else 0) + 1)
    ]  # fmt: skip
    return render_template(
        "moderation/rules.html",
        rules={
            "version": found.version, "published_at": found.at, "title": found.title,
            "salt": _salt(found.entry, "text"), "preamble": found.preamble, "chapters": chapters, "entry": found.entry,
            "entry_href": url_for("log.entry", index=found.entry),
            "versions": versions if len(versions) > 1 else None,
        },
    )  # fmt: skip


def _clause(c: dict[str, str | None]) -> dict[str, Any]:
    return {
        **c,
        "anchor": f"c{c['number']}",
        "ground_label": reason_label(c["reason"]) if c["reason"] else None,
    }


@blueprint.get("/statements/<int:number>")
def statement(number: int) -> Response:
    """One statement of reasons, for everybody."""
    found = db.session.get(Statement, number)
    if found is None:
        raise NotFound(_("没有这份处理说明。"))
    tip = stamp.tip_for_request()
    shown = found
    return public_page(("statement", tip and tip.size), stamp.words(tip),
                       lambda: _statement_page(shown))  # fmt: skip


def _statement_page(s: Statement) -> str:
    rules = db.session.query(Rules).filter(Rules.entry == s.rules).first()
    clause = published.clause(rules, s.clause) if rules else None
    return render_template(
        "moderation/statement.html",
        s={
            "number": s.number,
            "complaint": s.complaint,
            "complaint_href": url_for("pages.complaint", number=s.complaint),
            "act_label": _("下架"),
            "in_force": s.restored_at is None,
            "lifted_sentence": _lifted(s),
            "at": s.at,
            "ground_label": reason_label(s.reason),
            "clause": s.clause,
            "clause_title": clause["title"] if clause else "",
            "clause_href": url_for(
                "moderation.rules", version=rules.version, _anchor=f"c{s.clause}"
            )
            if rules
            else None,
            "facts": s.facts,
            "found_label": DETECTION_LABELS[s.detection],
            "automated_label": _("机器找到；%(who)s", who=DECISION_LABELS[s.automated_decision])
            if s.automated_detection
            else DECISION_LABELS[s.automated_decision],
            "salt": _salt(s.entry, "facts"),
            "scope_label": _("全网不可见，原处留有说明"),
            "duration_label": _("到 %(day)s 为止", day=s.until) if s.until else _("没有期限"),
            "role_label": _("处理人 %(staff)s", staff=s.staff),
            "single_handed": s.second is None,
            "appeal_sentence": appeal_sentence(appeal_until(s.at)),
            "appeal_href": None,
            "entry": s.entry,
            "entry_href": url_for("log.entry", index=s.entry),
        },
    )


def _salt(entry: int, field: str) -> str | None:
    """What opens the commitment to a public text, in base64, so that anyone can compare."""
    salt = log.opening(entry, field)
    return b64encode(salt).decode("ascii") if salt else None


def _lifted(s: Statement) -> str | None:
    if s.restored_at is None:
        return None
    return _("这条意见已于 %(at)s 恢复显示，原因：%(reason)s。",
             at=localtime(s.restored_at), reason=reason_label(s.restored_reason or "mistake"))  # fmt: skip


@blueprint.get("/complaints/<int:number>/remove")
def remove_form(number: int) -> Response:
    """The statement to be written, beside what it would remove."""
    g.personal = True
    form = RemoveForm()
    form.offer_grounds(published.current())
    return make_response(_remove_page(number, form))


@blueprint.post("/complaints/<int:number>/remove")
def remove(number: int) -> tuple[str, int] | BaseResponse:
    """Take the complaint down, for the reasons given."""
    g.personal = True
    form = posted(RemoveForm)
    form.offer_grounds(published.current())
    if not form.validate():
        return _remove_page(number, form), 400
    given = StatementOfReasons(
        reason=form.reason.data, clause=form.clause.data, facts=form.facts.data or "",
        detection=form.detection.data,
        automated_detection=bool(form.automated_detection.data),
        automated_decision=form.automated_decision.data, until=form.until.data,
    )  # fmt: skip
    try:
        service.remove(current_user, number, given)
    except Refusal as refused:
        if isinstance(refused, Conflict):
            raise
        blame(form, refused)
        return _remove_page(number, form), status_of(refused)
    return redirect(url_for("pages.complaint", number=number), 303)


def _remove_page(number: int, form: RemoveForm) -> str:
    complaint = existing(number)
    if complaint.state != "visible":
        raise Conflict(_("这条意见已不在展示。"), state=complaint.state)
    return render_template(
        "moderation/remove.html",
        form=form,
        action=url_for("moderation.remove", number=number),
        complaint={
            "number": number, "href": url_for("pages.complaint", number=number),
            "title": complaint.title, "body_html": complaint.body_html,
            "author": complaint.author, "supporters": complaint.supporters,
            "replies": complaint.replies, "posted_at": complaint.posted_at,
        },
        staff=current_user.staff_no,
        consequence_notes=[_("这一版还没有双人复核：此事会记为一人单独处理，另行计数。")],
    )  # fmt: skip


@blueprint.post("/complaints/<int:number>/restore")
def restore(number: int) -> tuple[str, int] | BaseResponse:
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
