"""Keeping the search index up with the rows: what the worker does, and `forum search`.

The index follows the outbox, so it may be a moment behind; the row decides what is shown. When it
is missing or damaged it is made again from the rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.outbox import OutboxRow, Payload, emit
from forum.base.resources import resource
from forum.log.queries import tip
from forum.pages.search_documents import (
    all_documents,
    changed_since,
    documents,
    learn_names,
    readable_numbers,
)
from forum.search.document import Document
from forum.search.index import IndexUnusable, SearchIndex

CHANGED = "complaint.changed:search"
BROKEN = "search.broken:rebuild"
GOOD_UP_TO = 20_000
# With so many changes waiting (an import), making the index anew is quicker than changing it.
MANY = 2_000
STEP = 500
Advance = Callable[[int], None]
logger = logging.getLogger("forum.search")


def search_index() -> SearchIndex:
    """The index of this board, as this process has it open."""
    return resource("search")


def index(payloads: Sequence[Payload]) -> None:
    """Receiver of complaint.changed ({"number"}): bring these complaints up to date."""
    if _waiting((CHANGED,)) >= MANY:
        rebuild()
        return
    shelf = search_index()
    learn_names(shelf)
    try:
        shelf.write(*_changes(sorted({payload["number"] for payload in payloads})))
    except IndexUnusable:
        logger.warning("the search index is missing or damaged; making it again")
        rebuild()


def forget(payloads: Sequence[Payload]) -> None:
    """Receiver of content.erased ({"number"}): no file of the index holds the text any more."""
    index(payloads)
    try:
        search_index().purge()
    except IndexUnusable:
        rebuild()
        search_index().purge()


def rebuild_broken(payloads: Sequence[Payload]) -> None:
    """Receiver of search.broken ({"index"}): make the index again, unless that was done since."""
    if any(payload["index"] == search_index().name() for payload in payloads):
        rebuild()


def report_broken() -> None:
    """Ask the worker for a new index; once, however many readers find the old one unusable."""
    waiting = select(OutboxRow.id).where(OutboxRow.receiver == BROKEN, OutboxRow.done_at.is_(None))
    try:
        if db.session.scalar(waiting.limit(1)) is None:
            with transaction():
                emit("search.broken", index=search_index().name())
    except SQLAlchemyError:  # a reader's search goes on, also where nothing can be written
        logger.exception("the search index is unusable, and that could not be noted")
        db.session.rollback()


def rebuild(advance: Advance | None = None) -> int:
    """Make the index anew beside the old one and put it in its place; how many documents it has.

    Changes that were waiting for the worker are in it, and wait no longer. advance: called with
    the number of documents that were read since the last call.
    """
    shelf = search_index()
    learn_names(shelf)
    newest = tip()
    size = newest.size if newest else 0
    last = db.session.scalar(select(func.max(OutboxRow.id))) or 0
    db.session.rollback()
    shelf.rebuild(_counted(all_documents(), advance), lambda: _changes(changed_since(size)))
    _settle(last)
    return len(shelf.numbers())


def _settle(last: int) -> None:
    """Every change up to this outbox row was committed before the rows were read."""
    with transaction():
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.receiver == CHANGED, OutboxRow.done_at.is_(None), OutboxRow.id <= last)
            .values(done_at=clock.now(), error=None)
        )


def _waiting(receivers: Sequence[str]) -> int:
    query = select(func.count()).where(
        OutboxRow.receiver.in_(receivers), OutboxRow.done_at.is_(None)
    )
    return db.session.scalar(query) or 0


def _changes(numbers: Sequence[int]) -> tuple[list[Document], set[int]]:
    """What to write of `numbers`, and what to forget."""
    found = documents(numbers)
    db.session.rollback()  # no read transaction stays open while the index is written
    return found, set(numbers) - {document.number for document in found}


def _counted(read: Iterable[Document], advance: Advance | None) -> Iterator[Document]:
    for count, document in enumerate(read, 1):
        yield document
        if advance is not None and count % STEP == 0:
            advance(STEP)


@dataclass(frozen=True)
class SearchStatus:
    """How the index stands against the rows. missing, superfluous: numbers; size in bytes."""

    engine: str
    usable: bool
    documents: int
    readable: int
    size: int
    waiting: int
    missing: tuple[int, ...]
    superfluous: tuple[int, ...]

    def lines(self) -> list[str]:
        """The same for a terminal, with advice where there is any."""
        said = [
            f"engine: {self.engine}{'' if self.usable else ' (no usable index)'}",
            f"documents: {self.documents:,} of {self.readable:,} complaints that can be read",
            f"size on disk: {self.size / 1e6:.1f} MB",
            f"changes waiting for the worker: {self.waiting:,}",
        ]
        said += _listed("missing", self.missing) + _listed("superfluous", self.superfluous)
        if not self.usable or ((self.missing or self.superfluous) and not self.waiting):
            said.append("advice: run `forum search rebuild`")
        if self.readable > GOOD_UP_TO:
            said.append(
                f"advice: Whoosh serves about {GOOD_UP_TO:,} complaints well; beyond that commits"
                " and rebuilds become slow, and a larger engine is needed"
            )
        return said


def status() -> SearchStatus:
    """Hold the index against the rows; nothing is changed."""
    shelf = search_index()
    readable = readable_numbers()
    try:
        indexed, usable = shelf.numbers(), True
    except IndexUnusable:
        indexed, usable = set(), False
    return SearchStatus(
        engine="whoosh",
        usable=usable,
        documents=len(indexed),
        readable=len(readable),
        size=shelf.size(),
        waiting=_waiting((CHANGED, BROKEN)),
        missing=tuple(sorted(readable - indexed)),
        superfluous=tuple(sorted(indexed - readable)),
    )


def _listed(word: str, numbers: Sequence[int]) -> list[str]:
    if not numbers:
        return []
    some = " ".join(f"#{number}" for number in numbers[:10])
    return [f"{word}: {len(numbers):,} ({some}{' …' if len(numbers) > 10 else ''})"]
