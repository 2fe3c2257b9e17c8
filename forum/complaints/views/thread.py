"""Photos, me too, and a few words under a complaint."""

from __future__ import annotations

from flask import make_response, redirect, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from forum.base import rights
from forum.base.refusal import NotFound, Refusal
from forum.base.resources import resource
from forum.base.web.forms import act_again, posted, refused_page
from forum.complaints import queries, service
from forum.complaints.forms import CommentForm
from forum.complaints.views.answers import address, back, blueprint, photos_of

rights.route_acts(
    {
        "complaints.photo": "read",
        "complaints.support": "complaint.support",
        "complaints.unsupport": "complaint.support",
        "complaints.comment": "complaint.comment",
    }
)


@blueprint.get("/photos/<sha256>.jpg")
def photo(sha256: str) -> BaseResponse:
    """A photo of a visible complaint, by the digest of its bytes."""
    shown = queries.photo_is_shown(sha256)
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
    return back(number)


@blueprint.post("/complaints/<int:number>/unsupport")
def unsupport(number: int) -> BaseResponse:
    """Take the me-too back."""
    service.withdraw_support(current_user, number)
    return back(number)


@blueprint.post("/complaints/<int:number>/comments")
def comment(number: int) -> tuple[str, int] | BaseResponse:
    """Say something, with photos where words do not do."""
    form = posted(CommentForm)
    page = {"label": _("发表"), "heading": _("说两句"), "back": address(number)}
    if not form.validate():
        return act_again(form, **page)
    try:
        said = service.comment(current_user, number, form.body.data or "", photos_of(form.photos))
    except Refusal as refused:
        return refused_page(form, refused, **page)
    return redirect(address(number) + f"#reply-{said.id}", 303)
