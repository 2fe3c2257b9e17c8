"""The Whoosh index of one board: where it lies, how it is read, who may write it.

    index/                 mode 0700: Whoosh unpickles what it reads, so nobody else may write here
      current -> 1-9f3c…   the index in use; a rebuild swaps this link, so readers see old or new
      1-9f3c…/             schema version and a random name
      write.lock rebuild.lock

Any number of processes read, each with one searcher that it refreshes. One at a time writes.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from whoosh.index import create_in

from forum.search import writing
from forum.search.document import Document
from forum.search.query import Query
from forum.search.ranking import Ranking, rank
from forum.search.reading import IndexFiles, Reading
from forum.search.schema import VERSION, schema
from forum.search.segments import Segment

T = TypeVar("T")
# What changed while an index was being made: documents to write, numbers to forget.
Changes = tuple[Iterable[Document], Iterable[int]]


class IndexUnusable(Exception):
    """There is no index, or it cannot be read. The cause, if any, is chained."""


class RebuildRunning(Exception):
    """Another process is making the index anew."""


class SearchIndex:
    """The index in `folder`. One per process; threads may share it.

    names_learnt: up to which log entry the caller has taught this process the names of places.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names_learnt: int | None = None
        self._lock = threading.Lock()
        self._reading = Reading()
        weakref.finalize(self, self._reading.close)

    def find(self, query: Query, *, newest: bool = False) -> Ranking:
        """Numbers in order, for `query`; IndexUnusable when there is no answer to be had."""
        return self._read(lambda segments: rank(segments, query, newest=newest))

    def numbers(self) -> set[int]:
        """The number of every document; IndexUnusable as `find`."""
        return self._read(lambda segments: set[int]().union(*(s.numbers() for s in segments)))

    def version(self) -> str:
        """Changes with every commit and every rebuild; empty when there is no index."""
        try:
            return self._read(lambda _segments: f"{self.name()}.{self._reading.generation()}")
        except IndexUnusable:
            return ""

    def name(self) -> str:
        """Which index is in use; empty when there is none of this version of the schema."""
        try:
            name = os.readlink(self.folder / "current")
        except OSError:
            return ""
        return name if name.startswith(f"{VERSION}-") else ""

    def size(self) -> int:
        """Bytes on disk of the index in use."""
        files = (self.folder / self.name()).glob("*") if self.name() else ()
        return sum(file.stat().st_size for file in files)

    def write(self, documents: Iterable[Document], gone: Iterable[int]) -> None:
        """Replace or add `documents`, forget the numbers in `gone`. Waits for another writer."""
        with self._locked("write.lock"):
            self._write(self.name(), documents, gone)

    def rebuild(
        self, documents: Iterable[Document], changes: Callable[[], Changes] | None = None
    ) -> None:
        """Make a new index of `documents` beside the old one, then put it in its place.

        `changes` is asked just before, while nobody else can write, for what happened meanwhile.
        RebuildRunning when another process is at it already.
        """
        with self._locked("rebuild.lock", wait=False):
            name = f"{VERSION}-{secrets.token_hex(6)}"
            (self.folder / name).mkdir(mode=0o700)
            writing.add_all(create_in(self.folder / name, schema()), documents)
            with self._locked("write.lock"):
                if changes is not None:
                    self._write(name, *changes())
                self._put_in_use(name)

    def purge(self) -> None:
        """Leave nothing on disk of documents that were replaced or forgotten.

        A deleted document stays in its segment until that is merged, and the index before the
        last rebuild stays beside the one in use. IndexUnusable as `write`.
        """
        with self._locked("rebuild.lock"), self._locked("write.lock"):
            name = self.name()
            if not name:
                raise IndexUnusable
            files = IndexFiles(self.folder / name)
            try:
                writing.merge_all(files.open_index())
            except Exception as error:
                raise IndexUnusable from error
            finally:
                files.close_all()
            for old in self.folder.glob("[0-9]*-*"):
                if old.name != name:
                    shutil.rmtree(old, ignore_errors=True)

    def _write(self, name: str, documents: Iterable[Document], gone: Iterable[int]) -> None:
        if not name:
            raise IndexUnusable
        files = IndexFiles(self.folder / name)
        try:
            writing.replace(files.open_index(), documents, gone)
        except Exception as error:  # whatever a damaged file makes of Whoosh
            raise IndexUnusable from error
        finally:
            files.close_all()

    def _put_in_use(self, name: str) -> None:
        before = self.name()
        link = self.folder / f"link-{name}"
        link.symlink_to(name)
        os.replace(link, self.folder / "current")
        # A reader may be between reading the link and opening: the one before stays until next time.
        for old in self.folder.glob("[0-9]*-*"):
            if old.name not in (name, before):
                shutil.rmtree(old, ignore_errors=True)

    def _read(self, use: Callable[[list[Segment]], T]) -> T:
        """What `use` makes of the segments. Tried twice: a rebuild may end between two steps."""
        with self._lock:
            try:
                return use(self._reading.segments(self._folder_in_use()))
            except Exception:  # damage shows as anything: struct, zlib, pickle, OS errors
                self._reading.close()
            try:
                return use(self._reading.segments(self._folder_in_use()))
            except Exception as error:
                self._reading.close()
                raise IndexUnusable from error

    def _folder_in_use(self) -> Path:
        name = self.name()
        if not name:
            raise FileNotFoundError("there is no index")
        return self.folder / name

    @contextmanager
    def _locked(self, name: str, *, wait: bool = True) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        with open(self.folder / name, "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise RebuildRunning("the search index is being made anew already") from None
            yield
