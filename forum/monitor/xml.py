"""Feeds and sitemaps, read without an XML parser that a site could exhaust."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from forum.monitor.hooks import DEEPEST, PIECE

MOST_TEXT = 16_000_000


@dataclass
class FeedItem:
    """One entry of a feed: its address, its title and, where there is one, its text."""

    address: str = ""
    title: str = ""
    content: str | None = None
    author: str = ""


class Addresses(HTMLParser):
    """found: the addresses in a feed or a sitemap: texts of <loc>, or of <id> inside of <entry>.

    items: the entries of a feed, in order.
    """

    def __init__(self, xml: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.items: list[FeedItem] = []
        self._tags: list[str] = []
        for start in range(0, min(len(xml), MOST_TEXT), PIECE):
            self.feed(xml[start : start + PIECE])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(self._tags) < DEEPEST:
            self._tags.append(tag)
        if tag == "loc" or (tag == "id" and "entry" in self._tags):
            self.found.append("")
        if tag == "entry":
            self.items.append(FeedItem())
        if tag == "content" and self.items:
            self.items[-1].content = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self._tags:
            while self._tags.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        last = self._tags[-1] if self._tags else ""
        inside = "entry" in self._tags
        if last == "loc" or (last == "id" and inside):
            self.found[-1] += data
        if inside and self.items:
            self._add(self.items[-1], last, data)

    def _add(self, item: FeedItem, tag: str, data: str) -> None:
        if tag == "id":
            item.address += data
        elif tag == "title":
            item.title += data
        elif tag == "content":
            item.content = (item.content or "") + data
        elif tag == "name":
            item.author += data
