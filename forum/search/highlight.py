"""Showing where a text says what was asked for: escaped text with `<mark>` around the words."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from forum.search.query import Query
from forum.search.words import fold

LENGTH = 120
BEFORE = 24  # characters shown before the first hit


def hits(folded: str, query: Query) -> int:
    """How many of the query's words a folded text says."""
    return sum(word.pattern.search(folded) is not None for word in query.words)


def says_phrases(folded: str, query: Query) -> bool:
    """Whether a folded text says all quoted phrases, word for word."""
    return all(phrase.search(folded) for phrase in query.phrases)


def mark(text: str, query: Query) -> Markup:
    """The whole text with what was asked for marked."""
    return _marked(text, _pattern(query))


def excerpt(text: str, query: Query, length: int = LENGTH) -> Markup:
    """About `length` characters on one line around the first hit, else from the beginning."""
    line = " ".join(text.split())
    pattern = _pattern(query)
    first = pattern.search(fold(line)) if pattern else None
    start = max(0, first.start() - BEFORE) if first else 0
    if len(line) - start < length:
        start = max(0, len(line) - length)
    shown = _marked(line[start : start + length], pattern)
    before = "…" if start else ""
    after = "…" if start + length < len(line) else ""
    return Markup(before) + shown + Markup(after)  # noqa: S704 — two constants


def _pattern(query: Query) -> re.Pattern[str] | None:
    # Longest first, so that a phrase is marked as one and not as its words.
    patterns = [phrase.pattern for phrase in query.phrases]
    patterns += [word.pattern.pattern for word in query.words]
    patterns.sort(key=len, reverse=True)
    return re.compile("|".join(patterns)) if patterns else None


def _marked(text: str, pattern: re.Pattern[str] | None) -> Markup:
    shown, last = Markup(), 0
    for match in pattern.finditer(fold(text)) if pattern else ():
        shown += escape(text[last : match.start()])
        shown += Markup("<mark>%s</mark>") % text[match.start() : match.end()]
        last = match.end()
    return shown + escape(text[last:])
