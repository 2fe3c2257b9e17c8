"""From a query to complaints: the index proposes numbers, the rows decide.

A number is shown only if its row can be read, fits the filters, says the phrases, and says at
least as many of the words as the index claims: an index that is behind betrays nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, or_, select

from forum.base.clock import BOARD_ZONE
from forum.base.db import db
from forum.complaints.models import Complaint
from forum.pages.head import SHOWN
from forum.pages.lists import Wanted, within
from forum.pages.search_documents import documents, learn_names
from forum.pages.search_feed import report_broken, search_index
from forum.search.document import Document, title_key
from forum.search.highlight import hits, says_phrases
from forum.search.index import IndexUnusable
from forum.search.query import Query, parse
from forum.search.ranking import Candidate
from forum.search.words import fold

PAGE = 20
# What is asked of the database by number; beyond it all that fits the filters is read instead.
BY_NUMBER = 500
# Rows read to fill one page: at first a few more than it holds, then many.
ROUNDS = (PAGE + 4, 12 * PAGE)
MOST_LIKE = 500
LIKE_WORDS = 8


@dataclass(frozen=True)
class Asked:
    """What a reader asked for. since, until: days where the board lives, both included.

    start: the place in the order of hits at which the page begins.
    """

    text: str
    wanted: Wanted = Wanted()
    newest: bool = False
    since: date | None = None
    until: date | None = None
    start: int = 0

    def area(self) -> list[ColumnElement[bool]]:
        """The complaints of the places and days that are asked for, whatever they say."""
        rules = within(self.wanted)
        if self.since is not None:
            rules.append(Complaint.posted_at >= _midnight(self.since))
        if self.until is not None:
            rules.append(Complaint.posted_at < _midnight(self.until + timedelta(days=1)))
        return rules

    def rules(self) -> list[ColumnElement[bool]]:
        """Those of them that can be read, and have the type and status that are asked for."""
        rules = [Complaint.state.in_(SHOWN), *self.area()]
        if self.wanted.type:
            rules.append(Complaint.type == self.wanted.type)
        if self.wanted.status:
            rules.append(Complaint.status == self.wanted.status)
        return rules


@dataclass(frozen=True)
class Found:
    """One page of hits. full: say all the words; partial: say some of them.

    total: how many say all; at_least: there may be more. next: where the next page begins.
    broken: there was no index to ask; only titles and bodies were looked through.
    """

    query: Query
    full: tuple[Document, ...] = ()
    partial: tuple[Document, ...] = ()
    total: int = 0
    at_least: bool = False
    next: int | None = None
    broken: bool = False


def find(asked: Asked) -> Found:
    """The hits of one page. Never fails for what was typed; Found says what it came to."""
    index = search_index()
    learn_names(index)
    query = parse(asked.text)
    if query.is_empty:
        return Found(query)
    try:
        ranking = index.find(query, newest=asked.newest)
    except IndexUnusable:
        report_broken()
        return _found(asked, query, _by_like(asked, query), [], broken=True)
    full = ranking.full
    if not query.words and not full:
        full = _titles_like(asked, query)
    full = _fitting(asked, _number_first(query, full))
    # What says only some of the words is for a reader who would else have a page half empty.
    wants_more = len(full) < PAGE and not query.phrases
    partial = _fitting(asked, ranking.partial) if wants_more else []
    return _found(asked, query, full, partial)


def _found(
    asked: Asked,
    query: Query,
    full: list[Candidate],
    partial: list[Candidate],
    broken: bool = False,
) -> Found:
    shown, rest = _page(query, full + partial, asked.start)
    whole = tuple(hit.row for hit in shown if hit.says_all)
    some = tuple(hit.row for hit in shown if not hit.says_all)
    is_counted = not asked.start and (rest is None or bool(partial))
    total = len(whole)
    if not is_counted and not query.phrases:
        certain = sum(candidate.sure == len(query.words) for candidate in full)
        total = max(certain, total)
    return Found(query, whole, some, total, not is_counted, rest, broken)


def _number_first(query: Query, proposed: list[Candidate]) -> list[Candidate]:
    if query.number is None:
        return proposed
    others = [candidate for candidate in proposed if candidate.number != query.number]
    return [Candidate(query.number, 0), *others]


def _fitting(asked: Asked, proposed: Sequence[Candidate]) -> list[Candidate]:
    """Those whose row can be read and fits the filters, in the same order; one query."""
    if not proposed:
        return []
    query = select(Complaint.number).where(*asked.rules())
    if len(proposed) <= BY_NUMBER:
        query = query.where(Complaint.number.in_([c.number for c in proposed]))
    fitting = set(db.session.scalars(query))
    return [candidate for candidate in proposed if candidate.number in fitting]


@dataclass(frozen=True)
class _Hit:
    row: Document
    says_all: bool


def _page(query: Query, fitting: Sequence[Candidate], start: int) -> tuple[list[_Hit], int | None]:
    """What says as much as it is said to say, and where the next page begins."""
    shown: list[_Hit] = []
    position = start
    for size in ROUNDS:
        piece = fitting[position : position + size]
        rows = {row.number: row for row in documents([c.number for c in piece])}
        for candidate in piece:
            row = rows.get(candidate.number)
            hit = _hit(row, query, candidate) if row else None
            if hit and len(shown) == PAGE:
                return shown, position
            shown += [hit] if hit else []
            position += 1
        if position >= len(fitting):
            return shown, None
    return shown, position


def _hit(row: Document, query: Query, candidate: Candidate) -> _Hit | None:
    if row.number == query.number:
        return _Hit(row, says_all=True)
    text = fold("\n".join(row.texts))
    has_title = title_key(query.text) in row.keys()  # noqa: SIM118
    said = _said(text, query, candidate)
    if not (has_title or said or not query.words) or not says_phrases(text, query):
        return None
    return _Hit(row, says_all=has_title or said == len(query.words))


def _said(text: str, query: Query, candidate: Candidate) -> int:
    """How many of the words the row says; none when the index claims more than it holds."""
    # A term of the index stands in the text, if not always where our pattern lets a word begin.
    held = sum(word.text in text for word in query.words)
    return max(candidate.sure, hits(text, query)) if held >= candidate.sure else 0


def _by_like(asked: Asked, query: Query) -> list[Candidate]:
    """Without an index: the newest whose title or body says all the words."""
    texts = [word.text for word in query.words[:LIKE_WORDS]] or [query.text]
    c = Complaint
    rules = [
        or_(c.title.icontains(text, autoescape=True), c.body.icontains(text, autoescape=True))
        for text in texts
    ]
    return _newest(asked, rules, len(query.words[:LIKE_WORDS]))


def _titles_like(asked: Asked, query: Query) -> list[Candidate]:
    """For what has no words at all, such as ？？？: the newest whose title holds it."""
    return _newest(asked, [Complaint.title.icontains(query.text.strip(), autoescape=True)], 0)


def _newest(asked: Asked, rules: list[ColumnElement[bool]], sure: int) -> list[Candidate]:
    query = select(Complaint.number).where(*asked.rules(), *rules)
    newest = query.order_by(Complaint.number.desc()).limit(MOST_LIKE)
    return [Candidate(number, sure) for number in db.session.scalars(newest)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, BOARD_ZONE)
