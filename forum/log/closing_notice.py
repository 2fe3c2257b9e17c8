"""The announced closing in the frame of every page."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, url_for
from sqlalchemy.exc import SQLAlchemyError

from forum.base.db import db
from forum.base.web.cache import shown_on_every_page
from forum.log.closing import Announced, announced, sentence
from forum.log.stamp import tip_for_request

_KNOWN = "zhiyan-closing"


def install(app: Flask, endpoint: str) -> None:
    """Let every page of `app` show the notice, leading to `endpoint`."""
    shown_on_every_page(app, newest)

    @app.context_processor
    def _notice() -> dict[str, Any]:
        found = newest()
        if found is None:
            return {"closing_notice": None}
        return {"closing_notice": {"sentence": sentence(found), "href": url_for(endpoint)}}


def newest() -> Announced | None:
    """The announcement as of this request; looked for only in what the log has grown by.

    None while the database does not answer: its error page must still leave.
    """
    size, found = current_app.extensions.get(_KNOWN, (0, None))
    try:
        tip = tip_for_request()
        if tip is None or tip.size == size:
            return found
        found = announced(size) or found if tip.size > size else announced()
    except SQLAlchemyError:
        db.session.rollback()
        return None
    current_app.extensions[_KNOWN] = (tip.size, found)
    return found
