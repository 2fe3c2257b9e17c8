"""Feeds, robots.txt and the sitemap; and on every page the feeds that belong to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, has_request_context, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from forum.base.rights import route_acts
from forum.base.web.cache import fragment
from forum.log.stamp import tip_for_request
from forum.pages import feeds, sitemap
from forum.pages.head import head_of

ATOM, XML, TEXT = "application/atom+xml", "application/xml", "text/plain"
NAMES = ("newest", "hiding", "complaint", "city", "project", "category", "robots", "sitemap",
         "sitemap_part")  # fmt: skip

blueprint = Blueprint("feeds", __name__)
route_acts({f"feeds.{name}": "read" for name in NAMES})


@blueprint.get("/feed.atom")
def newest() -> BaseResponse:
    """The newest complaints."""
    return _atom(feeds.newest_feed)


@blueprint.get("/log/feed.atom")
def hiding() -> BaseResponse:
    """The newest acts that hide or change something."""
    return _atom(feeds.hiding_feed)


@blueprint.get("/complaints/<int:number>/feed.atom")
def complaint(number: int) -> BaseResponse:
    """What happened to one complaint."""
    return _atom(lambda: feeds.complaint_feed(head_of(number)))


@blueprint.get("/projects/<slug>/feed.atom")
def project(slug: str) -> BaseResponse:
    """The newest complaints of one estate."""
    return _atom(lambda: feeds.place_feed("project", slug))


@blueprint.get("/cities/<slug>/feed.atom")
def city(slug: str) -> BaseResponse:
    """The newest complaints of one city."""
    return _atom(lambda: feeds.place_feed("city", slug))


@blueprint.get("/categories/<slug>/feed.atom")
def category(slug: str) -> BaseResponse:
    """The newest complaints of one category."""
    return _atom(lambda: feeds.place_feed("category", slug))


@blueprint.get("/robots.txt")
def robots() -> BaseResponse:
    """What search engines are asked to leave alone."""
    return Response(sitemap.robots_txt(), mimetype=TEXT)


@blueprint.get("/sitemap.xml", endpoint="sitemap")
def sitemap_index() -> BaseResponse:
    """The parts of the sitemap."""
    return _kept(XML, lambda: _map("sitemapindex", "sitemap", sitemap.part_addresses()))


@blueprint.get("/sitemaps/<int:number>.xml")
def sitemap_part(number: int) -> BaseResponse:
    """One part of the sitemap."""
    return _kept(XML, lambda: _map("urlset", "url", sitemap.addresses(number)))


@blueprint.app_context_processor
def _feeds_of_this_page() -> dict[str, Any]:
    """`feeds` of base.html: those of the board, and that of the place or complaint shown."""
    if not has_request_context() or request.endpoint is None:
        return {}
    found = [(_("最新意见"), url_for("feeds.newest")), (_("删改记录"), url_for("feeds.hiding"))]
    own = request.endpoint.removeprefix("pages.")
    if request.endpoint.startswith("pages.") and f"feeds.{own}" in _OF_ONE and request.view_args:
        found.insert(0, (_("这一页"), url_for(f"feeds.{own}", **request.view_args)))
    return {"feeds": [{"title": title, "href": href} for title, href in found]}


_OF_ONE = ("feeds.complaint", "feeds.city", "feeds.project", "feeds.category")


def _atom(made: Callable[[], dict[str, Any]]) -> BaseResponse:
    return _kept(ATOM, lambda: render_template("pages/feed.xml", feed=made()))


def _map(outer: str, inner: str, found: list[str]) -> str:
    return render_template("pages/sitemap.xml", outer=outer, inner=inner, addresses=found)


def _kept(mimetype: str, render: Callable[[], str]) -> BaseResponse:
    """The answer as it was made for this tree; the header that names the tree comes with it."""
    tip = tip_for_request()
    text = fragment(request.path, tip.size if tip else 0, render)
    response = Response(text, mimetype=mimetype)
    response.headers["Vary"] = "Accept-Language, Cookie"
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    return response.make_conditional(request)
