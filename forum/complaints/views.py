"""Posting, the receipt, and what homeowners do on a complaint's page. Pages are in `forum.pages`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from forum.base import clock, rights
from forum.base.refusal import Invalid, NotAllowed, NotFound, Refusal
from forum.base.resources import resource
from forum.base.web.errors import status_of
from forum.base.web.filters import localtime
from forum.base.web.forms import act_again, blame, posted, refused_page
from forum.complaints import author_acts, photos, receipts, service
from forum.complaints import queries as complaint_queries
from forum.complaints.author_acts import Proof
from forum.complaints.drafts import MAX_PHOTOS, make_draft
from forum.complaints.forms import ActForm, CommentForm, ComplaintForm, EditForm, fresh_key
from forum.log import queries as log
from forum.tlog.authorkey import author_key, code_from_form_key, format_code
from forum.tlog.errors import TlogError

blueprint = Blueprint("complaints", __name__)
rights.route_acts(
    {
        "complaints.new": "complaint.form",
        "complaints.post": "complaint.post",
        "complaints.receipt": "own-account",
        "complaints.receipt_page": "own-account",
        "complaints.proof": "read",
        "complaints.photo": "read",
        "complaints.support": "complaint.support",
        "complaints.unsupport": "complaint.support",
        "complaints.comment": "complaint.comment",
        "complaints.edit": "complaint.author-act",
        "complaints.save": "complaint.author-act",
        "complaints.status": "complaint.author-act",
        "complaints.withdraw": "complaint.author-act",
        "complaints.stop_withdrawal": "complaint.author-act",
        "complaints.undo_withdrawal": "complaint.author-act",
    }
)

ACTS = {
    "confirmed": (_l("确认已解决"), _l("您确认这件事解决了")),
    "disputed": (_l("说明没有解决"), _l("您说明这件事还没有解决")),
    "open": (_l("重新提出"), _l("问题又出现了")),
}


@blueprint.get("/complaints/new")
def new() -> Response:
    """The form. Visitors see what it asks for and where to sign in; what they type stays."""
    form = ComplaintForm(project=request.args.get("project"))
    g.personal = True
    return make_response(_form_page(form))


@blueprint.post("/complaints")
def post() -> tuple[str, int] | Response:
    """Publish, and answer at once with the receipt page: the code is shown only here."""
    form = posted(ComplaintForm)
    sent = request.form.get("idempotency", "").strip()
    header = request.headers.get("Idempotency-Key", "").strip()
    form.idempotency.data = sent or fresh_key()  # for the form, should it be shown again
    form.offer_places()
    g.personal = True
    if not form.validate():
        return _form_page(form), 400
    try:
        made = _make_key(form, sent)
        draft = make_draft(
            type=form.type.data, project=form.project.data, category=form.category.data,
            title=form.title.data, body=form.body.data, author=form.pseudonym.data,
            remedy=form.remedy.data, wanted_by=_future(form.wanted_by.data),
            photos=_photos(form), author_key=made["author_key"], made=made["made"],
        )  # fmt: skip
        done = service.post(current_user, draft, sent or header)
    except Refusal as refused:
        field = {"author": "pseudonym"}.get(refused.field or "", refused.field)
        blame(form, type(refused)(refused.sentence, field))
        return _form_page(form), status_of(refused)
    return make_response(_receipt_page(done.number, made["code"], fresh=True), 201)


def _make_key(form: ComplaintForm, form_key: str) -> dict[str, str | None]:
    """The author's key: the browser's own, or one from the form's key; none for header keys."""
    drawn = (form.author_key.data or "").strip()
    if drawn:
        if len(drawn) != 64 or not set(drawn) <= set("0123456789abcdef"):
            raise Invalid(_("本人码的公钥格式不对，请刷新页面后再提交。"), "author_key")
        return {"author_key": drawn, "made": "device", "code": None}
    if not form_key:
        return {"author_key": None, "made": None, "code": None}
    try:
        code = code_from_form_key(form_key)
    except TlogError:
        raise Invalid(
            _("表单不完整，请刷新页面后再提交。您填写的内容还在。"), "idempotency"
        ) from None
    return {"author_key": author_key(code), "made": "server", "code": format_code(code)}


def _future(wanted: Any) -> Any:
    if wanted is not None and wanted < clock.local_date():
        raise Invalid(_("希望的日期应在今天或以后。"), "wanted_by")
    return wanted


def _photos(form: ComplaintForm) -> tuple[photos.PreparedPhoto, ...]:
    files = [file for file in form.photos.data or [] if getattr(file, "filename", "")]
    if len(files) > MAX_PHOTOS:
        raise Invalid(_("最多附 9 张照片。"), "photos")
    alts = [*request.form.getlist("photo_alt"), *([""] * len(files))]
    return tuple(
        photos.prepare(file.read(photos.MAX_BYTES + 1), service.alt_text(alt))
        for file, alt in zip(files, alts, strict=False)
    )


def _form_page(form: ComplaintForm) -> str:
    form.offer_places()
    if current_user.is_authenticated and form.pseudonym.data is None:
        form.pseudonym.data = current_user.name
    return render_template(
        "complaints/new.html",
        form=form,
        action=url_for("complaints.post"),
        usual_time=_usual_time(),
        may_post=rights.may(getattr(current_user, "role", "visitor"), "complaint.post"),
        login_href=url_for("accounts.login", next=url_for("complaints.new")),
        signed_in=current_user.is_authenticated,
    )


def _usual_time() -> str | None:
    days = complaint_queries.nine_in_ten_answered_within()
    if days is None:
        return None
    return _("过去半年的意见，十条里有九条在 %(days)d 天内得到第一次答复。", days=days)


@blueprint.get("/complaints/<int:number>/receipt")
def receipt(number: int) -> Response:
    """The receipt file, for the author alone: what was removed stays theirs to prove."""
    complaint = _own(number)
    response = make_response(receipts.receipt_of(complaint))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="zhiyan-{number}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/complaints/<int:number>/receipt/page")
def receipt_page(number: int) -> Response:
    """The receipt page again, without the code: that is never shown a second time."""
    _own(number)
    g.personal = True
    return make_response(_receipt_page(number, None, fresh=False))


def _receipt_page(number: int, code: str | None, *, fresh: bool) -> str:
    complaint = service.existing(number)
    tip, entry = log.tip(), log.entry(complaint.entry)
    return render_template(
        "complaints/receipt.html",
        number=number,
        href=url_for("pages.complaint", number=number),
        title=complaint.title,
        posted_at=complaint.posted_at,
        code=code,
        code_spaced=" ".join(code[i : i + 4] for i in range(0, len(code), 4)) if code else None,
        receipt_href=url_for("complaints.receipt", number=number),
        steps=_next_steps(complaint.due_at),
        receipt={
            "entry": complaint.entry,
            "commitment": (entry or {}).get("commitments", {}).get("text"),
            "size": tip.size if tip else 0,
            "root": tip.root if tip else "",
        },
        fresh=fresh,
    )


def _next_steps(due: datetime | None) -> list[str]:
    steps = [_("公司须当众答复；答复了会通知您。"), _("解决没有，只有您能确认。")]
    if due is not None:
        steps.insert(0, _("第一次答复的期限：%(due)s。过了会标“已超时”。", due=localtime(due)))
    return steps


@blueprint.get("/complaints/<int:number>/proof")
def proof(number: int) -> Response:
    """The C2SP tlog-proof of the posting entry, or of ``?entry=`` when it is the complaint's."""
    complaint = service.existing(number)
    wanted = request.args.get("entry")
    index = complaint.entry
    if wanted is not None:
        index = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 16 else -1
        found = log.entry(index) if index >= 0 else None
        if found is None or found.get("complaint") != number:
            raise NotFound(_("这条记录不属于这条意见。"))
    response = make_response(log.prove(index))
    response.mimetype = "text/plain"
    response.headers["Content-Disposition"] = f'inline; filename="{number}-{index}.tlog-proof"'
    return response


@blueprint.get("/photos/<sha256>.jpg")
def photo(sha256: str) -> BaseResponse:
    """A photo of a visible complaint, by the digest of its bytes."""
    shown = complaint_queries.photo_is_shown(sha256)
    data = resource("storage").get(f"photos/{sha256}") if shown else None
    if data is None:
        raise NotFound(_("没有这张照片，或它已随意见下架。"))
    response = make_response(data)
    response.mimetype = "image/jpeg"
    # Removed photos must go: caches may keep a copy for a minute, not for a year.
    response.headers["Cache-Control"] = "public, max-age=60"
    response.set_etag(sha256)
    return response.make_conditional(request)


@blueprint.post("/complaints/<int:number>/support")
def support(number: int) -> BaseResponse:
    """Me too."""
    service.support(current_user, number)
    return _back(number)


@blueprint.post("/complaints/<int:number>/unsupport")
def unsupport(number: int) -> BaseResponse:
    """Take the me-too back."""
    service.withdraw_support(current_user, number)
    return _back(number)


@blueprint.post("/complaints/<int:number>/comments")
def comment(number: int) -> tuple[str, int] | BaseResponse:
    """Say something."""
    form = posted(CommentForm)
    page = {"label": _("发表"), "heading": _("说两句"), "back": _address(number)}
    if not form.validate():
        return act_again(form, **page)
    try:
        said = service.comment(current_user, number, form.body.data or "")
    except Refusal as refused:
        return refused_page(form, refused, **page)
    return redirect(_address(number) + f"#reply-{said.id}", 303)


@blueprint.get("/complaints/<int:number>/edit")
def edit(number: int) -> Response:
    """The text as it stands, to be changed by its author."""
    complaint = _own(number)
    g.personal = True
    form = EditForm(of=complaint.act_entry, title=complaint.title, body=complaint.body)
    return make_response(_edit_page(number, form))


@blueprint.post("/complaints/<int:number>/edit")
def save(number: int) -> tuple[str, int] | BaseResponse:
    """Keep a new version."""
    form = posted(EditForm)
    if not form.validate():
        return _edit_page(number, form), 400
    try:
        author_acts.edit(current_user, number, form.title.data or "", form.body.data or "",
                         _proof(form))  # fmt: skip
    except Refusal as refused:
        _refresh_of(form, number, refused)
        blame(form, refused)
        return _edit_page(number, form), status_of(refused)
    return _back(number)


def _edit_page(number: int, form: EditForm) -> str:
    return render_template("complaints/edit.html", number=number, href=_address(number),
                           form=form, action=url_for("complaints.save", number=number))  # fmt: skip


@blueprint.post("/complaints/<int:number>/status")
def status(number: int) -> tuple[str, int] | BaseResponse:
    """The author confirms, disputes or reopens."""
    form = posted(ActForm)
    wanted = form.status.data or ""
    if wanted not in ACTS:
        raise Invalid(_("请从页面上的按钮操作。"))
    label, heading = ACTS[wanted]
    return _act(form, number, label, heading,
                lambda: author_acts.change_status(current_user, number, wanted, _proof(form)))  # fmt: skip


@blueprint.post("/complaints/<int:number>/withdraw")
def withdraw(number: int) -> tuple[str, int] | BaseResponse:
    """The author takes the complaint back."""
    form = posted(ActForm)
    return _act(form, number, _("撤回这条意见"), _("撤回"),
                lambda: author_acts.withdraw(current_user, number, _proof(form)))  # fmt: skip


@blueprint.post("/complaints/<int:number>/withdraw/stop")
def stop_withdrawal(number: int) -> BaseResponse:
    """The author stops a waiting withdrawal."""
    author_acts.stop_withdrawal(current_user, number)
    return _back(number)


@blueprint.post("/complaints/<int:number>/withdraw/undo")
def undo_withdrawal(number: int) -> tuple[str, int] | BaseResponse:
    """The author shows a withdrawn complaint again, within seven days."""
    form = posted(ActForm)
    return _act(form, number, _("恢复这条意见"), _("恢复"),
                lambda: author_acts.undo_withdrawal(current_user, number, _proof(form)))  # fmt: skip


def _act(
    form: ActForm, number: int, label: Any, heading: Any, verb: Any
) -> tuple[str, int] | BaseResponse:
    page = {"label": label, "heading": f"{heading} · #{number}", "back": _address(number)}
    if not form.validate():
        return act_again(form, **page)
    try:
        verb()
    except (NotAllowed, NotFound):
        raise
    except Refusal as refused:
        _refresh_of(form, number, refused)
        return refused_page(form, refused, **page)
    return _back(number)


def _refresh_of(form: ActForm, number: int, refused: Refusal) -> None:
    """After "something changed", the next try is about the newest state, which is a tap away."""
    if not isinstance(refused, Invalid):
        form.of.data = service.existing(number).act_entry
        form.of.raw_data = None


def _proof(form: ActForm) -> Proof:
    return Proof(of=form.of.data or 0, code=(form.code.data or "").strip() or None)


def _own(number: int) -> Any:
    complaint = service.existing(number)
    if complaint.account_id != current_user.id:
        raise NotAllowed(_("只有提意见的本人能打开这一页。"))
    return complaint


def _address(number: int) -> str:
    return url_for("pages.complaint", number=number)


def _back(number: int) -> BaseResponse:
    return redirect(_address(number), 303)
