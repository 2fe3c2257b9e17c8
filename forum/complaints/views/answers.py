"""What the views of this feature share: their blueprint, the author's own, photos, the way back."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse
from wtforms import MultipleFileField

from forum.base.refusal import Invalid, NotAllowed
from forum.complaints import photos, service
from forum.complaints.drafts import MAX_PHOTOS
from forum.complaints.models import Complaint

blueprint = Blueprint("complaints", __name__)


def own(number: int) -> Complaint:
    """The complaint, for whoever wrote it; NotAllowed for everybody else."""
    complaint = service.existing(number)
    if complaint.account_id != current_user.id:
        raise NotAllowed(_("只有提意见的本人能打开这一页。"))
    return complaint


def address(number: int) -> str:
    """The complaint's page."""
    return url_for("pages.complaint", number=number)


def back(number: int) -> BaseResponse:
    """The way to the complaint's page, where what was done shows."""
    return redirect(address(number), 303)


def photos_of(field: MultipleFileField) -> tuple[photos.PreparedPhoto, ...]:
    """The photos of the form that was sent, re-encoded, with their descriptions; Invalid names
    the field."""
    files = [file for file in field.data or [] if getattr(file, "filename", "")]
    if len(files) > MAX_PHOTOS:
        raise Invalid(_("最多附 9 张照片。"), "photos")
    alts = [*request.form.getlist("photo_alt"), *([""] * len(files))]
    return tuple(
        photos.prepare(file.read(photos.MAX_BYTES + 1), service.alt_text(alt))
        for file, alt in zip(files, alts, strict=False)
    )
