"""One segment of the index, read for searching: which terms hold a word, which documents they are in.

A segment never changes (only its list of deleted documents does, which Whoosh minds), so what is
read from it once is kept as long as it lives.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from forum.search.words import Word

# How far a word is looked for across the cuts of the analyser, and how many it may lead to:
# most of them will not say it, and each has to be read to know.
MOST_TERMS = 200
MOST_ACROSS = 100
Weights = dict[int, float]


@dataclass(frozen=True)
class Table:
    """What is kept of a segment: all terms in one string, and two columns by document.

    terms: sorted, each between line feeds; numbers: complaint of each document; lengths: how
    many words it has; words: how many all have.
    """

    terms: str
    numbers: array[int]
    lengths: array[int]
    words: int


def read_table(reader: Any) -> Table:
    """The table of one Whoosh segment reader."""
    terms = "\n".join(term.decode("utf-8") for term in reader.lexicon("words"))
    documents = range(reader.doc_count_all())
    column = reader.column_reader("number")
    lengths = array("I", (reader.doc_field_length(document, "words") for document in documents))
    numbers = array("I", (column[document] for document in documents))
    return Table(f"\n{terms}\n", numbers, lengths, sum(lengths))


@dataclass(frozen=True)
class Segment:
    """A segment as it is now: Whoosh's reader of it, and its table."""

    reader: Any
    table: Table

    def numbers(self) -> set[int]:
        """The numbers of its documents."""
        return {self.table.numbers[document] for document in self.reader.all_doc_ids()}

    def saying(self, word: Word) -> Weights:
        """Document → weight of what says `word`: as a term, or (half as much) inside of one."""
        return self._weights(
            (term, 1.0 if term == word.text else 0.5)
            for term in _holding(self.table.terms, word.text)
            if word.pattern.search(term)
        )

    def equal(self, word: Word) -> Weights:
        """Document → weight of what has exactly `word` as a term: quicker, and finds less."""
        return self._weights([(word.text, 1.0)]) if self._has("words", word.text) else {}

    def across(self, word: Word) -> set[int]:
        """Documents that may say `word` across two terms; whether they do, the row knows."""
        found: set[int] = set()
        for left, right in word.cuts():
            lefts = self._some_terms(left + "\n")
            rights = self._some_terms("\n" + right) if lefts else []
            if rights:
                found |= self._documents(lefts) & self._documents(rights)
        return found if len(found) <= MOST_ACROSS else set()

    def titled(self, key: bytes) -> Iterator[int]:
        """Documents found by the key of a whole title."""
        postings = self._postings("title", key) if self._has("title", key) else ()
        return (document for document, _weight in postings)

    def _some_terms(self, piece: str) -> list[str]:
        """The terms that hold `piece`; none when there are too many."""
        terms = list(islice(_holding(self.table.terms, piece), MOST_TERMS + 1))
        return terms if len(terms) <= MOST_TERMS else []

    def _documents(self, terms: Iterable[str]) -> set[int]:
        return {document for term in terms for document, _weight in self._postings("words", term)}

    def _weights(self, terms: Iterable[tuple[str, float]]) -> Weights:
        weights: Weights = {}
        for term, share in terms:
            for document, weight in self._postings("words", term):
                weights[document] = weights.get(document, 0.0) + share * weight
        return weights

    def _has(self, field: str, term: str | bytes) -> bool:
        return (field, term) in self.reader

    def _postings(self, field: str, term: str | bytes) -> Iterator[tuple[int, float]]:
        matcher = self.reader.postings(field, term)
        while matcher.is_active():
            yield matcher.id(), matcher.weight()
            matcher.next()


def _holding(terms: str, piece: str) -> Iterator[str]:
    """The terms that hold `piece`; a line feed in it stands for where a term begins or ends."""
    at = terms.find(piece)
    while at >= 0:
        end = terms.index("\n", at + 1)
        yield terms[terms.rindex("\n", 0, at + 1) + 1 : end]
        at = terms.find(piece, end)
