"""/transparency.json and the numbers of its page, held against the same formulas over the log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from forum.monitor import claims
from forum.monitor.board import Board
from forum.monitor.findings import Finding
from forum.monitor.hooks import Page
from forum.monitor.state import State
from forum.monitor.web import Answer, Site
from forum.tlog.entry import parse_entry
from forum.tlog.facts import Facts, facts_of_log
from forum.tlog.measures import figures

# Seen from the newest entry, all that ever was does not depend on the day on which one looks.
WINDOW = "all"
_NUMBER = re.compile(r"\d[\d,]*")


class Measures:
    """Recomputes the measures of hiding."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state

    def look(self) -> list[Finding]:
        """What the figures for machines say otherwise than the log."""
        answer = self._site.get(f"/transparency.json?window={WINDOW}")
        try:
            given: Any = json.loads(answer.text) if answer.ok else None
            size, root = given["checkpoint"]["size"], given["checkpoint"]["root"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return [Finding("unreachable", None, None, answer.url, answer.said, "the figures")]
        wanted = claims.awaited(self._site, self._state, size, root, answer.url)
        if wanted is None:
            return []
        if root != wanted:
            return [Finding("figures-differ", None, None, answer.url, f"{size} {root}", wanted)]
        expected = figures(self._facts(size), WINDOW).fields()
        return [
            Finding("figures-differ", None, None, answer.url, f"{name} {seen}", f"{name} {said}")
            for name, seen, said in _differences(given, expected)
        ]

    def look_at_page(self, answer: Answer, page: Page) -> list[Finding]:
        """What the page shows otherwise than the log, number by number."""
        counted = figures(self._facts(self._board.size), WINDOW)
        found = []
        for name, text in page.measures.items():
            shown = _NUMBER.search(text)
            number = int(shown[0].replace(",", "")) if shown else None
            if number != counted.number(name):
                found.append(Finding("figures-differ", None, None, answer.url, f"{name} {text}",
                                     f"{name} {counted.number(name)}"))  # fmt: skip
        return found

    def _facts(self, size: int) -> Facts:
        """The facts of the first `size` entries: those at hand, or replayed from what is kept."""
        if size == self._board.size:
            return self._board.replay.facts()
        entries = ((index, self._state.entry(index) or b"") for index in range(size))
        return facts_of_log((index, parse_entry(data)) for index, data in entries)


def _differences(given: Any, expected: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(name, seen, expected) wherever a value differs; the smallest part that does."""
    for name, value in expected.items():
        seen = given.get(name) if isinstance(given, dict) else None
        if seen == value:
            continue
        if isinstance(value, dict) and isinstance(seen, dict):
            yield from (
                (f"{name}.{part}", this, that) for part, this, that in _differences(seen, value)
            )
            yield from ((f"{name}.{part}", seen[part], None) for part in seen.keys() - value.keys())
        else:
            yield name, seen, value
