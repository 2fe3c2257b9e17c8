"""Pages for visitors, rendered once per version: the log is the clock.

Every public change is a log entry, so the index of the last entry that touched a page is its
version. A page is kept under (address, language, version) until the next deadline it shows, and
nothing is ever invalidated by hand. The checkpoint in it is filled in when it is served: what
has not been touched is as true under the newest checkpoint as under the one it was made with.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from flask import Flask, Response, current_app, g, make_response, request
from flask.sansio.app import App
from flask_login import current_user

from forum.base import clock
from forum.base.web.locale import locale

MAX_BYTES = 32 * 1024 * 1024
# Nobody can write into a post what would be taken for the slot.
SLOT = f"@@log-checkpoint-{secrets.token_hex(8)}@@".encode()


@dataclass(frozen=True)
class Rendered:
    """A page as bytes with slots for the checkpoint; `until`: when a time on it passes."""

    body: bytes
    until: datetime | None
    etag: str


class PageCache:
    """Least recently used pages of one process, bounded in bytes."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._pages: OrderedDict[tuple[object, ...], Rendered] = OrderedDict()
        self._bytes = 0
        self._max = max_bytes
        self._lock = Lock()

    def get(self, key: tuple[object, ...]) -> Rendered | None:
        """The page, unless it is not there or a time on it has passed."""
        with self._lock:
            page = self._pages.get(key)
            if page is None or (page.until is not None and page.until <= clock.now()):
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[object, ...], page: Rendered) -> None:
        """Keep the page, dropping the least recently used ones above the bound."""
        with self._lock:
            old = self._pages.pop(key, None)
            self._bytes += len(page.body) - (len(old.body) if old else 0)
            self._pages[key] = page
            while self._bytes > self._max and len(self._pages) > 1:
                _key, dropped = self._pages.popitem(last=False)
                self._bytes -= len(dropped.body)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0


def forget_pages(_payloads: object = None) -> None:
    """Receiver of content.erased: nothing that was kept in this process may outlive its text."""
    for name in ("zhiyan-pages", "zhiyan-fragments"):
        current_app.extensions[name].clear()


def install(app: Flask) -> None:
    """Give `app` its cache, and let templates say until when they are true."""
    app.extensions["zhiyan-pages"] = PageCache()
    app.extensions["zhiyan-fragments"] = PageCache(MAX_BYTES // 2)


def shown_on_every_page(app: App, fact: Callable[[], object]) -> None:
    """Every page shows `fact()` in its frame: a page kept with another value is made anew."""
    app.extensions.setdefault("zhiyan-page-facts", []).append(fact)


def true_until(moment: datetime | None) -> None:
    """While a page is made: it shows something that changes by itself at `moment`."""
    if moment is not None and moment > clock.now():
        known = g.get("true_until")
        g.true_until = moment if known is None else min(known, moment)


def public_page(
    version: object, checkpoint: str, render: Callable[[], str], status: int = 200
) -> Response:
    """The answer for this address: from the cache for visitors, made anew for the signed in.

    `version` names all that the page was read from; `checkpoint` is "<size> <root>" of now.
    """
    if current_user.is_authenticated:
        g.personal = True
        return make_response(render().replace(SLOT.decode(), checkpoint), status)
    facts = tuple(fact() for fact in current_app.extensions.get("zhiyan-page-facts", ()))
    key = (request.full_path, locale(), version, facts)
    pages: PageCache = current_app.extensions["zhiyan-pages"]
    page = pages.get(key)
    if page is None:
        g.pop("true_until", None)
        body = render().encode("utf-8")
        page = Rendered(body, g.get("true_until"), hashlib.sha256(body).hexdigest()[:32])
        pages.put(key, page)
    return _answer(page, checkpoint, status)


def fragment(name: str, version: object, render: Callable[[], str]) -> str:
    """A part of a page that is the same for everybody, kept as `public_page` keeps pages."""
    key = (name, locale(), version)
    kept: PageCache = current_app.extensions["zhiyan-fragments"]
    page = kept.get(key)
    if page is None:
        before = g.pop("true_until", None)
        body = render().encode("utf-8")
        page = Rendered(body, g.get("true_until"), "")
        kept.put(key, page)
        true_until(before)
    true_until(page.until)
    return page.body.decode("utf-8")


def _answer(page: Rendered, checkpoint: str, status: int) -> Response:
    tag = hashlib.sha256((page.etag + checkpoint).encode()).hexdigest()[:32]
    body = page.body.replace(SLOT, checkpoint.encode())
    response = Response(body, status, mimetype="text/html")
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Language, Cookie"
    # RFC 9110, 13.2.1: conditions are for answers that would otherwise be a success.
    if status == 200:
        response.make_conditional(request)
    return response
