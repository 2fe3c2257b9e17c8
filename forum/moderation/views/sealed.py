"""The page of what was taken from view: who looked, a button, and only after its entry the content."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

from flask import Response, g, make_response, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from forum.base.resources import resource
from forum.base.rights import route_acts
from forum.log.words import ACT_LABELS, role_label
from forum.moderation import sealed_views
from forum.moderation.decisions import viewers
from forum.moderation.models import Statement
from forum.moderation.sealed import SealedPart, require_may_look
from forum.moderation.views.answers import blueprint

route_acts({"moderation.sealed": "sealed.view", "moderation.view_sealed": "sealed.view"})
_PHOTO = re.compile(r"photo\.(\d)(\.alt)?")


@blueprint.get("/statements/<int:number>/sealed")
def sealed(number: int) -> Response:
    """Who looked before, and the button; nothing of the content."""
    return _page(require_may_look(current_user, number), None)


@blueprint.post("/statements/<int:number>/sealed")
def view_sealed(number: int) -> Response:
    """The entry that says who looked is committed first; the content is never kept by a cache."""
    parts = sealed_views.view(current_user, number)
    return _page(require_may_look(current_user, number), parts)


def _page(statement: Statement, parts: list[SealedPart] | None) -> Response:
    g.personal = True
    seen = viewers(statement.number)
    html = render_template(
        "moderation/sealed.html",
        s={"number": statement.number, "act_label": ACT_LABELS[statement.act],
           "href": url_for("moderation.statement", number=statement.number),
           "complaint": statement.complaint, "item": statement.item,
           "destroyed_at": statement.destroyed_at},
        action=url_for("moderation.view_sealed", number=statement.number),
        staff=current_user.staff_no,
        parts=None if parts is None else [_part(part) for part in parts],
        viewers=[{"index": index, "href": url_for("log.entry", index=index), "staff": staff,
                  "role_label": role_label(by)} for index, staff, by in seen],
    )  # fmt: skip
    answer = make_response(html)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _part(part: SealedPart) -> dict[str, Any]:
    photo = _PHOTO.fullmatch(part.field)
    shown = {"entry": part.entry, "label": _label(part.field), "text": part.value, "image": None}
    if photo is None or photo[2]:
        return shown
    data = resource("storage").get(f"photos/{part.value}")
    # Not by an address of its own: whoever had it could look again, and no entry would say so.
    image = f"data:image/jpeg;base64,{b64encode(data).decode('ascii')}" if data else None
    return shown | {"image": image, "text": _("照片文件已不在。") if image is None else ""}


def _label(field: str) -> str:
    photo = _PHOTO.fullmatch(field)
    if photo is not None:
        k = photo[1]
        return _("第 %(k)s 张照片的说明", k=k) if photo[2] else _("第 %(k)s 张照片", k=k)
    return {"text": _("正文"), "author": _("署名"), "remedy": _("希望怎样解决")}.get(field, field)
