"""Looking at the board as an outsider does: pages, the machine form, and the log's own bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from forum.base.db import db
from forum.tlog.entry import parse_entry
from forum.tlog.tile import Tile, bundles_for, format_tile_path, parse_bundle

VOID = frozenset("meta link input img br hr".split())


class Page(HTMLParser):
    """The hooks of one page. fields: data-field → its value; texts of several lines keep them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.replies: list[int] = []
        self.numbers: list[int] = []
        self.article: dict[str, int] = {}
        self.checkpoint = ""
        self.commitments: dict[str, str] = {}
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._note(tag, found)
        if tag == "p" and self._inside("body") and self.fields["body"]:
            self._write("\n\n")
        if tag == "br":
            self._write("\n")
        if tag not in VOID:
            self._open.append((tag, found.get("data-field") or found.get("data-commitment")))
            self._begin(found)

    def _note(self, tag: str, found: dict[str, str]) -> None:
        if "data-reply" in found:
            self.replies.append(int(found["data-reply"]))
        if "data-number" in found:
            self.numbers.append(int(found["data-number"]))
        if tag == "article" and "data-complaint" in found:
            self.article = {"complaint": int(found["data-complaint"]),
                            "entry": int(found["data-entry"])}  # fmt: skip
        if tag == "meta" and found.get("name") == "log-checkpoint":
            self.checkpoint = found["content"]

    def _begin(self, found: dict[str, str]) -> None:
        if "data-commitment" in found:
            self.commitments[found["data-commitment"]] = ""
        if "data-field" in found:
            exact = found.get("data-value") or found.get("datetime") or ""
            self.fields[found["data-field"]] = exact
            if exact:
                self._open[-1] = (self._open[-1][0], None)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self._write(data)

    def _inside(self, field: str) -> bool:
        return any(name == field for _tag, name in self._open)

    def _write(self, text: str) -> None:
        for _tag, name in self._open:
            if name in self.commitments:
                self.commitments[name] += text
            elif name is not None:
                self.fields[name] += text


def look(client: FlaskClient, path: str, status: int = 200) -> Page:
    """The page at `path`, which answers with `status`."""
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def machine(client: FlaskClient, number: int) -> dict[str, Any]:
    """The complaint's machine form."""
    return json.loads(client.get(f"/complaints/{number}.json").text)


def log_entries(client: FlaskClient) -> list[dict[str, Any]]:
    """The whole log, fetched as tiles."""
    size = int(client.get("/tlog/checkpoint").text.splitlines()[1])
    return [parse_entry(data) for tile in bundles_for(size) for data in _bundle(client, tile)]


def _bundle(client: FlaskClient, tile: Tile) -> list[bytes]:
    path = format_tile_path(tile.level, tile.number, tile.width)
    answer = client.get(f"/tlog/{path}", headers={"Accept-Encoding": "gzip"})
    return parse_bundle(gzip.decompress(answer.data), tile.width)


@contextmanager
def queries() -> Iterator[list[str]]:
    """The statements sent to the database within the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "ROLLBACK")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
