"""What a page shows, read through its `data-` hooks as text, whatever the markup around it is.

The parser never fails: a page that is not one has no hooks, and that is what is then found. It is
fed in pieces and never closed: what a page leaves unfinished is not looked at again and again, which
would take time with the square of its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

from forum.monitor.sight import (
    ROBOTS,
    Element,
    Rule,
    fold_of,
    hidden_by,
    hiding_rules,
    refuses,
)

__all__ = ["Block", "Page", "Rule", "hidden_by", "hiding_rules", "refuses"]

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# The longest honest pages have a thousand comments; whoever sends very much more, or nests
# without end, is read up to here.
MOST_TEXT = 4_000_000
PIECE = 100_000
DEEPEST = 50
# Fields whose text must be readable; what makes it unreadable is looked for around and inside.
READABLE = (
    "title",
    "body",
    "remedy",
    "author",
    "status",
    "supporters",
    "facts",
    "opinion",
    "reasons",
)
# What begins a block of its own: a reply, a row of a list, a version, a clause, a row of the log.
BLOCKS = {"data-reply": "reply", "data-number": "row", "data-version": "version",
          "data-clause": "clause", "data-kind": "log"}  # fmt: skip
_CLASSES = {("reply", "prose"): "text", ("row", "card-title"): "title"}
_UNREAD = ("script", "style", "template")


@dataclass
class Block:
    """A part of a page about one thing. key: its number as the page gives it; parts: name → text
    (in a version, `old:` before a name is the text it was written against); photos: (address,
    address of the small picture); times: what its <time> elements name."""

    kind: str
    key: str
    given: dict[str, str]
    parts: dict[str, str] = field(default_factory=dict)
    photos: list[tuple[str, str]] = field(default_factory=list)
    times: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The key as a number; 0 where it is none."""
        text = self.key
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0

    @property
    def state(self) -> str | None:
        """The state that stands where the thing itself does not."""
        return self.given.get("data-state")

    @property
    def text(self) -> str:
        """What is said in it."""
        return self.parts.get("text", "")


class _Open(NamedTuple):
    """An element that is still open, with what its text belongs to: a hook of its own, the block
    and the part it stands in, a time. readable: the text that begins here and must be readable."""

    tag: str
    attributes: dict[str, str]
    hook: str | None
    block: Block | None
    part: str | None
    clock: int | None
    readable: str | None

    @property
    def element(self) -> Element:
        return Element(self.tag, self.attributes)


class Page(HTMLParser):
    """One page. fields: data-field → value or text; labels: the words beside such a value.

    blocks: everything of `BLOCKS`, in order. article: (complaint, entry) of the complaint shown;
    notice: (complaint, state) of a notice. folded: what makes a text hard to see, with the rule;
    chains: for such texts the elements around and in them. links: where its <a> lead. refusals: noindex and its like; moved:
    scripts and addresses by which a page shows something else. figures, measures, facts, salts: by name.
    clocks: (time, the words for it).
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.blocks: list[Block] = []
        self.article: tuple[str, str] | None = None
        self.notice: tuple[str, str] | None = None
        self.photos: list[tuple[str, str]] = []
        self.folded: dict[str, str] = {}
        self.chains: dict[str, list[Element]] = {}
        self.refusals: list[str] = []
        self.moved: list[str] = []
        self.figures: dict[str, str] = {}
        self.measures: dict[str, str] = {}
        self.facts: dict[str, str] = {}
        self.salts: dict[str, str] = {}
        self.clocks: list[list[str]] = []
        self.canonical: str | None = None
        self.checkpoint: str | None = None
        self.links: set[str] = set()
        self.forms: list[str] = []
        self.inputs: set[str] = set()
        self.sheets: list[str] = []
        self.next: str | None = None
        self.styles = ""
        self._open: list[_Open] = []
        # So many elements that are too deep are passed over; then the rest is left unread.
        self._left = 5_000
        for start in range(0, min(len(html), MOST_TEXT), PIECE):
            if self._left > 0:
                self.feed(html[start : start + PIECE])

    def of(self, kind: str) -> list[Block]:
        """The blocks of one kind."""
        return [block for block in self.blocks if block.kind == kind]

    @property
    def rows(self) -> list[Block]:
        """The rows of a list whose number can be read."""
        return [block for block in self.of("row") if block.number]

    @property
    def said(self) -> dict[int, Block]:
        """Replies and comments by their id."""
        found: dict[int, Block] = {}
        for block in self.of("reply"):
            if block.number in found:
                self.folded.setdefault(f"reply {block.number}", "stands on the page twice")
            elif block.number:
                found[block.number] = block
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(self._open) >= DEEPEST and tag not in VOID:
            self.folded.setdefault("page", f"nested more than {DEEPEST} deep")
            self._left -= 1
            return
        self._note_head(tag, given)
        self._note_links(tag, given)
        block = self._begin_block(given)
        if tag in ("p", "br") and self._open:
            self._write("\n")
        self._part_numbers()
        if tag in VOID:
            return
        hook, own, around = self._hook(given), self._part(given, block), block or self._block()
        part = own or (self._open[-1].part if self._open else None)
        opened = _Open(tag, given, hook, around, part, self._clock(tag, given),
                       _readable(hook, own, around))  # fmt: skip
        self._open.append(opened)
        self._look_for_folds(opened)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._write(data)

    def _hook(self, given: dict[str, str]) -> str | None:
        """The name under which the text inside is kept; a value in the markup comes first."""
        for attribute, kept in (("data-figure", self.figures), ("data-fact", self.facts),
                                ("data-salt", self.salts),
                                ("data-measure", self.measures)):  # fmt: skip
            if attribute in given:
                return self._once(kept, given[attribute], attribute)
        name = given.get("data-field")
        if name is None:
            return None
        exact = given.get("data-value", given.get("datetime"))
        hook = self._once(self.fields, name, "data-field")
        if hook and exact:
            self.fields[name] = exact
            self.labels[name] = ""
            return f"label:{name}"
        return hook

    def _once(self, kept: dict[str, str], name: str, attribute: str) -> str | None:
        """Twice the same hook: what is read must not depend on which of them one believes."""
        if name in kept:
            if attribute != "data-figure":
                self.folded.setdefault(name, "stands on the page twice")
            return None
        kept[name] = ""
        return f"{attribute}:{name}"

    def _begin_block(self, given: dict[str, str]) -> Block | None:
        if "data-complaint" in given:
            if "data-entry" in given:
                self.article = (given["data-complaint"], given["data-entry"])
            else:
                self.notice = (given["data-complaint"], given.get("data-state", ""))
        attribute = next((name for name in BLOCKS if name in given), None)
        if attribute is None:
            return None
        key = given.get("data-entry", "") if attribute == "data-kind" else given[attribute]
        block = Block(BLOCKS[attribute], key, given)
        self.blocks.append(block)
        return block

    def _part(self, given: dict[str, str], block: Block | None) -> str | None:
        if "data-part" in given:
            return given["data-part"]
        around = block or self._block()
        names = given.get("class", "").split() if around else ()
        return next((part for (kind, name), part in _CLASSES.items()
                     if around and kind == around.kind and name in names), None)  # fmt: skip

    def _clock(self, tag: str, given: dict[str, str]) -> int | None:
        if tag != "time" or "datetime" not in given:
            return None
        block = self._block()
        if block is not None:
            block.times.append(given["datetime"])
        self.clocks.append([given["datetime"], ""])
        return len(self.clocks) - 1

    def _block(self) -> Block | None:
        """The innermost block that is open."""
        return self._open[-1].block if self._open else None

    def _note_head(self, tag: str, given: dict[str, str]) -> None:
        content, name = given.get("content", ""), given.get("name", "")
        relation = given.get("rel", "").lower().split()
        if tag == "meta" and ROBOTS.search(name) and refuses(content):
            self.refusals.append(f"{name}: {content}")
        if tag == "meta" and name == "log-checkpoint":
            self.checkpoint = content
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.moved.append(f"refresh: {content}")
        if tag == "base":
            self.moved.append(f"base: {given.get('href', '')}")
        if tag == "link" and "canonical" in relation:
            self.canonical = given.get("href", "")
        if tag == "link" and "stylesheet" in relation:
            self.sheets.append(given.get("href", ""))
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.moved.append(f"script: {given.get('src') or 'in the page'}")

    def _note_links(self, tag: str, given: dict[str, str]) -> None:
        block = self._block()
        if tag == "a" and given.get("href", "").startswith("/photos/"):
            (self.photos if block is None else block.photos).append((given["href"], ""))
        if tag == "img" and (around := self.photos if block is None else block.photos):
            around[-1] = (around[-1][0], around[-1][1] or given.get("src", ""))
        if tag == "a" and block and block.kind == "row" and "nofollow" in given.get("rel", ""):
            self.refusals.append(f"#{block.key}: nofollow")
        if tag == "a":
            self.links.add(given.get("href", ""))
        if tag == "a" and given.get("rel") == "next":
            self.next = given.get("href")
        if tag == "form":
            self.forms.append(given.get("action", ""))
        if tag in ("input", "textarea", "select", "button") and "disabled" not in given:
            self.inputs.add(given.get("name", ""))

    def _look_for_folds(self, opened: _Open) -> None:
        """Around a text that begins here, and here for the texts that it stands in."""
        inside = [e.readable for e in self._open[:-1] if e.readable]
        if opened.readable:
            self.chains.setdefault(opened.readable, [e.element for e in self._open])
            self._fold(opened.readable, self._open)
        for name in inside:
            self.chains[name].append(opened.element)
            self._fold(name, [opened])

    def _fold(self, name: str, elements: Sequence[_Open]) -> None:
        for opened in elements:
            reason = fold_of(opened.element)
            if reason:
                self.folded.setdefault(name, f"<{opened.tag}> {reason}")

    def _write(self, text: str) -> None:
        tags = {element.tag for element in self._open}
        if "style" in tags:
            self.styles += text
        if not tags.isdisjoint(_UNREAD):
            return
        for element in self._open:
            if element.hook is not None:
                self._keep(element.hook, text)
            if element.clock is not None:
                self.clocks[element.clock][1] += text
        self._write_part(text, tags)

    def _part_numbers(self) -> None:
        """A rate that stands in an element of its own beside a figure is no part of the figure."""
        for element in self._open:
            if element.hook and element.hook.startswith(("data-figure:", "data-measure:")):
                self._keep(element.hook, " ")

    def _keep(self, hook: str, text: str) -> None:
        kinds = {"data-figure": self.figures, "data-fact": self.facts, "data-salt": self.salts,
                 "data-measure": self.measures, "data-field": self.fields, "label": self.labels}  # fmt: skip
        kind, _, name = hook.partition(":")
        kinds[kind][name] += text

    def _write_part(self, text: str, tags: set[str]) -> None:
        block, part = self._block(), self._open[-1].part if self._open else None
        if block is None or part is None:
            return
        for name in self._names(block, part, tags):
            block.parts[name] = block.parts.get(name, "") + text

    def _names(self, block: Block, part: str, tags: set[str]) -> Iterator[str]:
        if "del" not in tags or block.kind != "version":
            yield part
        if "ins" not in tags and block.kind == "version":
            yield f"old:{part}"


def _readable(hook: str | None, part: str | None, block: Block | None) -> str | None:
    """The name of the text that begins here, if it is one that people must be able to read."""
    kind, _, name = (hook or "").partition(":")
    if name in READABLE and kind in ("data-field", "label"):
        return name
    said = part == "text" and block is not None and block.kind == "reply"
    return f"reply {block.key}" if said and block else None
