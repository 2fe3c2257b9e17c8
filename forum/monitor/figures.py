"""The balance and the figures on pages, recomputed from the log."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from forum.monitor.board import SHOWN, STATES, Board, in_words
from forum.monitor.findings import Finding
from forum.monitor.hooks import Page
from forum.monitor.state import State
from forum.monitor.web import Site
from forum.tlog.entry import COUNTS

# The words of the figures as a Chinese reader sees them, and what they count.
LABELS = {"收到": "received", "看得见": "visible", "已下架": "removed", "待答复": "unanswered",
          "业主确认已解决": "confirmed", "待发布": "held", "未予发布": "refused",
          "依法清除": "erased", "同类合并": "merged", "已撤回": "withdrawn"}  # fmt: skip
Check = Callable[[], list[Finding]]


class Figures:
    """Recomputes every figure that can be recomputed."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state

    def checks(self) -> Iterator[Check]:
        """The balance, the pages of the whole board, and those of each place."""
        yield self._balance
        for path in ("/", "/transparency", *self._board.places()):
            yield partial(self._page, path)

    def _balance(self) -> list[Finding]:
        answer = self._site.get("/balance.json")
        try:
            given: Any = json.loads(answer.text) if answer.ok else None
            size, root = given["checkpoint"]["size"], given["checkpoint"]["root"]
            counts = {name: given[name] for name in COUNTS}
        except (ValueError, KeyError, TypeError, RecursionError):
            return [Finding("unreachable", None, None, answer.url, answer.said, "the balance")]
        if type(size) is int and size > self._state.size:
            # Signed pages may be ahead of the checkpoint for a while; the round waits for it.
            self._site.claims.setdefault(f"{size} {root}", answer.url)
            return []
        known = self._state.root_at(size) if type(size) is int else None
        wanted = b64encode(known).decode("ascii") if known is not None else "a tree of the log"
        if root != wanted:
            return [Finding("balance-differs", None, None, answer.url, f"{size} {root}", wanted)]
        expected = self._board.counts_at(size)
        if counts != expected:
            return [Finding("balance-differs", None, None, answer.url, str(counts),
                            in_words(expected))]  # fmt: skip
        return []

    def _page(self, path: str) -> list[Finding]:
        answer = self._site.get(path)
        if not answer.ok:
            return [Finding("unreachable", None, None, answer.url, answer.said, "its figures")]
        expected = self._count(path)
        found = []
        for label, shown in Page(answer.text).figures.items():
            name = LABELS.get(label, label)
            if name in expected and shown.replace(",", "") != str(expected[name]):
                found.append(Finding("figures-differ", None, None, answer.url, f"{label} {shown}",
                                     f"{label} {expected[name]}"))  # fmt: skip
        return found

    def _count(self, path: str) -> dict[str, int]:
        there = self._board.within(path)
        by_state = Counter(said.state for said in there)
        status = Counter(said.status for said in there if said.state in SHOWN)
        return {"received": len(there), **{state: by_state[state] for state in STATES},
                "unanswered": status["open"] + status["disputed"],
                "confirmed": status["confirmed"]}  # fmt: skip
