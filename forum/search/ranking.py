"""From a query to numbers in order: who says all the words first, then who says some of them.

A document's score is BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework",
formula 3.15; k1 = 1.2, b = 0.75) over weights in place of counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from math import log

from forum.search.document import title_key
from forum.search.query import Query
from forum.search.segments import Segment, Table, Weights
from forum.search.words import Word

K1, B = 1.2, 0.75
# A query of more words is a sentence: its words are taken as they are, and not looked for inside
# of others, which is what costs.
FEW_WORDS = 4
# With fewer hits than fill a page, a word is also looked for across the cuts of the analyser.
PAGE = 20
MOST_PARTIAL = 200


@dataclass(frozen=True)
class Candidate:
    """A number, and how many words of the query the index is sure that it says."""

    number: int
    sure: int


@dataclass(frozen=True)
class _Said:
    """In one segment, for each word of the query: who says it, and who only may."""

    table: Table
    sure: list[Weights]
    maybe: list[set[int]]
    titled: set[int]

    def full(self) -> set[int]:
        """Documents that say, or may say, all the words, or have the whole query as title."""
        if not self.sure:
            return self.titled
        both = [sure.keys() | maybe for sure, maybe in zip(self.sure, self.maybe, strict=True)]
        return set.intersection(*sorted(both, key=len)) | self.titled

    def count(self) -> Counter[int]:
        """Document → how many of the words it surely says."""
        return Counter(document for weights in self.sure for document in weights)


class Ranking:
    """Numbers in order. `full`: say all words, or have exactly this title; `partial`: say some."""

    def __init__(self, said: list[_Said], *, newest: bool) -> None:
        self._said = said
        self._newest = newest
        documents = sum(len(part.table.numbers) for part in said)
        self._idf = [_idf(documents, hits) for hits in _hits(said)]
        self._mean = sum(part.table.words for part in said) / max(documents, 1) or 1.0

    @cached_property
    def full(self) -> list[Candidate]:
        """Everybody who says all the words."""
        found = [(part, document) for part in self._said for document in part.full()]
        return _in_order(self._placed(part, document) for part, document in found)

    @cached_property
    def partial(self) -> list[Candidate]:
        """The first 200 of those who say some of the words; worked out only when asked for."""
        found: list[tuple[int, _Said, int]] = []
        for part in self._said if len(self._idf) > 1 else ():
            full = part.full()
            found += [(n, part, doc) for doc, n in part.count().items() if doc not in full]
        most = sorted((n for n, _part, _doc in found), reverse=True)[:MOST_PARTIAL]
        enough = most[-1] if most else 0
        placed = (self._placed(part, doc) for n, part, doc in found if n >= enough)
        return _in_order(nsmallest(MOST_PARTIAL, placed))

    def _placed(self, part: _Said, document: int) -> tuple[tuple[float, ...], Candidate]:
        """Its place, lowest first, and itself."""
        number = part.table.numbers[document]
        sure = sum(document in weights for weights in part.sure)
        score = -number if self._newest else -self._score(part, document)
        # No two have the same number, so candidates themselves are never compared.
        return (-(document in part.titled), -sure, score, -number), Candidate(number, sure)

    def _score(self, part: _Said, document: int) -> float:
        length = K1 * (1 - B + B * part.table.lengths[document] / self._mean)
        weights = (weights.get(document, 0.0) for weights in part.sure)
        return sum(
            idf * weight * (K1 + 1) / (weight + length)
            for idf, weight in zip(self._idf, weights, strict=True)
        )


def rank(segments: Sequence[Segment], query: Query, *, newest: bool) -> Ranking:
    """All numbers that say anything of the query, best (or newest) first."""
    key = title_key(query.text)
    said = [
        _Said(
            table=segment.table,
            sure=[_weights(segment, word, query) for word in query.words],
            maybe=[set() for _word in query.words],
            titled=set(segment.titled(key)),
        )
        for segment in segments
    ]
    if len(query.words) <= FEW_WORDS:
        for position, hits in enumerate(_hits(said)):
            if hits < PAGE:
                for segment, part in zip(segments, said, strict=True):
                    across = segment.across(query.words[position])
                    part.maybe[position].update(across - part.sure[position].keys())
    return Ranking(said, newest=newest)


def _weights(segment: Segment, word: Word, query: Query) -> Weights:
    if len(query.words) <= FEW_WORDS:
        return segment.saying(word)
    return segment.equal(word) or segment.saying(word)


def _hits(said: Sequence[_Said]) -> list[int]:
    """For each word, in how many documents it is said."""
    return [sum(map(len, column)) for column in zip(*(part.sure for part in said), strict=True)]


def _idf(documents: int, hits: int) -> float:
    return log(1 + (documents - hits + 0.5) / (hits + 0.5))


def _in_order(placed: Iterable[tuple[tuple[float, ...], Candidate]]) -> list[Candidate]:
    def place(item: tuple[tuple[float, ...], Candidate]) -> tuple[float, ...]:
        return item[0]

    return [candidate for _place, candidate in sorted(placed, key=place)]
