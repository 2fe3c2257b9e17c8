"""The figures over HTTP: pages that explain each number, and the same numbers for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import chain
from typing import Any

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    render_template,
    request,
    stream_with_context,
)
from flask_babel import gettext as _

from forum.base.refusal import NotFound
from forum.base.rights import route_acts
from forum.base.web import paging
from forum.base.web.cache import fragment, public_page
from forum.log.stamp import HEADER, tip_for_request, words
from forum.moderation.desk import undecided
from forum.tlog.entry import COUNTS
from forum.transparency import charts, dsa, exports, pages, queries, report
from forum.transparency.asked import part_from, window_from
from forum.transparency.dsa_rows import decided, locked
from forum.transparency.figures import counted, of_part

blueprint = Blueprint("transparency", __name__)
DSA_PAGE = 100  # statements that the database's API takes at once
route_acts(
    {
        "transparency.balance_page": "read",
        "transparency.balance_json": "read",
        "transparency.figures_json": "read",
        "transparency.figures_csv": "read",
        "transparency.year": "read",
        "transparency.behind": "read",
        "transparency.chart": "read",
        "transparency.dsa_csv": "read",
        "transparency.dsa_json": "read",
    }
)


@blueprint.get("/transparency")
def balance_page() -> Response:
    """Every complaint ever received, by where it stands, and everything that was done to hide any."""
    code, tip = window_from(request.args), tip_for_request()
    # Readers' flags make no entry, so the size of the log does not tell of them.
    waiting = undecided()

    def render() -> str:
        found = counted(code, tip)
        page = pages.balance_page(queries.balance(), found, waiting) | report.figures_page(found)
        return render_template("transparency/balance.html", **page)

    return public_page((tip.size if tip else 0, waiting), words(tip), render)


@blueprint.get("/transparency/<int(fixed_digits=4):year>")
def year(year: int) -> Response:
    """The report of a calendar year, made to be printed."""
    tip = tip_for_request()
    found = counted(_window_of_year(year), tip)

    def render() -> str:
        return render_template("transparency/year.html", year=year, **report.figures_page(found))

    return public_page(tip.size if tip else 0, words(tip), render)


@blueprint.get("/transparency/behind/<name>")
def behind(name: str) -> Response:
    """The entries behind one number: as many as the number says."""
    code, part, tip = window_from(request.args), part_from(request.args), tip_for_request()
    all_of_it = counted(code, tip)
    found = of_part(code, **part) if part else all_of_it.everybody
    lists = found.lists if part else {**found.lists, **all_of_it.standing.lists}
    if name not in lists:
        raise NotFound(_("这个数现在是 0，或者没有这个数。"), name=name)

    def render() -> str:
        return render_template(
            "transparency/behind.html", **report.behind_page(found, name, lists[name])
        )

    return public_page(tip.size if tip else 0, words(tip), render)


@blueprint.get("/transparency/chart/<name>.svg")
def chart(name: str) -> Response:
    """A chart as a picture; its numbers stand in the table beside it."""
    tip = tip_for_request()
    drawn = charts.draw(name, counted(window_from(request.args), tip).everybody)
    if drawn is None:
        raise NotFound(_("没有这张图。"), name=name)
    return _text(drawn, "image/svg+xml")


@blueprint.get("/transparency.json")
def figures_json() -> Response:
    """Every figure of a window, with the checkpoint it was counted at."""
    code, tip, waiting = window_from(request.args), tip_for_request(), undecided()

    def made() -> str:
        found = exports.as_json(counted(code, tip), waiting)
        return json.dumps(found, sort_keys=True, separators=(",", ":")) + "\n"

    return _text(fragment("figures", (code, words(tip), waiting), made), "application/json")


@blueprint.get("/transparency.csv")
def figures_csv() -> Response:
    """The same, a line for every number."""
    found = counted(window_from(request.args), tip_for_request())
    return _text(exports.as_csv(found), "text/csv")


@blueprint.get("/transparency/dsa.csv")
def dsa_csv() -> Response:
    """Every decision as the DSA Transparency Database asks for it."""
    return _streamed(dsa.as_csv(_decisions(None)), "text/csv")


@blueprint.get("/transparency/dsa.json")
def dsa_json() -> Response:
    """The same as its API takes it, or the next hundred, as many as it takes: with
    ``?after=<statement>`` of the statements, with ``?locks=<entry>`` of the closed comments."""
    paged = "after" in request.args or "locks" in request.args
    return _streamed(dsa.as_json(_decisions(DSA_PAGE if paged else None)), "application/json")


@blueprint.get("/balance.json")
def balance_json() -> Response:
    """The counts with the checkpoint they were counted at, all of one state of the database."""
    found = queries.balance()
    checkpoint = {"size": found.size, "root": found.root}
    response = jsonify(checkpoint=checkpoint, **{name: getattr(found, name) for name in COUNTS})
    response.headers[HEADER] = f"{found.size} {found.root}"
    return response


def _window_of_year(year: int) -> str:
    if not 2000 <= year <= 2099:
        raise NotFound(_("没有这一年的报告。"), year=year)
    return str(year)


def _decisions(most: int | None) -> Iterable[dict[str, Any]]:
    found = [] if "locks" in request.args else [decided(paging.after() or 0, most)]
    if "after" not in request.args:
        found.append(locked(paging.after("locks") or 0, most))
    return (dsa.statement_of(row, rules) for row, rules in chain(*found))


def _streamed(pieces: Iterable[str], mimetype: str) -> Response:
    # Read before the rows: what the header names is never newer than what follows.
    tip_for_request()
    response = Response(stream_with_context(iter(pieces)), mimetype=mimetype)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _text(body: str, mimetype: str) -> Response:
    response = make_response(body)
    response.mimetype = mimetype
    response.headers["Cache-Control"] = "no-cache"
    return response
