"""What the monitor remembers in its folder: a SQLite file with what was verified and looked at."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from forum.monitor.findings import Finding
from forum.tlog.merkle import Node, leaf_hash, node_hash, root_from_frontier, tree_root
from forum.tlog.tile import TILE_HEIGHT, TILE_WIDTH, parse_bundle

_TABLES = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bundle (number INTEGER PRIMARY KEY, width INTEGER NOT NULL,
                                   data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS top (number INTEGER PRIMARY KEY, hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS opening (entry INTEGER, field TEXT, salt BLOB NOT NULL,
                                    PRIMARY KEY (entry, field));
CREATE TABLE IF NOT EXISTS words (number INTEGER PRIMARY KEY, entry INTEGER NOT NULL,
                                  title BLOB NOT NULL, body BLOB NOT NULL, author BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS looked (number INTEGER PRIMARY KEY, entry INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS finding (data TEXT NOT NULL);
"""


class State:
    """The folder of one monitor for one log. `folder` None: in memory, for one run."""

    def __init__(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        where = ":memory:" if folder is None else str(folder / "monitor.sqlite")
        self._db = sqlite3.connect(where, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction: all of it, or, when something is raised, nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def fact(self, name: str) -> str | None:
        """One remembered text."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def remember(self, name: str, value: str) -> None:
        """Keep a text under a name."""
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    @property
    def size(self) -> int:
        """How many entries were verified."""
        return int(self.fact("size") or 0)

    def keep_bundle(self, number: int, width: int, data: bytes) -> None:
        """Keep a bundle of entries, and when it is full the hash above it."""
        self._db.execute("INSERT OR REPLACE INTO bundle VALUES (?, ?, ?)", (number, width, data))
        if width == TILE_WIDTH:
            row = [leaf_hash(entry) for entry in parse_bundle(data, width)]
            top = (number, _fold(row))
            self._db.execute("INSERT OR REPLACE INTO top VALUES (?, ?)", top)

    def bundle(self, number: int) -> tuple[int, bytes] | None:
        """(width, bytes) of a bundle that was kept."""
        query = "SELECT width, data FROM bundle WHERE number = ?"
        return self._db.execute(query, (number,)).fetchone()

    def entries(self, first: int = 0) -> Iterator[tuple[int, bytes]]:
        """(index, bytes) of every verified entry from `first`."""
        size = self.size
        for number in range(first >> TILE_HEIGHT, -(-size // TILE_WIDTH)):
            width, data = self.bundle(number) or (0, b"")
            for index, entry in enumerate(parse_bundle(data, width), number * TILE_WIDTH):
                if first <= index < size:
                    yield index, entry

    def entry(self, index: int) -> bytes | None:
        """The bytes of one verified entry."""
        if not 0 <= index < self.size:
            return None
        width, data = self.bundle(index >> TILE_HEIGHT) or (0, b"")
        return parse_bundle(data, width)[index % TILE_WIDTH]

    def read(self, nodes: Sequence[Node]) -> list[bytes]:
        """A `HashReader` over what is kept."""
        return [self._node(level, number) for level, number in nodes]

    def root_at(self, size: int) -> bytes | None:
        """The root of the first `size` entries; None beyond what was verified."""
        if not 0 <= size <= self.size:
            return None
        return tree_root(size, self.read) if size else root_from_frontier([])

    def _node(self, level: int, number: int) -> bytes:
        first, count = number << level, 1 << level
        if level >= TILE_HEIGHT:
            start, stop = first >> TILE_HEIGHT, (first + count) >> TILE_HEIGHT
            query = "SELECT hash FROM top WHERE number >= ? AND number < ? ORDER BY number"
            return _fold([row[0] for row in self._db.execute(query, (start, stop))])
        width, data = self.bundle(first >> TILE_HEIGHT) or (0, b"")
        offset = first % TILE_WIDTH
        within = parse_bundle(data, width)[offset : offset + count]
        return _fold([leaf_hash(entry) for entry in within])

    def keep_openings(self, found: Iterable[tuple[int, str, bytes]]) -> None:
        """Salts once published: they still open a commitment when the site hides them later."""
        self._db.executemany("INSERT OR IGNORE INTO opening VALUES (?, ?, ?)", found)

    def opening(self, entry: int, field: str) -> bytes | None:
        """A salt that was published once."""
        query = "SELECT salt FROM opening WHERE entry = ? AND field = ?"
        row = self._db.execute(query, (entry, field)).fetchone()
        return row[0] if row else None

    def forget_openings(self, entries: Iterable[int]) -> None:
        """What was closed is no longer ours to open."""
        self._db.executemany("DELETE FROM opening WHERE entry = ?", [(entry,) for entry in entries])

    def keep_words(self, number: int, entry: int, words: Sequence[str]) -> None:
        """Title, body and author of a complaint as of its newest act, once they were verified."""
        row = (number, entry, *map(digest_of, words))
        self._db.execute("INSERT OR REPLACE INTO words VALUES (?, ?, ?, ?, ?)", row)

    def words(self, number: int, entry: int) -> tuple[bytes, bytes, bytes] | None:
        """Digests (`digest_of`) of title, body and author as of that act, where they are known."""
        query = "SELECT title, body, author FROM words WHERE number = ? AND entry = ?"
        return self._db.execute(query, (number, entry)).fetchone()

    def begin_round(self) -> list[Finding]:
        """The findings of a round that was interrupted, to go on with; else a new round begins."""
        if self.fact("round") != "open":
            self._db.executescript("DELETE FROM looked; DELETE FROM finding;")
            self.remember("round", "open")
        rows = self._db.execute("SELECT data FROM finding")
        return [Finding(**json.loads(row[0])) for row in rows]

    def end_round(self) -> None:
        """Everything was looked at."""
        self.remember("round", "done")

    def looked_at(self, number: int, entry: int) -> bool:
        """Whether this round has seen the complaint as of that entry."""
        query = "SELECT 1 FROM looked WHERE number = ? AND entry = ?"
        return self._db.execute(query, (number, entry)).fetchone() is not None

    def note_look(self, number: int, entry: int, found: Iterable[Finding]) -> None:
        """The complaint was looked at as of its newest `entry`, and this was found."""
        with self.change():
            self._db.execute("INSERT OR REPLACE INTO looked VALUES (?, ?)", (number, entry))
            rows = [(json.dumps(vars(finding)),) for finding in found]
            self._db.executemany("INSERT INTO finding VALUES (?)", rows)


def digest_of(words: str) -> bytes:
    """Enough of a digest to tell two texts apart; the texts themselves stay with the site."""
    return sha256(words.encode("utf-8", "surrogatepass")).digest()[:8]


def _fold(row: list[bytes]) -> bytes:
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]
