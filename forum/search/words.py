"""Chinese and English text as words, the same way for documents, queries and highlights.

rjieba cuts Chinese into words of its dictionary; names of projects are added to it with `learn`,
so that they stay whole. It is loaded on first use: a process that never searches never pays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

LONGEST = 64
# Words that nearly every text has; a query that has others as well does without them.
STOP = frozenset("的了和是在就都而及与着或也") | frozenset("the a an of to and is in".split())

_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3000]")
_HALF_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_SAYS_SOMETHING = re.compile(r"[^\W_]")
_learnt: set[str] = set()


def fold(text: str) -> str:
    """Lower case, letters and digits of half width. Of the same length: positions stay true."""
    if _FULL_WIDTH.search(text):  # seldom, and translating is slow
        text = text.translate(_HALF_WIDTH)
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def learn(names: Iterable[str]) -> None:
    """Keep these names whole from now on, in this process."""
    import rjieba

    for name in map(fold, names):
        if name not in _learnt and 1 < len(name) <= LONGEST:
            rjieba.add_word(name, None, None)
            _learnt.add(name)


def cut(text: str) -> list[str]:
    """The words of a query, in order: the longest that the dictionary knows."""
    import rjieba

    return _saying(rjieba.cut(fold(text)))


def cut_finely(text: str) -> list[str]:
    """The words of a document, in order: long ones and the shorter ones inside them."""
    import rjieba

    return _saying(rjieba.cut_for_search(fold(text)))


def _saying(words: list[str]) -> list[str]:
    return [word[:LONGEST] for word in words if _SAYS_SOMETHING.search(word)]


@dataclass(frozen=True)
class Word:
    """A word of a query. `pattern` finds it in folded text: in terms, in rows, for highlights.

    Chinese is found anywhere; Latin letters and digits only where a word begins, and short ones
    and numbers only where it ends as well: "12" is not said by "123", nor "car" by "scar".
    """

    text: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Of the word in folded text."""
        before = r"(?<![0-9a-z])" if _is_latin(self.text[0]) else ""
        after = r"(?![0-9a-z])" if _is_latin(self.text[-1]) and not self._may_go_on else ""
        return re.compile(before + re.escape(self.text) + after)

    @property
    def _may_go_on(self) -> bool:
        if len(self.text) == LONGEST:
            return True
        return len(self.text) > 2 and self.text.isascii() and self.text.isalpha()

    def cuts(self) -> list[tuple[str, str]]:
        """The ways in which a Chinese word may lie across two words of a document."""
        if self.text.isascii():
            return []
        return [(self.text[:i], self.text[i:]) for i in range(1, len(self.text))]


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
