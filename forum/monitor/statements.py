"""Statements of reasons and the rules they cite: public texts that were committed to."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from forum.monitor.board import Board
from forum.monitor.findings import Finding
from forum.monitor.frame import look_at_frame
from forum.monitor.hooks import Page
from forum.monitor.lists import Check
from forum.monitor.state import State
from forum.monitor.web import VISITOR, Answer, Site
from forum.tlog.commitment import commit
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError

MOST_STATEMENTS = 500
_DONE = (".removed", ".refused", ".delisted", ".redacted", ".erased", ".suspended")
# Rules are announced a week before they are in force; the log grows at least once a day.
ANNOUNCED, BEAT = timedelta(days=7), timedelta(hours=26)


class Statements:
    """Reads every statement and every version of the rules, and opens what they committed to."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state

    def checks(self) -> Iterator[Check]:
        """Every check, each by itself; of very many statements the newest."""
        for number in sorted(self._board.statements)[-MOST_STATEMENTS:]:
            yield partial(self._statement, number)
        for version in range(1, len(self._board.rules) + 1):
            yield partial(self._rules, version)
        if self._board.rules:
            yield partial(self._rules, None)
        if self._board.closing is not None:
            yield partial(self._closing, self._board.closing[0])

    def _statement(self, number: int) -> list[Finding]:
        complaint, acts = self._board.statements[number]
        answer = self._site.get(f"/statements/{number}")
        page = Page(answer.text)
        if not answer.ok or (complaint and f"#{complaint}" not in answer.text):
            return [Finding("statement-missing", complaint, acts[0], answer.url, answer.said,
                            f"statement {number}")]  # fmt: skip
        found = look_at_frame(answer, page, VISITOR)
        for hook, reason in page.folded.items():
            found.append(Finding("folded", complaint, acts[0], answer.url, f"{hook}: {reason}",
                                 "facts that can be read"))  # fmt: skip
        measures = self._measures(acts)
        if not any(f"/log/entries/{measure}" in page.links for measure in measures):
            found.append(
                Finding("statement-missing", complaint, measures[0], answer.url,
                        "no link to its entry", f"entry {measures[0]}")
            )  # fmt: skip
        committed = [c for index in acts if (c := self._facts(complaint, index))]
        if committed and not _opens("facts", page.fields.get("facts", ""),
                                    page.salts.get("facts", ""), committed):  # fmt: skip
            found.append(Finding("text-changed", complaint, acts[0], answer.url,
                                 page.fields.get("facts", ""), f"facts that open {committed[0]}"))  # fmt: skip
        return found

    def _measures(self, acts: list[int]) -> list[int]:
        """The entries by which it was carried out: of a thread that was erased, one for each thing
        said. While it is only asked for, that entry."""
        kinds = {i: parse_entry(self._state.entry(i) or b"")["kind"] for i in acts}
        done = [i for i, kind in kinds.items() if kind.endswith(_DONE)]
        return done or acts[:1]

    def _facts(self, complaint: int | None, index: int) -> str | None:
        """The commitment to the facts in an act, unless its openings were closed."""
        if self._board.destroyed(complaint, index):
            return None
        entry = parse_entry(self._state.entry(index) or b"")
        return entry.get("commitments", {}).get("facts")

    def _rules(self, version: int | None) -> list[Finding]:
        """A version of the rules, or (None) the one that is shown when none is asked for."""
        answer = self._site.get("/rules" + (f"?version={version}" if version else ""))
        indexes = [self._board.rules[version - 1]] if version else self._in_force()
        if not answer.ok:
            return [Finding("unreachable", None, indexes[0], answer.url, answer.said, "the rules")]
        page = Page(answer.text)
        committed = [self._entry(index)["commitments"]["text"] for index in indexes]
        text = rules_text(page)
        if _opens("text", text, page.salts.get("text", ""), committed):
            return look_at_frame(answer, page, VISITOR)
        return [_differs(answer, indexes[0], text)]

    def _closing(self, index: int) -> list[Finding]:
        """The announcement that the board will close, with the words committed to."""
        answer = self._site.get("/closing")
        page = Page(answer.text)
        text, salt = page.fields.get("closing-text", ""), page.salts.get("text", "")
        if answer.ok and _opens("text", text, salt, [self._entry(index)["commitments"]["text"]]):
            return look_at_frame(answer, page, VISITOR)
        code = "text-changed" if answer.ok else "unreachable"
        return [Finding(code, None, index, answer.url, text or answer.said,
                        "the announcement that was committed to")]  # fmt: skip

    def _in_force(self) -> list[int]:
        """The version in force at the newest entry, and any whose week ends soon after it."""
        newest = _time(self._entry(self._state.size - 1))
        starts = {index: _time(self._entry(index)) + ANNOUNCED for index in self._board.rules[1:]}
        held = [self._board.rules[0], *(i for i, start in starts.items() if start <= newest)]
        return [held[-1], *(i for i, s in starts.items() if newest < s <= newest + BEAT)]

    def _entry(self, index: int) -> dict[str, Any]:
        return parse_entry(self._state.entry(index) or b"")


def rules_text(page: Page) -> str:
    """The text that is committed to, as a page shows it: title, preamble, clause by clause."""
    head = [page.fields.get("rules-title", ""), page.fields.get("rules-preamble", "")]
    clauses = [f"{block.key} {block.parts.get('title', '')}\n{block.parts.get('text', '').strip()}"
               for block in page.of("clause")]  # fmt: skip
    return "\n\n".join([*head, *clauses])


def _time(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])


def _opens(field: str, text: str, salt: str, committed: list[str]) -> bool:
    try:
        opened = commit(field, b64decode(salt, validate=True), text)
    except (ValueError, TlogError):
        return False
    return opened in committed


def _differs(answer: Answer, index: int, text: str) -> Finding:
    return Finding(
        "text-changed", None, index, answer.url, text, "the rules that were committed to"
    )
