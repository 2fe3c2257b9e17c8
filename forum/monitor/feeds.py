"""The feeds: of the board, of each place, of what was hidden, of each complaint."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

from forum.monitor.board import BEGINNINGS, SHOWN, Board
from forum.monitor.findings import Finding
from forum.monitor.lists import Check
from forum.monitor.state import State, digest_of
from forum.monitor.web import Answer, Site
from forum.monitor.words import squeeze
from forum.monitor.xml import Addresses, FeedItem
from forum.tlog.entry import parse_entry

# A feed may hold more, never less.
LEAST = 50
SUPPORT = ("support.added", "support.withdrawn")
SAID = ("reply.posted", "reply.imported", "comment.posted")


class Feeds:
    """Compares every feed with what must be in it, in order and in whose words."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state

    def checks(self) -> Iterator[Check]:
        """Every check, each by itself."""
        for path in ("", *self._board.place_paths()):
            yield partial(self._place, path)
        yield self._hiding

    def of_complaint(self, number: int) -> list[Finding]:
        """The feed of one complaint holds all that happened to it."""
        wanted = list(self._happened(number))
        return self._feed(f"/complaints/{number}/feed.atom", wanted, number)

    def _place(self, path: str) -> list[Finding]:
        wanted = [f"/complaints/{said.number}" for said in self._board.listed(path or "/")]
        return self._feed(f"{path}/feed.atom", wanted)

    def _hiding(self) -> list[Finding]:
        wanted = [f"/log/entries/{index}" for index in reversed(self._board.hiding)]
        return self._feed("/log/feed.atom", wanted)

    def _happened(self, number: int) -> Iterator[str]:
        said = self._board.complaints[number]
        shown = said.state in SHOWN
        for index in reversed(self._board.entries[number]):
            entry = parse_entry(self._state.entry(index) or b"")
            if entry["kind"] in SUPPORT or (not shown and entry["kind"] in SAID):
                continue
            if shown and entry["kind"] in BEGINNINGS:
                yield f"/complaints/{number}"
            elif entry["kind"] in SAID and said.replies[entry["item"]].state == "visible":
                yield f"/complaints/{number}#reply-{entry['item']}"
            else:
                yield f"/log/entries/{index}"

    def _feed(self, path: str, wanted: list[str], number: int | None = None) -> list[Finding]:
        answer = self._site.get(path)
        if not answer.ok:
            return [Finding("unreachable", number, None, answer.url, answer.said, "a feed")]
        items = Addresses(answer.text).items
        seen = [path_of(self._site, item.address) for item in items]
        expected = wanted[: max(len(seen), LEAST)]
        found = [
            Finding("not-in-feed", number or number_in(address), None, answer.url,
                    f"without {address}", address)
            for address in expected if address not in seen
        ]  # fmt: skip
        if not found and seen != expected:
            odd = next((a for a in seen if a not in wanted), None)
            code = "unlogged-content" if odd else "order-differs"
            found.append(Finding(code, number, None, answer.url, odd or str(seen), str(expected)))
        for item in items:
            found += self._item(item, answer)
        return found

    def _item(self, item: FeedItem, answer: Answer) -> Iterator[Finding]:
        """A complaint in a feed: its own words while it is shown, none of them when it is not."""
        path = path_of(self._site, item.address)
        said = self._board.complaints.get(number_in(path) or 0)
        if said is None or "#" in path or not path.startswith("/complaints/"):
            return
        if said.state not in SHOWN:
            if item.content is not None or item.author:
                yield Finding("unlogged-content", said.number, None, answer.url,
                              item.content or item.author, said.state)  # fmt: skip
            return
        words = self._state.words(said.number, said.act_entry)
        if words is None:
            return
        title = item.title.removeprefix(f"#{said.number} ")
        for text, digest, code in ((title, words[0], "text-changed"),
                                   (item.content, words[1], "text-changed"),
                                   (item.author, words[2], "author-changed")):  # fmt: skip
            if digest_of(squeeze(text)) != digest:
                yield Finding(code, said.number, said.entry, answer.url, text or "",
                              "what was committed to")  # fmt: skip


def path_of(site: Site, address: str) -> str:
    """An address in a feed or sitemap as a path below the board's own; "" for what is none."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    path = parts.path.removeprefix(urlsplit(site.base).path)
    return path + (f"#{parts.fragment}" if parts.fragment else "")


def number_in(path: str) -> int | None:
    """The complaint's number in a path; None where there is none."""
    number = path.partition("/complaints/")[2].partition("#")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else None
