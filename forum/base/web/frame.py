"""What every page's frame shows: board name, hotline, navigation, language, checkpoint.

`app.py` says what stands in the navigation; nothing here asks the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask, request, url_for
from flask_login import current_user

from forum.base import rights
from forum.base.web.cache import SLOT
from forum.base.web.guard import role
from forum.base.web.locale import LOCALES, language_tag, locale

NavRow = tuple[str, Any, str]  # endpoint, label (a lazy string), the act whose right it needs


def install(
    app: Flask, nav: Sequence[NavRow], work: Sequence[NavRow], links: dict[str, str]
) -> None:
    """Give every template the frame: `links` maps names that templates use to endpoints."""

    @app.context_processor
    def _frame() -> dict[str, Any]:
        who = role()
        return {
            "board_name": app.config["FORUM_BOARD_NAME"],
            "hotline": app.config["FORUM_HOTLINE"],
            "lang": language_tag(),
            "languages": _other_languages(),
            "links": {name: url_for(endpoint) for name, endpoint in links.items()},
            "nav": _rows(nav, who),
            "work_nav": _rows(work, who),
            "viewer": _viewer(),
            "here": request.full_path.rstrip("?"),
            "checkpoint_slot": SLOT.decode(),
        }


def _rows(rows: Sequence[NavRow], who: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "href": url_for(endpoint), "current": request.endpoint == endpoint}
        for endpoint, label, act in rows
        if rights.may(who, act)
    ]


def _other_languages() -> list[dict[str, str]]:
    return [
        {"code": code, "label": label, "tag": code.replace("_", "-")}
        for code, label in LOCALES.items()
        if code != locale()
    ]


def _viewer() -> dict[str, str] | None:
    if not current_user.is_authenticated:
        return None
    return {"name": current_user.name, "href": url_for("accounts.account")}
