"""The schema of the Whoosh index. Its classes are named in every index: they stay where they are.

Lean on purpose: no positions (a phrase is checked on the row), nothing stored (the row has it).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from whoosh.fields import NUMERIC, FieldType, Schema
from whoosh.formats import Existence

from forum.search.document import Document
from forum.search.words import cut_finely

# Raised whenever documents are analysed differently: an index of another version is made anew.
VERSION = 1
Posting = tuple[bytes, int, float, bytes]


class Words(FieldType):
    """The words of a document. A word's weight grows with how often, and where, it is said."""

    def __init__(self) -> None:
        super().__init__(Existence(), None, scorable=True)

    def index(self, value: Document, **_options: Any) -> Iterator[Posting]:
        """The postings of one document: term, how often, weight, nothing."""
        times: Counter[str] = Counter()
        weights: dict[str, float] = defaultdict(float)
        for text, weight in value.parts():
            for word in cut_finely(text):
                times[word] += 1
                weights[word] += weight
        for word, count in times.items():
            yield word.encode("utf-8"), count, weights[word], b""


class WholeTitle(FieldType):
    """The keys by which a whole title finds its document, whatever it is made of."""

    def __init__(self) -> None:
        super().__init__(Existence(), None)

    def index(self, value: Document, **_options: Any) -> Iterator[Posting]:
        """The postings of one document."""
        for key in value.keys():  # noqa: SIM118 (a method, not a mapping)
            yield key, 1, 1.0, b""


def schema() -> Schema:
    """One document per complaint: its number, its words, its whole title."""
    number = NUMERIC(int, bits=32, signed=False, unique=True, sortable=True, shift_step=0)
    return Schema(number=number, words=Words(), title=WholeTitle())
