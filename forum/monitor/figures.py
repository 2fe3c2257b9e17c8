"""The balance and every figure on pages that can be recomputed from the log."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from forum.monitor import claims
from forum.monitor.board import SHOWN, STATES, Board, in_words
from forum.monitor.clocks import due_of, merged_due_of
from forum.monitor.findings import Finding
from forum.monitor.frame import look_at_frame
from forum.monitor.hooks import Page
from forum.monitor.lists import EDGE, WAITING, Check
from forum.monitor.measures import Measures
from forum.monitor.state import State
from forum.monitor.web import VISITOR, Site
from forum.tlog.declared import DeclaredComplaint
from forum.tlog.entry import COUNTS, parse_entry

# The figures that must stand on a page; what else a page shows is compared where it is known.
ON_HOME = ("received", "visible", "removed", "unanswered", "overdue", "confirmed", "kept", "broken")
ON_BALANCE = (*COUNTS, "delisted", "redacted", "waiting", "withdrawn-device", "withdrawn-server",
              "withdrawn-unproven")  # fmt: skip
OF_PLACE = ("received", "visible", "removed", "unanswered", "overdue", "confirmed")
_NUMBER = re.compile(r"\d[\d,]*")
Counts = dict[str, int]


class Figures:
    """Recomputes every figure that can be recomputed."""

    def __init__(
        self, site: Site, board: Board, state: State, now: Callable[[], datetime]
    ) -> None:  # fmt: skip
        self._site, self._board, self._state, self._now = site, board, state, now
        self._measures = Measures(site, board, state)

    def checks(self) -> Iterator[Check]:
        """The balance, the pages of the whole board, and those of each place."""
        yield self._balance
        yield partial(self._page, "/", ON_HOME)
        yield self._measures.look
        yield partial(self._page, "/transparency", ON_BALANCE)
        for path in self._board.place_paths():
            yield partial(self._page, path, OF_PLACE)

    def _balance(self) -> list[Finding]:
        answer = self._site.get("/balance.json")
        try:
            given: Any = json.loads(answer.text) if answer.ok else None
            size, root = given["checkpoint"]["size"], given["checkpoint"]["root"]
            counts = {name: given[name] for name in COUNTS}
        except (ValueError, KeyError, TypeError, RecursionError):
            return [Finding("unreachable", None, None, answer.url, answer.said, "the balance")]
        wanted = claims.awaited(self._site, self._state, size, root, answer.url)
        if wanted is None:
            return []
        if root != wanted:
            return [Finding("balance-differs", None, None, answer.url, f"{size} {root}", wanted)]
        expected = self._board.counts_at(size)
        if counts != expected:
            return [Finding("balance-differs", None, None, answer.url, str(counts),
                            in_words(expected))]  # fmt: skip
        return []

    def _page(self, path: str, needed: tuple[str, ...]) -> list[Finding]:
        answer = self._site.get(path)
        if not answer.ok:
            return [Finding("unreachable", None, None, answer.url, answer.said, "its figures")]
        page = Page(answer.text)
        least, most = self._count(path), self._count(path, EDGE.total_seconds())
        found = look_at_frame(answer, page, VISITOR)
        found += self._measures.look_at_page(answer, page) if page.measures else []
        for name in dict.fromkeys((*needed, *page.figures)):
            shown = _NUMBER.search(page.figures.get(name, ""))
            value = int(shown[0].replace(",", "")) if shown else None
            expected = least.get(name, 0)
            if value is None and not (name in needed or expected):
                continue
            # What falls due while one looks may be counted or not.
            if value is None or not expected <= value <= most.get(name, expected):
                found.append(Finding("figures-differ", None, None, answer.url,
                                     f"{name} {page.figures.get(name)}", f"{name} {expected}"))  # fmt: skip
        return found

    def _count(self, path: str, edge: float = 0.0) -> Counts:
        there = self._board.within(path)
        shown = [said for said in there if said.state in SHOWN]
        status = Counter(said.status for said in shown)
        until = self._now().timestamp() + (edge or -EDGE.total_seconds())
        clocks = (clock(self._board, said) for said in shown for clock in (due_of, merged_due_of))
        due = [at for at in clocks if at is not None]
        counted = {"received": len(there), "confirmed": status["confirmed"],
                   "unanswered": sum(status[name] for name in WAITING),
                   "overdue": sum(at.timestamp() <= until for at in due),
                   "households": self._households(path)}  # fmt: skip
        counted |= Counter(said.state for said in there) | Counter(_promises(shown))
        return dict.fromkeys(STATES, 0) | counted | self._on_balance(there)

    def _on_balance(self, there: list[DeclaredComplaint]) -> Counts:
        visible = [said for said in there if said.state == "visible"]
        shown = [said for said in there if said.state in SHOWN]
        removed = [
            self._act(said, "complaint.removed") for said in there if said.state == "removed"
        ]
        taken = (
            self._act(said, "complaint.withdrawn") for said in there if said.state == "withdrawn"
        )
        withdrawn = Counter(act.get("made", "unproven") for act in taken)
        made = {f"withdrawn-{how}": withdrawn[how] for how in ("device", "server", "unproven")}
        within = {
            "delisted": sum(not said.listed for said in shown),
            "redacted": sum(said.redacted for said in shown),
            "waiting": sum(said.withdrawal_due is not None for said in visible),
            "single-handed": sum(self._is_alone(act) for act in removed),
        }
        return within | made | Counter(f"ground-{act.get('reason')}" for act in removed)

    def _is_alone(self, act: dict[str, Any]) -> bool:
        """Whether one person did it and no second one has agreed since."""
        _complaint, under = self._board.statements.get(act.get("statement", 0), (None, []))
        kinds = (parse_entry(self._state.entry(index) or b"")["kind"] for index in under)
        return act.get("second") is None and "statement.approved" not in kinds

    def _act(self, said: DeclaredComplaint, kind: str) -> dict[str, Any]:
        """The newest entry of this kind, by which a complaint came to where it is."""
        for index in reversed(self._board.entries[said.number]):
            entry = parse_entry(self._state.entry(index) or b"")
            if entry["kind"] == kind:
                return entry
        return {}

    def _households(self, path: str) -> int:
        kind, _, slug = path.strip("/").partition("/")
        return sum(
            homes for project, homes in self._board.households.items()
            if (kind == "projects" and project == slug)
            or (kind == "cities" and self._board.cities.get(project) == slug)
        )  # fmt: skip


def _promises(shown: list[DeclaredComplaint]) -> Iterator[str]:
    for said in shown:
        yield from (promise.state for promise in said.promises.values())
