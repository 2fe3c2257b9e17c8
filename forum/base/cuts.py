"""Cuts in a text: what is shown in the place of words that were covered.

The mark is part of the text that is committed to, the same for people and for machines:

>>> cut("电话 13800138000，叫老林", ["13800138000"])
'电话 〔此处遮盖 11 字〕，叫老林'
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

# Digits are bounded: a number that somebody calls by telephone does not hide inside a mark.
MARK = re.compile(r"〔此处遮盖 (\d{1,5}) 字〕")


def mark(length: int) -> str:
    """What stands in the place of `length` characters."""
    return f"〔此处遮盖 {length} 字〕"


def cut(text: str, phrases: Iterable[str]) -> str:
    """`text` with every occurrence of the phrases covered; earlier marks are left as they are.

    Phrases that overlap or touch are covered by one mark. An empty phrase covers nothing.
    """
    wanted = [phrase for phrase in phrases if phrase]
    parts, last = [], 0
    for found in MARK.finditer(text):
        parts += [_covered(text[last : found.start()], wanted), found.group()]
        last = found.end()
    return "".join([*parts, _covered(text[last:], wanted)])


def without_marks(text: str) -> str:
    """What can still be read of `text`."""
    return MARK.sub("", text)


def hidden_by_marks(text: str) -> int:
    """How many characters the marks in `text` stand for."""
    return sum(int(length) for length in MARK.findall(text))


def marked(text: str) -> Markup:
    """Plain text as HTML with its marks made visible as such."""
    return Markup(marked_html(str(escape(text))))  # noqa: S704  escaped in the same line


def marked_html(html: str) -> str:
    """The same for what `to_html` made of a text."""
    return MARK.sub(lambda found: f'<mark class="cut">{found.group()}</mark>', html)


def _covered(text: str, phrases: list[str]) -> str:
    hidden = [False] * len(text)
    for phrase in phrases:
        start = text.find(phrase)
        while start >= 0:
            hidden[start : start + len(phrase)] = [True] * len(phrase)
            start = text.find(phrase, start + 1)
    parts, run = [], 0
    for character, is_hidden in zip(text, hidden, strict=True):
        if is_hidden:
            run += 1
            continue
        parts += [mark(run), character] if run else [character]
        run = 0
    return "".join(parts) + (mark(run) if run else "")
