"""What somebody typed into the box, read once. There is no syntax to get wrong.

Words; phrases in quotation marks of either script; a number such as ``#123``. Everything else
is a word or nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from forum.base.text import normalise_line
from forum.search.words import STOP, Word, cut, fold

MAX_TEXT = 400
MAX_WORDS = 40
MAX_NUMBER = 2**31 - 1

_QUOTED = re.compile('["“”„「『]([^"“”„「」『』]+)["“”」』]')
_NUMBER = re.compile(r"[#＃]?\s*([0-9]{1,10})\Z")
_HASH_NUMBER = re.compile(r"[#＃]([0-9]{1,10})(?![0-9])")


@dataclass(frozen=True)
class Query:
    """A query. `text` is what was typed, on one line; `is_cut`: there was more than we read."""

    text: str
    words: tuple[Word, ...]
    phrases: tuple[re.Pattern[str], ...] = ()
    number: int | None = None
    is_cut: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was asked for."""
        return not self.text.strip()


def parse(text: str) -> Query:
    """The query that `text` asks for. Never fails: any text is some query."""
    line = _readable(text)
    kept = line[:MAX_TEXT]
    words = list(dict.fromkeys(cut(kept)))
    telling = [word for word in words if word not in STOP] or words
    return Query(
        text=kept,
        words=tuple(Word(word) for word in telling[:MAX_WORDS]),
        phrases=tuple(_phrase(quoted) for quoted in _QUOTED.findall(kept) if quoted.strip()),
        number=_number(kept),
        is_cut=len(line) > len(kept) or len(telling) > MAX_WORDS,
    )


def _readable(text: str) -> str:
    # Beyond this nothing is used anyway, and normalising a megabyte is work for nobody.
    shortened = text[: 4 * MAX_TEXT].encode("utf-8", "replace").decode("utf-8")
    return normalise_line(shortened.replace("\x00", " "))


def _phrase(quoted: str) -> re.Pattern[str]:
    """The exact words in the exact order; how they are spaced does not matter."""
    return re.compile(r"\s+".join(re.escape(part) for part in fold(quoted).split()))


def _number(text: str) -> int | None:
    found = _NUMBER.match(fold(text).strip()) or _HASH_NUMBER.search(text)
    number = int(found.group(1)) if found else 0
    return number if 0 < number <= MAX_NUMBER else None
