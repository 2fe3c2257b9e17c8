"""The search page."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response, render_template, request
from flask.blueprints import BlueprintSetupState

from forum.base import resources
from forum.base.rights import route_acts
from forum.base.web.cache import public_page
from forum.log.stamp import tip_for_request, words
from forum.pages.search_feed import search_index
from forum.pages.search_page import asked_from, search_page
from forum.search.index import SearchIndex

blueprint = Blueprint("search", __name__)
route_acts({"search.search": "read"})


@blueprint.record_once
def _lend_index(state: BlueprintSetupState) -> None:
    app = cast(Flask, state.app)
    folder = Path(app.config["FORUM_INSTANCE"]) / "index"
    resources.provide(app, "search", SearchIndex(folder))


@blueprint.get("/search")
def search() -> Response:
    """What says the words of ``q``, within the filters; best first, or newest."""
    tip, asked = tip_for_request(), asked_from(request.args)
    # The index follows the log from behind: what was found depends on both.
    version = (tip.size if tip else 0, search_index().version())
    return public_page(
        version, words(tip), lambda: render_template("search/search.html", **search_page(asked))
    )
