"""Before every request: who is asking, may they, and does the request come from our own page.

A route without a row in the rights table answers to nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import ValidationError, generate_csrf, validate_csrf
from werkzeug.wrappers import Response

from forum.base import rights
from forum.base.refusal import Invalid, NotAllowed
from forum.base.web.nosession import is_static

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# Nobody can write it into a text, to have a token put there.
_TOKEN_SLOT = secrets.token_urlsafe(24)

Keeper = Callable[[str, int], Response]
_keepers: dict[str, Keeper] = {}


def role() -> str:
    """The role of whoever sends this request; ``visitor`` when not signed in."""
    return current_user.role if current_user.is_authenticated else "visitor"


def keep_typed(endpoint: str, show: Keeper) -> None:
    """Let `show(sentence, status)` answer where a long form meets a session that has ended.

    It shows the form again as it was typed, instead of a page that knows nothing of it.
    """
    _keepers[endpoint] = show


def install(app: Flask) -> None:
    """Guard every route of `app`."""
    app.before_request(_check_right)
    app.before_request(_check_forgery)
    app.jinja_env.globals["may"] = lambda act: rights.may(role(), act)
    app.jinja_env.globals["csrf_token"] = _token_when_signed_in


def _check_right() -> Response | None:
    if request.endpoint is None or is_static():
        return None
    act = rights.ROUTES.get(request.endpoint)
    if act == "read" or (act and rights.may(role(), act)):
        return None
    if act and not current_user.is_authenticated:
        keeper = _keepers.get(request.endpoint)
        if keeper is not None and not _comes_from_elsewhere():
            return keeper(_("您已退出登录，还没有发表。请先登录，再回到这里点“发表”。"), 401)
        here = request.full_path.rstrip("?") if request.method in SAFE else None
        return redirect(url_for("accounts.login", next=here))
    raise NotAllowed(_("您的身份不能打开这一页。"), act=act)


def _check_forgery() -> Response | None:
    """Another site's page must not act for our visitor.

    Visitors hold no cookie and no token, so their forms are checked by where they come from;
    whoever is signed in must show the session's token as well.
    """
    if request.method in SAFE or request.endpoint is None:
        return None
    if _comes_from_elsewhere():
        raise Invalid(_("这个请求不是从本站页面发出的，未予受理。请回到本站再试一次。"), "csrf")
    if not current_user.is_authenticated:
        return None
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRF-Token"))
    except ValidationError:
        sentence = _("页面停留太久或已重新登录，请再提交一次。您填写的内容还在。")
        keeper = _keepers.get(request.endpoint)
        if keeper is not None:
            return keeper(sentence, 400)
        raise Invalid(sentence, "csrf") from None
    return None


def _comes_from_elsewhere() -> bool:
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def without_token(render: Callable[[], str]) -> str:
    """What `render` makes, for everybody: where the session's token belongs a slot is left."""
    g.token_slot = True
    try:
        return render()
    finally:
        del g.token_slot


def with_token(html: str) -> str:
    """What `without_token` made, for this session."""
    return html.replace(_TOKEN_SLOT, generate_csrf())


def _token_when_signed_in() -> str:
    if "token_slot" in g:
        return _TOKEN_SLOT
    return generate_csrf() if current_user.is_authenticated else ""
