"""What people see when something cannot be done: what happened, what was kept, what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from forum.base import refusal
from forum.base.db import db

logger = logging.getLogger("forum.web")
STATUS = {
    refusal.NotAllowed: 403,
    refusal.NotFound: 404,
    refusal.Invalid: 400,
    refusal.Conflict: 409,
    refusal.TooMany: 429,
    refusal.Unavailable: 503,
}
Lead = tuple[str, str]
# Name of a refusal's evidence → the page that goes on from there, and the words of the link.
_leads: dict[str, Callable[[Any], Lead]] = {}


def lead_on(evidence: str, lead: Callable[[Any], Lead]) -> None:
    """Let what refuses with this evidence, say ``statement=5``, lead on to `lead(5)`: address and
    words. A rule names the thing; where it stands is for the feature that has the page."""
    _leads[evidence] = lead


def leads_of(error: refusal.Refusal) -> list[Lead]:
    """Where whoever was refused goes on, as far as the rule named it."""
    named = error.evidence.items()
    return [_leads[name](value) for name, value in named if name in _leads and value is not None]


def status_of(error: refusal.Refusal) -> int:
    """The HTTP status of a rule that was broken."""
    return next(code for kind, code in STATUS.items() if isinstance(error, kind))


def in_words(error: refusal.Refusal) -> dict[str, Any]:
    """A refusal before anything was tried: `sentence` and `leads`, for a page to show."""
    return {"sentence": str(error.sentence), "leads": leads_of(error)}


def install(app: Flask) -> None:
    """Answer refusals, HTTP errors and accidents of `app` with a page in the reader's language."""
    app.register_error_handler(refusal.Refusal, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _accident)


def error_page(status: int, headline: str, sentence: str, **more: Any) -> Response:
    """A page (or JSON, for machines) that says what happened and what to do next."""
    if request.path.endswith(".json") or request.path.startswith("/api/"):
        response = jsonify(error={"status": status, "message": sentence})
    else:
        html = render_template(
            "errors/error.html", status=status, headline=headline, sentence=sentence, **more
        )
        response = make_response(html)
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response


def _refused(error: refusal.Refusal) -> Response:
    status = status_of(error)
    if status == 503:
        logger.error("refused: %s %s", error.sentence, error.evidence)
    leads = leads_of(error)
    return error_page(status, _headline(status), str(error.sentence), leads=leads)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    response = error_page(status, _headline(status), _sentence(status))
    for name, value in error.get_headers():
        if name in ("Allow", "Location", "Retry-After"):
            response.headers[name] = value
    return response


def _database(error: OperationalError) -> Response:
    """A locked, full or lost database is a pause, not a bug: reading goes on, writing waits."""
    logger.error("database: %s", error.orig)
    db.session.rollback()
    return error_page(503, _headline(503), _sentence(503))


def _accident(error: Exception) -> Response:
    logger.exception("unhandled %s", type(error).__name__)
    if isinstance(error, DBAPIError):
        db.session.rollback()
    return error_page(500, _headline(500), _sentence(500))


def _headline(status: int) -> str:
    return {
        400: _("没有办成"),
        401: _("请先登录"),
        403: _("不能打开"),
        404: _("没有找到这一页"),
        405: _("不能这样打开"),
        409: _("情况已经变了"),
        410: _("此处原有一条意见"),
        413: _("内容太大"),
        415: _("格式不对"),
        429: _("操作太频繁"),
        503: _("暂时不能写入"),
    }.get(status, _("出了点问题"))


def _sentence(status: int) -> str:
    return {
        400: _("请求不完整或格式不对。请返回上一页，检查后再试。"),
        404: _("地址可能抄错了。您可以在下面搜索，或看看全部意见。"),
        405: _("请从页面上的按钮操作。"),
        413: _(
            "发来的内容太大：正文最多一万字，照片每张不超过 20 MB，一次最多 9 张。请返回上一页，减少后再提交。"
        ),
        503: _("系统正忙或正在维护。请稍等半分钟再提交，已公开的内容照常可看。"),
    }.get(status, _("我们已记录这个问题。请稍后再试。"))
