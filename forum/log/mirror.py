"""Copies of our log that others kept: where lost entries can be had back.

A mirror is a folder or an address with `checkpoint` and `tile/entries/…` under it, as `forum log
export` writes and `/tlog/` serves. A database that was replaced is a copy too. Nothing that a copy
says is believed: whoever reads it holds the entries against the signature of the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.request import urlopen

from forum.tlog.tile import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    TileError,
    TileMissing,
    format_tile_path,
    parse_bundle,
)

SILENCE = 30.0  # seconds that a mirror may take for one answer
LONGEST = 2**24  # bytes; a whole bundle has 16 MiB at most
Fetch = Callable[[str], bytes]


class CannotRecover(Exception):
    """The log cannot be had back from there; the message says why and what to do, in one line."""


class Copy(Protocol):
    """Somewhere the log is kept."""

    name: str

    def checkpoint(self) -> bytes:
        """The signed note under which the copy stands."""
        ...

    def entries(self, first: int, size: int) -> Iterator[list[bytes]]:
        """The entries from index `first` to `size` (exclusive), in order, some at a time."""
        ...


class Mirror:
    """A copy in tiles. fetch: answers a path below the mirror; TileMissing where there is none."""

    def __init__(self, name: str, fetch: Fetch) -> None:
        self.name = name
        self._fetch = fetch

    def checkpoint(self) -> bytes:
        """As served; CannotRecover when there is none."""
        try:
            return self._fetch("checkpoint")
        except TileMissing:
            raise CannotRecover(f"{self.name} has no file `checkpoint`: it is no mirror") from None

    def entries(self, first: int, size: int) -> Iterator[list[bytes]]:
        """A bundle at a time."""
        for number in range(first // TILE_WIDTH, -(-size // TILE_WIDTH)):
            start = number * TILE_WIDTH
            bundle = self._bundle(Tile(ENTRIES, number, min(TILE_WIDTH, size - start)))
            yield bundle[max(0, first - start) :]

    def _bundle(self, tile: Tile) -> list[bytes]:
        """As wide as asked for or, where only the whole one is left, cut from that."""
        path = format_tile_path(*tile)
        try:
            try:
                return parse_bundle(self._fetch(path), tile.width)
            except TileMissing:
                whole = self._fetch(format_tile_path(ENTRIES, tile.number))
                return parse_bundle(whole)[: tile.width]
        except TileError as error:
            raise CannotRecover(f"{self.name}: {path}: {error}") from None


class DatabaseCopy:
    """The log in another SQLite database of this board: the one that a restore replaces."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def checkpoint(self) -> bytes:
        """The newest one; CannotRecover when the database cannot be read."""
        rows = self._ask("SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1")
        if not rows:
            raise CannotRecover(f"{self.name} holds no log")
        return str(rows[0][0]).encode()

    def entries(self, first: int, size: int) -> Iterator[list[bytes]]:
        """Some hundred at a time."""
        query = "SELECT bytes FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx"
        for start in range(first, size, TILE_WIDTH):
            rows = self._ask(query, start, min(start + TILE_WIDTH, size))
            yield [bytes(row[0]) for row in rows]

    def _ask(self, query: str, *values: int) -> list[Any]:
        try:
            with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True)) as base:
                return base.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise CannotRecover(f"{self.name} cannot be read: {error}") from None


def open_mirror(where: str) -> Mirror:
    """The mirror at an address or in a folder; `tlog` below it is looked into as well."""
    fetch: Fetch = _over_http
    if not where.startswith(("http://", "https://")):
        if not Path(where).is_dir():
            raise CannotRecover(f"{where} is neither a folder nor an address")
        fetch = _from_disk
    base = where.rstrip("/")
    for root in (base, f"{base}/tlog"):
        mirror = Mirror(root, lambda path, root=root: fetch(f"{root}/{path}"))  # type: ignore[misc]
        try:
            mirror.checkpoint()
        except CannotRecover:
            continue
        return mirror
    raise CannotRecover(f"{where} has no file `checkpoint`: it is no mirror")


def _from_disk(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise TileMissing(f"there is no {path}") from None


def _over_http(url: str) -> bytes:
    try:
        with urlopen(url, timeout=SILENCE) as answer:  # noqa: S310 — http(s) alone: `open_mirror`
            data: bytes = answer.read(LONGEST + 1)
    except HTTPError as error:
        if error.code in (404, 410):
            raise TileMissing(f"{url}: HTTP {error.code}") from None
        raise CannotRecover(f"{url}: HTTP {error.code}") from None
    except (OSError, HTTPException) as error:
        raise CannotRecover(f"{url} does not answer: {error}") from None
    if len(data) > LONGEST:
        raise CannotRecover(f"{url}: the answer does not end")
    return data
