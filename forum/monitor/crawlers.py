"""What search engines are told: the sitemap, robots.txt, and that nothing is beyond the log."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.robotparser import RobotFileParser

from forum.monitor.board import SHOWN, Board
from forum.monitor.feeds import number_in, path_of
from forum.monitor.findings import Finding
from forum.monitor.lists import Check
from forum.monitor.web import Site
from forum.monitor.xml import Addresses

MOST_RULES = 20_000
AGENTS = ("*", "Baiduspider", "Googlebot", "bingbot", "360Spider", "Sogou web spider",
          "Bytespider", "YisouSpider")  # fmt: skip
BOARD = ("/", "/complaints", "/log", "/transparency", "/rules")


class Crawlers:
    """Compares what crawlers may see and are shown with what is declared."""

    def __init__(self, site: Site, board: Board) -> None:
        self._site, self._board = site, board

    def checks(self) -> Iterator[Check]:
        """Every check, each by itself."""
        yield from (self._sitemap, self._robots, self._beyond)

    def _sitemap(self) -> list[Finding]:
        index = self._site.get("/sitemap.xml")
        if not index.ok:
            return [Finding("unreachable", None, None, index.url, index.said, "the sitemap")]
        seen: set[str] = set()
        parts = [path_of(self._site, address) for address in Addresses(index.text).found]
        for part in parts[: len(self._board.complaints) // 1000 + 10]:
            answer = self._site.get(part if part.startswith("/") else f"/{part}")
            if not answer.ok:
                return [Finding("unreachable", None, None, answer.url, answer.said,
                                "a part of the sitemap")]  # fmt: skip
            seen.update(path_of(self._site, address) for address in Addresses(answer.text).found)
        return self._missing(seen, index.url)

    def _missing(self, seen: set[str], url: str) -> list[Finding]:
        wanted = {
            f"/complaints/{number}" for number, said in self._board.complaints.items()
            if said.state in SHOWN and said.listed
        }  # fmt: skip
        board = {*BOARD, *self._board.place_paths()}
        return [
            Finding("noindex", number_in(path), None, url, "not in the sitemap", path)
            for path in sorted((wanted | board) - seen)
        ]

    def _robots(self) -> list[Finding]:
        answer = self._site.get("/robots.txt")
        if answer.status == 404:
            return []
        if not answer.ok:
            return [Finding("unreachable", None, None, answer.url, answer.said, "robots.txt")]
        rules = RobotFileParser()
        rules.parse(answer.text[:MOST_RULES].splitlines())
        found = []
        pages = [f"/complaints/{n}" for n, c in self._board.complaints.items() if c.state in SHOWN]
        for path in (*BOARD, "/feed.atom", "/log/feed.atom", "/sitemap.xml", *pages):
            agent = next((a for a in AGENTS if not rules.can_fetch(a, path)), None)
            if agent:
                found.append(Finding("noindex", number_in(path), None, answer.url,
                                     f"{agent} may not fetch {path}", "allowed"))  # fmt: skip
        return found

    def _beyond(self) -> list[Finding]:
        """After the last number of the log there is nothing."""
        number = len(self._board.complaints) + 1
        answer = self._site.get(f"/complaints/{number}.json")
        if answer.status == 404:
            return []
        return [Finding("unlogged-content", number, None, answer.url, answer.said, "HTTP 404")]
