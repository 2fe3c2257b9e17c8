"""What changed between two texts, for people: runs that stay, runs that go, runs that come.

Lines are compared first and characters only within changed lines, so that two long texts with
nothing in common cost no more than reading them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Comparing characters takes time with the square of their number.
MAX_TOKENS = 600
# A single sign that stays between two changes reads worse than one larger change.
LEAST_KEPT = 2
_TOKEN = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A run of text. op: same, del (only in the earlier text) or ins (only in the later one)."""

    op: str
    text: str


def differences(before: str, after: str) -> list[Part]:
    """The parts from which both texts can be read; ``same`` alone when nothing changed."""
    parts: list[Part] = []
    for old, new in _blocks(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        if old == new:
            parts.append(Part("same", "".join(old)))
        else:
            parts += _within("".join(old), "".join(new))
    return _joined(parts)


def _blocks(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Pairs of runs that stand for each other, in order."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _op, i, j, k, m in matcher.get_opcodes():
        yield before[i:j], after[k:m]


def _within(before: str, after: str) -> list[Part]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) > MAX_TOKENS or len(new) > MAX_TOKENS:
        return [Part("del", before), Part("ins", after)]
    parts: list[Part] = []
    for gone, come in _blocks(old, new):
        if gone == come and (sum(map(len, gone)) >= LEAST_KEPT or "\n" in "".join(gone)):
            parts.append(Part("same", "".join(gone)))
        else:
            parts += [Part("del", "".join(gone)), Part("ins", "".join(come))]
    return parts


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Neighbouring changes as one deletion and one insertion, neighbouring runs as one."""
    joined: list[Part] = []
    gone = come = ""
    for part in [*parts, Part("same", "")]:
        if part.op == "same":
            joined += [Part("del", gone), Part("ins", come), part]
            gone = come = ""
        elif part.op == "del":
            gone += part.text
        else:
            come += part.text
    return [part for part in joined if part.text]
