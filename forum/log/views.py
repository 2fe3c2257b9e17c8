"""The log over HTTP: for machines as C2SP tlog-tiles under /tlog, for readers under /log."""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from forum.base.refusal import Invalid, NotFound, Unavailable
from forum.base.rights import route_acts
from forum.base.web.cache import public_page, shown_on_every_page
from forum.log import pages, publishing, queries, rotation, verify_page
from forum.log.filters import filter_from
from forum.log.stamp import stamp_answer, tip_for_request, watching, words
from forum.tlog.tile import ENTRIES, Tile, TileError, format_bundle, parse_tile_path

# A tile never changes: not even a partial one, since its width is part of its address.
FOREVER = "public, max-age=31536000, immutable"
GZIP_LEVEL = 6

blueprint = Blueprint("log", __name__)
blueprint.after_app_request(stamp_answer)
blueprint.record_once(lambda state: shown_on_every_page(state.app, watching))
blueprint.app_context_processor(lambda: {"witnesses": watching()})
route_acts(
    {
        "log.checkpoint": "read",
        "log.tile": "read",
        "log.vkey": "read",
        "log.policy": "read",
        "log.rotated": "read",
        "log.rotations": "read",
        "log.readable": "read",
        "log.entry": "read",
        "log.verify": "read",
    }
)


@blueprint.get("/tlog/checkpoint")
def checkpoint() -> Response:
    """The signed checkpoint that everybody is shown (tlog-checkpoint), with its cosignatures."""
    tip_for_request()
    chosen = publishing.current()
    return _text(chosen.note) if chosen else _text("this log is not opened yet\n", 503)


@blueprint.get("/tlog/tile/<path:rest>")
def tile(rest: str) -> Response:
    """A tile of hashes or a bundle of entries (tlog-tiles), whole or partial."""
    try:
        wanted = parse_tile_path(f"tile/{rest}")
    except TileError as error:
        return _text(f"{error}\n", 404)
    data = _bundle(wanted) if wanted.level == ENTRIES else _hashes(wanted)
    if data is None:
        return _text("the log is not that large\n", 404)
    response = Response(data, mimetype="application/octet-stream")
    response.headers["Cache-Control"] = FOREVER
    return _compressed(response) if wanted.level == ENTRIES else response


@blueprint.get("/tlog/vkey")
def vkey() -> Response:
    """The verifier key of the log, whose name is the log's origin."""
    return _text(rotation.vkey() + "\n")


@blueprint.get("/tlog/rotations/<int:index>")
def rotated(index: int) -> Response:
    """The first checkpoint that covers a change of the log's key, signed by both keys."""
    note = rotation.note_of(index)
    if note is None:
        return _text("the key was not changed there\n", 404)
    response = _text(note)
    response.headers["Cache-Control"] = FOREVER
    return response


@blueprint.get(f"/tlog/rotations/{rotation.INDEXES}")
def rotations() -> Response:
    """The index of every change of the log's key, oldest first, one a line."""
    return _text(rotation.format_indexes(change.index for change in queries.rotations()))


@blueprint.get("/tlog/policy")
def policy() -> Response:
    """What to trust this log by (tlog-policy): its key, its witnesses and how many must sign."""
    return _text(verify_page.policy_text(rotation.due_keys()))


@blueprint.get("/log")
def readable() -> Response:
    """The log in words, opening on the acts that hide or change something."""
    chosen = filter_from(request.args)
    tip = tip_for_request()
    if tip is None:
        raise Unavailable(_("意见记录还没有开始。"))

    def render() -> str:
        return render_template("log/log.html", checkpoint=tip, **pages.list_page(chosen, tip))

    return public_page(tip.size, words(tip), render)


@blueprint.get("/log/entries/<int:index>")
def entry(index: int) -> Response:
    """One entry: in words, as stored, and with the proof that it is in the log."""
    tip = tip_for_request()
    if tip is None or index >= tip.size:
        raise NotFound(_("没有这一条记录。最新的记录在删改记录里。"), index=index)

    def render() -> str:
        return render_template("log/entry.html", **pages.entry_page(index, tip))

    return public_page(tip.size, words(tip), render)


@blueprint.get("/verify")
def verify() -> Response:
    """Checks a receipt in the reader's browser; with `index` and `size` against today's log."""
    asked = found = refused = None
    try:
        asked = verify_page.question_from(request.args)
        found = verify_page.today(asked) if asked else None
    except Invalid as error:
        refused = str(error.sentence)
    page = verify_page.context(asked, found, refused)

    def render() -> str:
        return render_template("log/verify.html", **page)

    version, tip = (page["policy"], found), tip_for_request()
    return public_page(version, words(tip), render, 400 if refused else 200)


def _hashes(wanted: Tile) -> bytes | None:
    row = queries.read_row(8 * int(wanted.level), wanted.number << 8, wanted.width)
    return b"".join(row) if len(row) == wanted.width else None


def _bundle(wanted: Tile) -> bytes | None:
    entries = queries.entry_bytes(wanted.number << 8, wanted.width)
    return format_bundle(entries) if len(entries) == wanted.width else None


def _compressed(response: Response) -> Response:
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _text(text: str, status: int = 200) -> Response:
    response = make_response(text, status)
    response.mimetype = "text/plain"
    response.headers["Cache-Control"] = "no-cache"
    return response
