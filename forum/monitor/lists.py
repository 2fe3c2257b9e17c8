"""Every surface on which a complaint can be left out: lists, feeds, the sitemap, robots.txt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from forum.monitor.board import BEGINNINGS, SHOWN, Board
from forum.monitor.findings import Finding
from forum.monitor.hooks import Addresses, Page, Row, refuses
from forum.monitor.state import State
from forum.monitor.web import VANTAGES, VISITOR, Answer, Site
from forum.tlog.entry import parse_entry

# On a larger board the lists of cities and the other visitors' lists are left to their first page.
SMALL = 2_000
PAGE = 20
LEAST_FEED = 20
MOST_RULES = 20_000
AGENTS = ("*", "Baiduspider", "Googlebot", "bingbot", "360Spider", "Sogou web spider")
SUPPORT = ("support.added", "support.withdrawn")
SAID = ("reply.posted", "reply.imported", "comment.posted")

Check = Callable[[], list[Finding]]


class Lists:
    """Compares what is listed with what must be, by the orders that the board promises."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state

    def checks(self) -> Iterator[Check]:
        """Every check, each by itself, so that one can be repeated."""
        small = len(self._board.complaints) <= SMALL
        for vantage in VANTAGES if small else (VISITOR,):
            yield partial(self._newest, "/complaints", vantage)
        yield self._supported
        yield partial(self._in_status, "unanswered", ("open", "disputed"))
        yield partial(self._in_status, "solved", ("confirmed",))
        for path in self._board.places():
            if small or not path.startswith("/cities/"):
                yield partial(self._newest, path, VISITOR)
                yield partial(self._place_feed, path)
        yield partial(self._place_feed, "")
        yield from (self._hiding, self._sitemap, self._robots, self._beyond)

    def complaint_feed(self, number: int) -> list[Finding]:
        """The feed of one complaint holds all that happened to it."""
        wanted = list(self._happened(number))
        return self._feed(f"/complaints/{number}/feed.atom", wanted, number)

    def _newest(self, path: str, vantage: str) -> list[Finding]:
        return self._list(path, [said.number for said in self._board.within(path)], vantage)

    def _supported(self) -> list[Finding]:
        shown = [said for said in self._board.complaints.values() if said.state in SHOWN]
        shown.sort(key=lambda said: (said.supporters, said.number), reverse=True)
        return self._list("/complaints?sort=supported", [said.number for said in shown])

    def _in_status(self, sort: str, statuses: Sequence[str]) -> list[Finding]:
        wanted = [
            said.number
            for said in self._board.within("/")
            if said.state in SHOWN and said.status in statuses
        ]
        return self._list(f"/complaints?sort={sort}", wanted)

    def _place_feed(self, path: str) -> list[Finding]:
        wanted = [f"/complaints/{said.number}" for said in self._board.within(path or "/")]
        return self._feed(f"{path}/feed.atom", wanted)

    def _hiding(self) -> list[Finding]:
        wanted = [f"/log/entries/{index}" for index in reversed(self._board.hiding)]
        return self._feed("/log/feed.atom", wanted)

    def _happened(self, number: int) -> Iterator[str]:
        shown = self._board.complaints[number].state in SHOWN
        for index in reversed(self._board.entries[number]):
            entry = parse_entry(self._state.entry(index) or b"")
            if entry["kind"] in SUPPORT or (not shown and entry["kind"] in SAID):
                continue
            if shown and entry["kind"] in BEGINNINGS:
                yield f"/complaints/{number}"
            elif entry["kind"] in SAID:
                yield f"/complaints/{number}#reply-{entry['item']}"
            else:
                yield f"/log/entries/{index}"

    def _list(self, path: str, wanted: list[int], vantage: str = VISITOR) -> list[Finding]:
        rows, found = self._walk(path, len(wanted), vantage)
        found += self._states(path, rows)
        seen = [row.number for row in rows]
        found += _compare(seen, wanted, self._site.base + path, self._board)
        return found

    def _walk(self, path: str, count: int, vantage: str) -> tuple[list[Row], list[Finding]]:
        """The rows of all pages of a list; at most so many pages as `count` rows could fill."""
        rows: list[Row] = []
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
            found += _kept_out(answer, page, vantage)
            rows += page.rows
            next_path = page.next if page.next and page.next.startswith(path[:11]) else None
        return rows, found

    def _states(self, path: str, rows: Sequence[Row]) -> list[Finding]:
        """Who can be read stands there as a card, who is gone as the notice of its state."""
        found = []
        for row in rows:
            said = self._board.complaints.get(row.number)
            if said is None:
                continue
            wanted = None if said.state in SHOWN else said.state
            if row.state != wanted:
                code = "unlogged-content" if row.state is None else "silent-removal"
                found.append(Finding(code, row.number, said.last_entry, self._site.base + path,
                                     row.state or "shown", said.state))  # fmt: skip
        return found

    def _feed(self, path: str, wanted: list[str], number: int | None = None) -> list[Finding]:
        answer = self._site.get(path)
        if not answer.ok:
            return [_unreachable(answer, "a feed", number)]
        seen = self._paths(answer)
        expected = wanted[: max(len(seen), LEAST_FEED)]
        found = [
            Finding("not-in-feed", number or _number_in(address), None, answer.url,
                    f"without {address}", address)
            for address in expected if address not in seen
        ]  # fmt: skip
        if not found and seen != expected:
            odd = next((a for a in seen if a not in wanted), None)
            code = "unlogged-content" if odd else "order-differs"
            found.append(Finding(code, number, None, answer.url, odd or str(seen), str(expected)))
        return found

    def _sitemap(self) -> list[Finding]:
        index = self._site.get("/sitemap.xml")
        if not index.ok:
            return [_unreachable(index, "the sitemap")]
        seen: set[str] = set()
        for part in self._paths(index)[: len(self._board.complaints) // 1000 + 10]:
            answer = self._site.get(part)
            if not answer.ok:
                return [_unreachable(answer, "a part of the sitemap")]
            seen.update(self._paths(answer))
        return [
            Finding("noindex", number, said.entry, index.url, "not in the sitemap",
                    f"/complaints/{number}")
            for number, said in self._board.complaints.items()
            if said.state in SHOWN and f"/complaints/{number}" not in seen
        ]  # fmt: skip

    def _robots(self) -> list[Finding]:
        answer = self._site.get("/robots.txt")
        if answer.status == 404:
            return []
        if not answer.ok:
            return [_unreachable(answer, "robots.txt")]
        rules = RobotFileParser()
        rules.parse(answer.text[:MOST_RULES].splitlines())
        found = []
        pages = [f"/complaints/{n}" for n, c in self._board.complaints.items() if c.state in SHOWN]
        for path in ("/", "/complaints", "/log", "/feed.atom", *pages):
            agent = next((a for a in AGENTS if not rules.can_fetch(a, path)), None)
            if agent:
                found.append(Finding("noindex", _number_in(path), None, answer.url,
                                     f"{agent} may not fetch {path}", "allowed"))  # fmt: skip
        return found

    def _beyond(self) -> list[Finding]:
        """After the last number of the log there is nothing."""
        number = len(self._board.complaints) + 1
        answer = self._site.get(f"/complaints/{number}.json")
        if answer.status == 404:
            return []
        return [Finding("unlogged-content", number, None, answer.url, answer.said, "HTTP 404")]

    def _paths(self, answer: Answer) -> list[str]:
        """The addresses in a feed or sitemap, below the board's own."""
        prefix = urlsplit(self._site.base).path
        found = [urlsplit(address.strip()) for address in _addresses(answer)]
        return [
            address.path.removeprefix(prefix) + (f"#{address.fragment}" if address.fragment else "")
            for address in found
        ]


def _addresses(answer: Answer) -> list[str]:
    found = []
    for address in Addresses(answer.text).found:
        try:
            urlsplit(address.strip())
        except ValueError:
            continue
        found.append(address)
    return found


def _compare(seen: list[int], wanted: list[int], url: str, board: Board) -> list[Finding]:
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


def _kept_out(answer: Answer, page: Page, vantage: str) -> list[Finding]:
    header = answer.headers.get("x-robots-tag", "")
    rules = page.refusals + ([f"X-Robots-Tag: {header}"] if refuses(header) else [])
    return [
        Finding("noindex", None, None, answer.url, f"{vantage}: {rule}", "open to search engines")
        for rule in rules
    ]


def _unreachable(answer: Answer, what: str, number: int | None = None) -> Finding:
    return Finding("unreachable", number, None, answer.url, answer.said, what)


def _number_in(path: str) -> int | None:
    number = path.partition("/complaints/")[2].partition("#")[0]
    return int(number) if number.isdigit() else None
