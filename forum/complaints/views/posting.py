"""The posting form, and its answer: the receipt page."""

from __future__ import annotations

from datetime import date

from flask import Response, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from forum.base import clock, rights
from forum.base.refusal import Invalid, Refusal
from forum.base.web import guard
from forum.base.web.errors import status_of
from forum.base.web.forms import blame, posted
from forum.complaints import holding, queries, service
from forum.complaints.drafts import Draft, make_draft
from forum.complaints.forms import ComplaintForm, fresh_key
from forum.complaints.stopped import stopped
from forum.complaints.views.answers import blueprint, photos_of
from forum.complaints.views.receipt import receipt_html
from forum.tlog.authorkey import author_key, code_from_form_key, format_code
from forum.tlog.encoding import decode_hex
from forum.tlog.errors import TlogError
from forum.tlog.note import PUBLIC_SIZE

rights.route_acts(
    {"complaints.new": "complaint.form", "complaints.post": "complaint.post"}
)  # fmt: skip


@blueprint.get("/complaints/new")
def new() -> Response:
    """The form. Visitors see what it asks for and where to sign in; what they type stays."""
    form = ComplaintForm(project=request.args.get("project"))
    g.personal = True
    return make_response(_form_page(form))


@blueprint.post("/complaints")
def post() -> tuple[str, int] | Response:
    """Publish, and answer at once with the receipt page: the code is shown only here."""
    form, sent = _sent()
    header = request.headers.get("Idempotency-Key", "").strip()
    if not form.validate():
        return _form_page(form), 400
    try:
        made = _make_key(form, sent)
        done = service.post(current_user, _draft(form, made), sent or header)
    except Refusal as refused:
        field = {"author": "pseudonym"}.get(refused.field or "", refused.field)
        blame(form, type(refused)(refused.sentence, field))
        return _form_page(form), status_of(refused)
    return make_response(receipt_html(done.number, made["code"], fresh=True), 201)


def _sent() -> tuple[ComplaintForm, str]:
    """The form as it was sent, and its own key, which stays the same should it be shown again."""
    form = posted(ComplaintForm)
    sent = request.form.get("idempotency", "").strip()
    form.idempotency.data = sent or fresh_key()
    form.offer_places()
    g.personal = True
    return form, sent


def _kept(sentence: str, status: int) -> Response:
    """The form as it was typed, for somebody who meanwhile is signed out or signed in anew."""
    form, _key = _sent()
    form.form_errors.append(sentence)
    return make_response(_form_page(form, again=True), status)


guard.keep_typed("complaints.post", _kept)


def _draft(form: ComplaintForm, made: dict[str, str | None]) -> Draft:
    return make_draft(
        type=form.type.data, project=form.project.data, category=form.category.data,
        title=form.title.data or "", body=form.body.data or "", author=form.pseudonym.data or "",
        remedy=form.remedy.data, wanted_by=_future(form.wanted_by.data),
        photos=photos_of(form.photos), author_key=made["author_key"], made=made["made"],
    )  # fmt: skip


def _make_key(form: ComplaintForm, form_key: str) -> dict[str, str | None]:
    """The author's key: the browser's own, or one from the form's key; none for header keys."""
    drawn = (form.author_key.data or "").strip()
    try:
        if drawn:
            decode_hex(drawn, PUBLIC_SIZE)
            return {"author_key": drawn, "made": "device", "code": None}
        if not form_key:
            return {"author_key": None, "made": None, "code": None}
        code = code_from_form_key(form_key)
    except TlogError:
        if drawn:
            raise Invalid(_("本人码的公钥格式不对，请刷新页面后再提交。"), "author_key") from None
        raise Invalid(
            _("表单不完整，请刷新页面后再提交。您填写的内容还在。"), "idempotency"
        ) from None
    return {"author_key": author_key(code), "made": "server", "code": format_code(code)}


def _future(wanted: date | None) -> date | None:
    if wanted is not None and wanted < clock.local_date():
        raise Invalid(_("希望的日期应在今天或以后。"), "wanted_by")
    return wanted


def _form_page(form: ComplaintForm, *, again: bool = False) -> str:
    form.offer_places()
    if current_user.is_authenticated and form.pseudonym.data is None:
        form.pseudonym.data = current_user.name
    return render_template(
        "complaints/new.html",
        form=form,
        action=url_for("complaints.post"),
        usual_time=_usual_time(),
        may_post=rights.may(guard.role(), "complaint.post"),
        login_href=url_for("accounts.login", next=url_for("complaints.new")),
        signed_in=current_user.is_authenticated,
        again=again,
        stopped=stopped(),
        held=holding.is_on(),
    )


def _usual_time() -> str | None:
    days = queries.nine_in_ten_answered_within()
    if days is None:
        return None
    return _("过去半年的意见，十条里有九条在 %(days)d 天内得到第一次答复。", days=days)
