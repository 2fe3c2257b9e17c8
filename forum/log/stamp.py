"""Which tree an answer was read from: the header `Log-Checkpoint` and the same in the page.

A view that shows what the log covers asks `tip_for_request()` first and reads the rows after it,
so that what it names is never newer than what it shows.
"""

from __future__ import annotations

import logging
import time

from flask import Response, current_app, g
from sqlalchemy.exc import SQLAlchemyError

from forum.base.db import db
from forum.base.web.cache import SLOT
from forum.log import queries
from forum.log.publishing import witness_count
from forum.log.queries import Tip

HEADER = "Log-Checkpoint"
COUNT_EVERY = 5.0  # seconds
_COUNTED = "zhiyan-witnesses"
logger = logging.getLogger("forum.web")


def tip_for_request() -> Tip | None:
    """The newest committed tree, read once per request; None before the log is opened."""
    if "log_tip" not in g:
        g.log_tip = queries.tip()
    return g.log_tip


def words(tip: Tip | None) -> str:
    """``<size> <root>``, as header and page carry it; empty before the log is opened."""
    return f"{tip.size} {tip.root}" if tip else ""


def watching() -> int:
    """`witness_count()` for the frame of every page: counted anew every few seconds at most.

    0 while the database does not answer: nobody vouches for a page that was not read from it.
    """
    counted, until = current_app.extensions.get(_COUNTED, (0, 0.0))
    if time.monotonic() >= until:
        try:
            counted = witness_count()
        except SQLAlchemyError:
            db.session.rollback()
            return 0
        current_app.extensions[_COUNTED] = (counted, time.monotonic() + COUNT_EVERY)
    return counted


def stamp(response: Response, tip: Tip | None) -> Response:
    """Name `tip` in the header of `response` and where its page left the slot open."""
    if tip is not None:
        response.headers[HEADER] = words(tip)
    if response.mimetype == "text/html" and not response.is_streamed:
        body = response.get_data()
        if SLOT in body:
            response.set_data(body.replace(SLOT, words(tip).encode()))
    return response


def stamp_answer(response: Response) -> Response:
    """After every request: stamp each page, and whatever else was read under a tip."""
    if response.mimetype != "text/html" or response.is_streamed:
        return stamp(response, g.get("log_tip"))
    return stamp(response, _tip_or_none())


def _tip_or_none() -> Tip | None:
    """The tip, or none while the database does not answer: its error page must still leave."""
    try:
        return tip_for_request()
    except SQLAlchemyError:
        logger.warning("no checkpoint for this page: the database does not answer")
        db.session.rollback()
        return None
