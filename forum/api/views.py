"""Open data over HTTP."""

from __future__ import annotations

from flask import Blueprint, Response, send_file
from flask_babel import gettext as _

from forum.api.offered import offered
from forum.base.refusal import NotFound
from forum.base.rights import route_acts

blueprint = Blueprint("api", __name__)
route_acts({"api.open_data": "read"})


@blueprint.get("/open-data.zip")
def open_data() -> Response:
    """Everything public in one file, once the closing of the board is announced."""
    path = offered()
    if path is None:
        raise NotFound(_("现在没有可以整份下载的数据。有关闭公告时，每天清晨整理一次。"))
    answer = send_file(
        path.resolve(), as_attachment=True, download_name="open-data.zip", conditional=True
    )
    answer.headers["Cache-Control"] = "no-cache"
    return answer
