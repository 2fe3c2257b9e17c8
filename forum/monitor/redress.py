"""Appeals and readers' challenges: each has its page, with the outcome and reasons committed to.

What people wrote in them is not public, and not in the log; that they wrote, and what came of it, is.
"""

from __future__ import annotations

from base64 import b64decode
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

MOST = 500
# So many that wait are shown on the first page of their list.
LISTED = 200


class RedressPages:
    """Reads the newest appeals and challenges, and the lists of those that wait."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state

    def checks(self) -> Iterator[Check]:
        """One for each, and one for each list."""
        for kind, number in list(self._board.redress)[-MOST:]:
            yield partial(self._one, kind, number)
        for kind in sorted({kind for kind, _number in self._board.redress}):
            yield partial(self._waiting, kind)

    def _waiting(self, kind: str) -> list[Finding]:
        """Nobody may lose sight of what waits for an answer."""
        answer = self._site.get("/appeals" + ("" if kind == "appeal" else f"?show={kind}s"))
        links = Page(answer.text).links
        waits = [(number, filed) for (of, number), (filed, decided) in self._board.redress.items()
                 if of == kind and decided is None]  # fmt: skip
        return [
            Finding("statement-missing", None, filed, answer.url, answer.said, path)
            for number, filed in waits[:LISTED]
            if (path := f"/{kind}s/{number}") not in links
        ]

    def _one(self, kind: str, number: int) -> list[Finding]:
        filed, decided = self._board.redress[kind, number]
        complaint = self._entry(filed)["complaint"]
        answer = self._site.get(f"/{kind}s/{number}")
        page = Page(answer.text)
        wanted = [f"/log/entries/{index}" for index in (filed, decided) if index is not None]
        lacking = [path for path in wanted if path not in page.links]
        if not answer.ok or lacking:
            return [Finding("statement-missing", complaint, filed, answer.url, answer.said,
                            f"{kind} {number}, with {' '.join(lacking)}")]  # fmt: skip
        found = look_at_frame(answer, page, VISITOR)
        for hook, reason in page.folded.items():
            found.append(Finding("folded", complaint, filed, answer.url, f"{hook}: {reason}",
                                 "reasons that can be read"))  # fmt: skip
        return found + (self._answer(decided, answer, page) if decided is not None else [])

    def _answer(self, index: int, answer: Answer, page: Page) -> list[Finding]:
        entry = self._entry(index)
        found, outcome = [], page.fields.get("outcome", "")
        if outcome != entry["outcome"]:
            found.append(Finding("status-differs", entry["complaint"], index, answer.url, outcome,
                                 entry["outcome"]))  # fmt: skip
        if self._board.destroyed(entry["complaint"], index):
            return found  # they quoted what was erased
        shown, salt = page.fields.get("reasons", ""), page.salts.get("text", "")
        committed = entry["commitments"]["text"]
        try:
            check_commitment("text", b64decode(salt, validate=True), shown, committed)
        except (ValueError, TlogError):
            found.append(Finding("text-changed", entry["complaint"], index, answer.url, shown,
                                 f"reasons that open {committed}"))  # fmt: skip
        return found

    def _entry(self, index: int) -> dict[str, Any]:
        return parse_entry(self._state.entry(index) or b"")
