"""Home, lists, and one complaint, for readers and for machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from forum.base.rights import route_acts
from forum.base.web.cache import fragment, public_page
from forum.log.stamp import tip_for_request, words
from forum.pages.actions import actions_html
from forum.pages.complaint import article_html
from forum.pages.gone import gone_page
from forum.pages.head import Head, head_of
from forum.pages.history import history_page
from forum.pages.home import home_page
from forum.pages.list_page import FILTERS, list_page
from forum.pages.lists import wanted_from
from forum.pages.machine import machine_form
from forum.pages.mine import mine_page
from forum.pages.personal import personal

GONE = 410

blueprint = Blueprint("pages", __name__)
route_acts(
    {
        "pages.home": "read",
        "pages.complaints": "read",
        "pages.project": "read",
        "pages.city": "read",
        "pages.category": "read",
        "pages.complaint": "read",
        "pages.complaint_json": "read",
        "pages.history": "read",
        "pages.mine": "own-account",
    }
)


@blueprint.get("/")
def home() -> Response:
    """What was received and what can be seen, what is late, what is new."""
    return _of_the_board("home", "pages/home.html", "pages/_home.html", home_page)


@blueprint.get("/complaints")
def complaints() -> BaseResponse:
    """All complaints, filtered and ordered; with ``q`` the search."""
    return _list(None)


@blueprint.get("/projects/<slug>")
def project(slug: str) -> BaseResponse:
    """The complaints of one estate, with its figures."""
    return _list("project", slug)


@blueprint.get("/cities/<slug>")
def city(slug: str) -> BaseResponse:
    """The complaints of one city, with its figures."""
    return _list("city", slug)


@blueprint.get("/categories/<slug>")
def category(slug: str) -> BaseResponse:
    """The complaints of one category, with its figures."""
    return _list("category", slug)


def _list(at: str | None, slug: str | None = None) -> BaseResponse:
    place = {at: slug} if at else {}
    asked: dict[str, Any] = {
        name: value for name in FILTERS if (value := request.args.get(name))
    } | place
    if request.args.get("q", "").strip():
        return redirect(url_for("search.search", q=request.args["q"], **asked))
    wanted = wanted_from(request.args, **place)
    return _of_the_board(
        "list", "pages/list.html", "pages/_list.html", lambda: list_page(wanted, at)
    )


def _of_the_board(
    name: str, page: str, inner: str, context: Callable[[], dict[str, Any]]
) -> Response:
    """A page that any entry may change: its version is the size of the tree."""
    tip = tip_for_request()
    size = tip.size if tip else 0

    def inside() -> str:
        made = context()
        return f"{made.get('heading', '')}\n{render_template(inner, **made)}"

    def render() -> str:
        # A heading has no line feed, so the two can be kept as one.
        heading, _, html = fragment(name, (request.full_path, size), inside).partition("\n")
        return render_template(page, heading=heading, inner=html)

    return public_page(size, words(tip), render)


@blueprint.get("/complaints/<int:number>")
def complaint(number: int) -> Response:
    """One complaint; or, where it is not shown, the notice that says why."""
    tip, head = tip_for_request(), head_of(number)
    if not head.is_shown:
        return _notice(head, words(tip))

    def render() -> str:
        mine = personal(head)
        return render_template(
            "complaints/complaint.html",
            article_html=article_html(head),
            actions_html=actions_html(head, mine),
            title=head.title,
            number=number,
            **mine,
        )

    return public_page(head.version, words(tip), render)


@blueprint.get("/complaints/<int:number>.json")
def complaint_json(number: int) -> Response:
    """One complaint for machines, whatever its state."""
    tip_for_request()
    found = machine_form(head_of(number).number)
    return Response(
        json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n",
        mimetype="application/json",
    )


@blueprint.get("/complaints/<int:number>/history")
def history(number: int) -> Response:
    """Every version of the text; of one that is gone, the notice."""
    tip, head = tip_for_request(), head_of(number)
    if not head.is_shown:
        return _notice(head, words(tip))
    return public_page(
        head.version,
        words(tip),
        lambda: render_template("complaints/history.html", **history_page(head)),
    )


@blueprint.get("/account/complaints")
def mine() -> str:
    """What whoever is signed in posted, newest first."""
    g.personal = True
    return render_template("pages/mine.html", **mine_page(current_user.id))


def _notice(head: Head, checkpoint: str) -> Response:
    page = "complaints/held.html" if head.state == "held" else "complaints/gone.html"
    return public_page(
        head.version,
        checkpoint,
        lambda: render_template(page, **gone_page(head)),
        status=200 if head.state == "held" else GONE,
    )
