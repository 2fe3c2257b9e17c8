"""The forms by which people appeal against a decision, or challenge an entry of the log."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.accounts import limits
from forum.base.refusal import Invalid, NotAllowed, NotFound, Refusal
from forum.base.rights import route_acts
from forum.base.web import guard
from forum.base.web.errors import status_of
from forum.base.web.forms import act_again, blame, posted
from forum.complaints import photos
from forum.complaints.service import alt_text
from forum.log import queries as log
from forum.log.queries import MOST
from forum.log.words import sentence
from forum.moderation import appeals, challenges, evidence
from forum.moderation.decisions import Decided, decision_at, statement_decision
from forum.moderation.redress import appeal_until
from forum.moderation.redress_forms import AppealForm, ChallengeForm
from forum.moderation.views.answers import blueprint

Answer = str | tuple[str, int] | Response
route_acts(
    {
        "moderation.appeal_statement": "appeal.file",
        "moderation.appeal_form": "appeal.file",
        "moderation.appeal": "appeal.file",
        "moderation.challenge_form": "read",
        "moderation.challenge": "read",
    }
)


@blueprint.get("/statements/<int:number>/appeal")
def appeal_statement(number: int) -> Answer:
    """The form of an appeal against what a statement of reasons is about."""
    return _blank(statement_decision(number))


@blueprint.get("/log/entries/<int:index>/appeal")
def appeal_form(index: int) -> Answer:
    """The same against any decision, also one that has no statement: locked, moved, merged, kept."""
    return _blank(decision_at(index))


def _blank(decided: Decided) -> Answer:
    g.personal = True
    earlier = appeals.appeal_of(current_user, decided.index)
    if earlier is not None:
        return redirect(url_for("moderation.appeal_page", number=earlier.number), 303)
    appeals.require_concerned(current_user, decided)
    appeals.require_appealable(current_user, decided)
    return _appeal_page(decided, AppealForm())


@blueprint.post("/log/entries/<int:index>/appeal")
def appeal(index: int) -> Answer:
    """File it."""
    g.personal = True
    form, decided = posted(AppealForm), decision_at(index)
    if not form.validate():
        return _appeal_page(decided, form), 400
    appeals.require_concerned(current_user, decided)
    try:
        filed = appeals.file(current_user, index, form.words.data or "", _photos(form))
    except (NotAllowed, NotFound):
        raise
    except Refusal as refused:
        blame(form, refused)
        return _appeal_page(decided, form), status_of(refused)
    return redirect(url_for("moderation.appeal_page", number=filed.number), 303)


def _photos(form: AppealForm) -> tuple[photos.PreparedPhoto, ...]:
    """The photos that were sent, re-encoded; Invalid names the field."""
    files = [file for file in form.photos.data or [] if getattr(file, "filename", "")]
    if len(files) > evidence.MOST:
        raise Invalid(_("最多附 %(most)d 张照片。", most=evidence.MOST), "photos")
    alts = [*request.form.getlist("photo_alt"), *([""] * len(files))]
    return tuple(
        photos.prepare(file.read(photos.MAX_BYTES + 1), alt_text(alt))
        for file, alt in zip(files, alts, strict=False)
    )


def _appeal_page(decided: Decided, form: AppealForm) -> str:
    until = appeal_until(decided.at)
    return render_template(
        "moderation/filing.html", form=form, heading=_("申诉"), label=_("提出申诉"),
        action=url_for("moderation.appeal", index=decided.index), about=_about(decided.index),
        sentences=[
            _("免费，到 %(until)s 为止，每项决定一次。", until=until.isoformat()),
            _("由没有参与原决定的独立监督员复核，%(days)d 天内有结果，理由公开。",
              days=appeals.DEADLINE.days),
            _("您的申诉会公开编号、时间和结果，文字和照片都不公开。"),
        ],
    )  # fmt: skip


@blueprint.get("/log/entries/<int:index>/challenge")
def challenge_form(index: int) -> str:
    """The form of a challenge; whoever is concerned finds the way to an appeal here."""
    about = _about(index)
    return _challenge_page(index, about, ChallengeForm())


@blueprint.post("/log/entries/<int:index>/challenge")
def challenge(index: int) -> Answer:
    """File it; a network address may do so a few times an hour."""
    form, about = posted(ChallengeForm), _about(index)
    if not form.validate():
        return _challenge_page(index, about, form), 400
    person = current_user if current_user.is_authenticated else None
    try:
        limits.count("challenge")
        filed = challenges.file(person, index, form.words.data or "", form.email.data or "")
    except NotFound:
        raise
    except Refusal as refused:
        blame(form, refused)
        return _challenge_page(index, about, form), status_of(refused)
    return redirect(url_for("moderation.challenge_page", number=filed.number), 303)


def _challenge_page(index: int, about: dict[str, Any], form: ChallengeForm) -> str:
    g.personal = True
    return render_template(
        "moderation/filing.html", form=form, heading=_("提出异议"), label=_("提出异议"),
        action=url_for("moderation.challenge", index=index), about=about,
        sentences=[
            _("任何人都可以对任何一条公开记录提出异议，不用登录。"),
            _("独立监督员在 %(days)d 天内答复，结果和理由公开；异议的内容不公开。",
              days=appeals.DEADLINE.days),
        ],
        appeal_href=_appeal_href(index),
    )  # fmt: skip


def _appeal_href(index: int) -> str | None:
    try:
        decision_at(index)
    except NotFound:
        return None
    return url_for("moderation.appeal_form", index=index)


def _about(index: int) -> dict[str, Any]:
    """The entry in words, with its addresses; NotFound when there is none."""
    entry = log.entry(index) if index <= MOST else None
    if entry is None:
        raise NotFound(_("没有这一条记录。最新的记录在删改记录里。"), index=index)
    number, statement = entry.get("complaint"), entry.get("statement")
    return {
        "index": index,
        "href": url_for("log.entry", index=index),
        "sentence": sentence(entry),
        "number": number,
        "number_href": url_for("pages.complaint", number=number) if number else None,
        "statement_href": url_for("moderation.statement", number=statement) if statement else None,
    }


def _kept(refused: str, status: int) -> Response:
    """The session ended while somebody wrote: nothing typed is lost."""
    form = posted(AppealForm)
    form.form_errors.append(refused)
    html, _status = act_again(
        form, label=_("提出申诉"), heading=_("申诉"), back=url_for("accounts.login")
    )
    return make_response(html, status)


guard.keep_typed("moderation.appeal", _kept)
