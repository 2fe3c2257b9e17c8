"""Every list in which a complaint can be left out, moved or shown in other words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from forum.monitor.board import SHOWN, Board
from forum.monitor.clocks import due_of
from forum.monitor.findings import Finding
from forum.monitor.frame import look_at_frame
from forum.monitor.hooks import Block, Page
from forum.monitor.state import State, digest_of
from forum.monitor.web import VISITOR, Site
from forum.monitor.words import squeeze
from forum.tlog.declared import DeclaredComplaint

# On a larger board the other visitors' lists are left to their first page.
SMALL = 1_200
PAGE = 20
# A case that falls due while one looks may be there or not.
EDGE = timedelta(seconds=120)
WAITING = ("open", "disputed")

Check = Callable[[], list[Finding]]
Now = Callable[[], datetime]


class Lists:
    """Compares what is listed with what must be, by the orders that the board promises."""

    def __init__(self, site: Site, board: Board, state: State, now: Now) -> None:
        self._site, self._board, self._state, self._now = site, board, state, now

    def checks(self) -> Iterator[Check]:
        """Every check, each by itself, so that one can be repeated."""
        small = len(self._board.complaints) <= SMALL
        for vantage in self._site.vantages if small else (VISITOR,):
            yield partial(self._newest, "/complaints", vantage)
        yield self._supported
        yield partial(self._in_status, "unanswered", WAITING)
        yield partial(self._in_status, "solved", ("confirmed",))
        yield partial(self._due, "due")
        yield partial(self._due, "overdue")
        for path in self._board.place_paths():
            yield partial(self._newest, path, VISITOR)

    def _newest(self, path: str, vantage: str) -> list[Finding]:
        return self._list(path, [said.number for said in self._board.listed(path)], vantage)

    def _supported(self) -> list[Finding]:
        shown = self._shown()
        shown.sort(key=lambda said: (said.supporters, said.number), reverse=True)
        return self._list("/complaints?sort=supported", [said.number for said in shown])

    def _in_status(self, sort: str, statuses: Sequence[str]) -> list[Finding]:
        wanted = [said.number for said in self._shown() if said.status in statuses]
        return self._list(f"/complaints?sort={sort}", wanted)

    def _due(self, sort: str) -> list[Finding]:
        """By due time, then number; overdue are those whose time has passed."""
        now, overdue = self._now(), sort == "overdue"
        due = {said.number: due_of(self._board, said) for said in self._shown()}
        times = {number: at for number, at in due.items() if at is not None}
        wanted = sorted(times, key=lambda number: (times[number], number))
        edge = {n for n, at in times.items() if overdue and abs(at - now) < EDGE}
        wanted = [n for n in wanted if not overdue or times[n] <= now]
        return self._list(f"/complaints?sort={sort}", wanted, leave=edge)

    def _shown(self) -> list[DeclaredComplaint]:
        return [said for said in self._board.listed("/") if said.state in SHOWN]

    def _list(
        self, path: str, wanted: list[int], vantage: str = VISITOR, leave: set[int] | None = None
    ) -> list[Finding]:
        rows, found = self._walk(path, len(wanted), vantage)
        rows = [row for row in rows if row.number not in (leave or ())]
        for row in rows:
            found += self._row(row, self._site.base + path)
        seen = [row.number for row in rows]
        left = [number for number in wanted if number not in (leave or ())]
        return found + compare(seen, left, self._site.base + path, self._board)

    def _walk(self, path: str, count: int, vantage: str) -> tuple[list[Block], list[Finding]]:
        """The rows of all pages of a list; at most so many pages as `count` rows could fill."""
        rows: list[Block] = []
        found: list[Finding] = []
        next_path: str | None = path
        for _ in range(count // PAGE + 3):
            if next_path is None:
                break
            answer = self._site.get(next_path, vantage)
            if not answer.ok:
                found.append(Finding("unreachable", url=answer.url, seen=answer.said,
                                     expected=f"a list for the {vantage}"))  # fmt: skip
                break
            page = Page(answer.text)
            found += look_at_frame(answer, page, vantage)
            rows += page.rows
            next_path = page.next if page.next and page.next.startswith(path[:11]) else None
        return rows, found

    def _row(self, row: Block, url: str) -> Iterator[Finding]:
        """Who can be read stands there as a card, who is gone as the notice of its state."""
        said = self._board.complaints.get(row.number)
        if said is None:
            return
        wanted = None if said.state in SHOWN else said.state
        if row.state != wanted:
            code = "unlogged-content" if row.state is None else "silent-removal"
            yield Finding(code, row.number, said.last_entry, url, row.state or "shown", said.state)
        if row.state is None and wanted is None:
            yield from self._card(row, said, url)

    def _card(self, row: Block, said: DeclaredComplaint, url: str) -> Iterator[Finding]:
        """What a card says of its complaint: title, status, supporters, and when it is due."""
        due = due_of(self._board, said)
        told = {"status": (said.status, "status-differs"),
                "supporters": (str(said.supporters), "support-differs"),
                "due": (due and due.strftime("%Y-%m-%dT%H:%M:%SZ"), "time-changed")}  # fmt: skip
        for name, (expected, code) in told.items():
            if row.given.get(f"data-{name}") != expected:
                yield Finding(code, said.number, said.last_entry, url,
                              f"{name}: {row.given.get(f'data-{name}')}", str(expected))  # fmt: skip
        words = self._state.words(said.number, said.act_entry)
        if words is not None and digest_of(squeeze(row.parts.get("title"))) != words[0]:
            yield Finding("text-changed", said.number, said.entry, url,
                          row.parts.get("title", ""), "the title that was committed to")  # fmt: skip


def compare(seen: list[int], wanted: list[int], url: str, board: Board) -> list[Finding]:
    """What a list lacks, what it has too much, and the first that stands out of order."""
    there, belongs = set(seen), set(wanted)
    found = [
        Finding("not-listed", number, board.complaints[number].last_entry, url,
                f"{len(seen)} rows without it", f"#{number}")
        for number in wanted if number not in there
    ]  # fmt: skip
    for number in seen:
        if number not in board.complaints:
            found.append(Finding("unlogged-content", number, None, url, f"#{number}", "no entry"))
        elif number not in belongs:
            found.append(Finding("order-differs", number, None, url, f"#{number}", "not here"))
    listed = [number for number in seen if number in belongs]
    ordered = [number for number in wanted if number in there]
    if listed != ordered:
        pairs = zip(listed, [*ordered, 0], strict=False)
        odd, right = next((a, b) for a, b in [*pairs, (listed[-1], 0)] if a != b)
        found.append(Finding("order-differs", odd, None, url, f"#{odd}", f"#{right}"))
    return found
