"""What only the author of a complaint does: edit, confirm, dispute, reopen, withdraw.

Each form carries what proves the act: a signature that the author's device made, or the code
typed by hand, or nothing, which is recorded as unproven.
"""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from forum.base import rights
from forum.base.refusal import Invalid, NotAllowed, NotFound, Refusal
from forum.base.web.errors import status_of
from forum.base.web.forms import act_again, blame, posted, refused_page
from forum.complaints import author_acts, service
from forum.complaints.author_acts import Proof
from forum.complaints.forms import ActForm, EditForm, WithdrawForm
from forum.complaints.stopped import stopped
from forum.complaints.views.answers import address, back, blueprint, own
from forum.tlog.commitment import SALT_SIZE
from forum.tlog.encoding import decode_base64
from forum.tlog.errors import TlogError
from forum.tlog.note import SIGNATURE_SIZE

rights.route_acts(
    {
        "complaints.edit": "complaint.author-act",
        "complaints.save": "complaint.author-act",
        "complaints.status": "complaint.author-act",
        "complaints.withdraw": "complaint.author-act",
        "complaints.stop_withdrawal": "complaint.author-act",
        "complaints.undo_withdrawal": "complaint.author-act",
        "complaints.unmerge": "complaint.author-act",
    }
)

ACTS = {
    "confirmed": (_l("确认已解决"), _l("您确认这件事解决了")),
    "disputed": (_l("说明没有解决"), _l("您说明这件事还没有解决")),
    "open": (_l("重新提出"), _l("问题又出现了")),
}


@blueprint.get("/complaints/<int:number>/edit")
def edit(number: int) -> Response:
    """The text as it stands, to be changed by its author."""
    complaint = own(number)
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
    return back(number)


def _edit_page(number: int, form: EditForm) -> str:
    g.personal = True
    _sign_anew(form, number, "complaint.edited")
    return render_template("complaints/edit.html", number=number, href=address(number),
                           form=form, stopped=stopped(), action=url_for("complaints.save", number=number))  # fmt: skip


@blueprint.post("/complaints/<int:number>/status")
def status(number: int) -> tuple[str, int] | BaseResponse:
    """The author confirms, disputes or reopens."""
    form = posted(ActForm)
    wanted = form.status.data or ""
    if wanted not in ACTS:
        raise Invalid(_("请从页面上的按钮操作。"))
    label, heading = ACTS[wanted]
    return _act(form, number, "complaint.status", label, heading,
                lambda: author_acts.change_status(current_user, number, wanted, _proof(form)))  # fmt: skip


@blueprint.post("/complaints/<int:number>/withdraw")
def withdraw(number: int) -> tuple[str, int] | BaseResponse:
    """The author takes the complaint back."""
    form = posted(WithdrawForm)
    return _act(form, number, "complaint.withdrawn", _("撤回这条意见"), _("撤回"),
                lambda: author_acts.withdraw(current_user, number, _proof(form),
                                             form.reason.data or None))  # fmt: skip


@blueprint.post("/complaints/<int:number>/withdraw/stop")
def stop_withdrawal(number: int) -> BaseResponse:
    """The author stops a waiting withdrawal."""
    author_acts.stop_withdrawal(current_user, number)
    return back(number)


@blueprint.post("/complaints/<int:number>/withdraw/undo")
def undo_withdrawal(number: int) -> tuple[str, int] | BaseResponse:
    """The author shows a withdrawn complaint again, within seven days."""
    form = posted(ActForm)
    return _act(form, number, "complaint.restored", _("恢复这条意见"), _("恢复"),
                lambda: author_acts.undo_withdrawal(current_user, number, _proof(form)))  # fmt: skip


@blueprint.post("/complaints/<int:number>/unmerge")
def unmerge(number: int) -> tuple[str, int] | BaseResponse:
    """The author undoes a merging."""
    form = posted(ActForm)
    return _act(form, number, "complaint.unmerged", _("拆开"), _("不合并"),
                lambda: author_acts.unmerge(current_user, number, _proof(form)))  # fmt: skip


def _act(
    form: ActForm, number: int, kind: str, label: Any, heading: Any, verb: Any
) -> tuple[str, int] | BaseResponse:
    page = {"label": label, "heading": f"{heading} · #{number}", "back": address(number)}
    if not form.validate():
        _sign_anew(form, number, kind)
        return act_again(form, **page)
    try:
        verb()
    except (NotAllowed, NotFound):
        raise
    except Refusal as refused:
        _refresh_of(form, number, refused)
        _sign_anew(form, number, kind)
        return refused_page(form, refused, **page)
    return back(number)


def _refresh_of(form: ActForm, number: int, refused: Refusal) -> None:
    """After "something changed", the next try is about the newest state, which is a tap away."""
    if not isinstance(refused, Invalid):
        form.of.data = service.existing(number).act_entry
        form.of.raw_data = None


def _sign_anew(form: ActForm, number: int, kind: str) -> None:
    """A form that is shown again is another act: the device signs it once more."""
    form.sig.data = ""
    if isinstance(form, EditForm):
        form.salt.data = ""
    complaint = service.existing(number)
    form.to_sign(kind, number, complaint.author_key)


def _proof(form: ActForm) -> Proof:
    """What proves the act; Invalid unless signature and salt are in their one spelling."""
    of, sig = form.of.data or 0, form.sig.data
    if not sig:
        return Proof(of, code=(form.code.data or "").strip() or None)
    try:
        _of_size(sig, SIGNATURE_SIZE)
        salt = _of_size(form.salt.data or "", SALT_SIZE) if isinstance(form, EditForm) else None
    except TlogError:
        raise Invalid(
            _("这台设备的签名不完整，没有提交。您写的内容还在，请再试一次。"), "code"
        ) from None
    return Proof(of, sig=sig, salt=salt)


def _of_size(text: str, size: int) -> bytes:
    data = decode_base64(text)
    if len(data) != size:
        raise TlogError(f"expected {size} bytes, these are {len(data)}")
    return data
