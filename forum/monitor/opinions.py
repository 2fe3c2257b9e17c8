"""Opinions that auditors signed: every one can be read, in the words that were committed to.

An adverse opinion is what an operator would most like to lose.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import partial
from typing import Any

from forum.monitor.board import Board
from forum.monitor.findings import Finding
from forum.monitor.frame import look_at_frame
from forum.monitor.hooks import Page
from forum.monitor.lists import Check
from forum.monitor.state import State
from forum.monitor.web import VISITOR, Answer, Site
from forum.tlog.commitment import check_commitment
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError


class Opinions:
    """Reads every signed opinion, and the list of them."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state

    def checks(self) -> Iterator[Check]:
        """One for each opinion, and one for the list."""
        for index in self._board.opinions:
            yield partial(self._opinion, index)
        if self._board.opinions:
            yield self._list

    def _list(self) -> list[Finding]:
        answer = self._site.get("/audit/reports")
        links = Page(answer.text).links
        return [
            Finding("statement-missing", None, index, answer.url, answer.said, path)
            for index in self._board.opinions
            if (path := self._path(self._entry(index))) not in links
        ]

    def _opinion(self, index: int) -> list[Finding]:
        entry = self._entry(index)
        answer = self._site.get(self._path(entry))
        page = Page(answer.text)
        if not answer.ok or f"/log/entries/{index}" not in page.links:
            return [Finding("statement-missing", None, index, answer.url, answer.said,
                            f"opinion {entry['report']}")]  # fmt: skip
        found = look_at_frame(answer, page, VISITOR)
        for hook, reason in page.folded.items():
            found.append(Finding("folded", None, index, answer.url, f"{hook}: {reason}",
                                 "an opinion that can be read"))  # fmt: skip
        return found + self._words(index, entry, answer, page) + self._ends(index, answer, page)

    def _words(
        self, index: int, entry: dict[str, Any], answer: Answer, page: Page
    ) -> list[Finding]:
        shown, salt = page.fields.get("opinion", ""), page.salts.get("text", "")
        committed = entry["commitments"]["text"]
        try:
            check_commitment("text", b64decode(salt, validate=True), shown, committed)
        except (ValueError, TlogError):
            return [Finding("text-changed", None, index, answer.url, shown,
                            f"words that open {committed}")]  # fmt: skip
        return []

    def _ends(self, index: int, answer: Answer, page: Page) -> list[Finding]:
        """The roots that the page gives for both ends of the stretch."""
        entry, found = self._entry(index), []
        for size in (entry["from"], entry["to"] + 1):
            root = self._state.root_at(size)
            seen = page.facts.get(f"root-{size}", "")
            if root is not None and seen != b64encode(root).decode("ascii"):
                found.append(Finding("figures-differ", None, index, answer.url, seen,
                                     f"the root of the first {size} entries"))  # fmt: skip
        return found

    def _path(self, entry: dict[str, Any]) -> str:
        return f"/audit/reports/{entry['report']}"

    def _entry(self, index: int) -> dict[str, Any]:
        return parse_entry(self._state.entry(index) or b"")
