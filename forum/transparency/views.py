"""The balance over HTTP: a page that explains each number, and the same numbers for machines."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template

from forum.base.rights import route_acts
from forum.base.web.cache import public_page
from forum.log.stamp import HEADER, tip_for_request, words
from forum.tlog.entry import COUNTS
from forum.transparency import pages, queries

blueprint = Blueprint("transparency", __name__)
route_acts({"transparency.balance_page": "read", "transparency.balance_json": "read"})


@blueprint.get("/transparency")
def balance_page() -> Response:
    """Every complaint ever received, by where it stands, and why what is gone is gone."""
    tip = tip_for_request()

    def render() -> str:
        return render_template("transparency/balance.html", **pages.balance_page(queries.balance()))

    return public_page(tip.size if tip else 0, words(tip), render)


@blueprint.get("/balance.json")
def balance_json() -> Response:
    """The counts with the checkpoint they were counted at, all of one state of the database."""
    counted = queries.balance()
    checkpoint = {"size": counted.size, "root": counted.root}
    response = jsonify(checkpoint=checkpoint, **{name: getattr(counted, name) for name in COUNTS})
    response.headers[HEADER] = f"{counted.size} {counted.root}"
    return response
