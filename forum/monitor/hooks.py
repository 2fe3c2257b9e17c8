"""What a page shows, read through its `data-` hooks as text, whatever the markup around it is.

The parser never fails: a page that is not one has no hooks, and that is what is then found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# A page of ours has 100 kB; whoever sends very much more, or nests without end, is read up to here.
MOST_TEXT = 1_000_000
PIECE = 100_000
MOST_SHEET = 500_000
DEEPEST = 50
# Fields whose text must be readable; what makes it unreadable is looked for around them.
READABLE = ("title", "body")
ROBOTS = re.compile(r"robots|googlebot|bingbot|baiduspider|360spider|sogou|yisou|bytespider", re.I)
_REFUSAL = re.compile(r"\b(?:noindex|none|nosnippet)\b", re.I)
_FOLDING_CLASS = re.compile(
    r"(?:^|[-_ ])(?:collaps\w*|fold\w*|hidden|hide|unseen|invisible|blur\w*|gr[ae]y\w*|dim\w*|"
    r"mute\w*|low-?quality|spoiler|clamp\w*|truncat\w*|sr-only|d-none)(?:$|[-_ ])", re.I
)  # fmt: skip
_FOLDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|color\s*:\s*transparent"
    r"|opacity\s*:\s*(?:0(?:\.[0-6]\d*)?|\.[0-6]\d*)(?![.\d])|font-size\s*:\s*0(?![.\d])"
    r"|(?<![\w-])(?:max-)?height\s*:\s*[01]?\d(?:px)?\s*(?:;|$)|text-indent\s*:\s*-"
    r"|clip(?:-path)?\s*:|filter\s*:\s*blur|line-clamp", re.I
)  # fmt: skip


class Element(NamedTuple):
    """An open element: its tag, its attributes, and the hook whose text it holds."""

    tag: str
    attributes: dict[str, str]
    hook: str | None


@dataclass
class Row:
    """A row of a list: its number, and the state where a notice stands in its place."""

    number: int
    state: str | None


@dataclass
class Said:
    """What stands under a complaint: text, and the addresses its pictures lead to."""

    text: str = ""
    photos: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """One page. fields: data-field → value or text; rows: of lists; said: data-reply → `Said`.

    article: (complaint, entry) of the complaint shown; notice: (complaint, state) of a notice.
    folded: what makes title or body hard to see, with the rule; refusals: noindex and its like.
    chains: for title and body, the elements around them. figures: label → number as shown.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.rows: list[Row] = []
        self.said: dict[int, Said] = {}
        self.photos: list[str] = []
        self.article: tuple[str, str] | None = None
        self.notice: tuple[str, str] | None = None
        self.folded: dict[str, str] = {}
        self.refusals: list[str] = []
        self.chains: dict[str, list[Element]] = {}
        self.figures: dict[str, str] = {}
        self.forms: list[str] = []
        self.inputs: set[str] = set()
        self.sheets: list[str] = []
        self.next: str | None = None
        self._open: list[Element] = []
        self._figure: dict[str, str] = {}
        self._row_state: str | None = None
        self.styles = ""
        _feed(self, html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note_head(tag, given)
        self._note_rows(tag, given)
        self._note_links(tag, given)
        self._note_amounts(tag, given)
        if tag in ("p", "br") and self._inside("body"):
            self._write("\n")
        if tag in VOID or len(self._open) >= DEEPEST:
            return
        hook = self._hook(given)
        self._open.append(Element(tag, given, hook))
        if hook in READABLE and hook not in self.chains:
            self.chains[hook] = list(self._open)
            self._look_for_folds(hook)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass
        if tag == "td" and self._row_state and self.figures.get(self._row_state):
            self._row_state = None
        if tag in ("a", "div") and {"figure-label", "figure-number"} <= self._figure.keys():
            label = self._figure.pop("figure-label").strip()
            self.figures[label] = self._figure.pop("figure-number").strip()

    def handle_data(self, data: str) -> None:
        self._write(data)

    def _hook(self, given: dict[str, str]) -> str | None:
        """The name under which the text inside is kept; a value in the markup comes first."""
        name = given.get("data-field")
        if name is None:
            return None
        exact = given.get("data-value", given.get("datetime"))
        if name in self.fields:
            # Twice the same hook: what is read must not depend on which of them one believes.
            self.folded.setdefault(name, "stands on the page twice")
            return None
        self.fields[name] = exact or ""
        return None if exact else name

    def _note_head(self, tag: str, given: dict[str, str]) -> None:
        content = given.get("content", "")
        if tag == "meta" and ROBOTS.search(given.get("name", "")) and refuses(content):
            self.refusals.append(f"{given['name']}: {content}")
        if tag == "link" and given.get("rel", "").lower() == "canonical":
            self.refusals.append(f"canonical: {given.get('href', '')}")
        if tag == "link" and "stylesheet" in given.get("rel", "").lower():
            self.sheets.append(given.get("href", ""))

    def _note_rows(self, tag: str, given: dict[str, str]) -> None:
        if (number := _number(given.get("data-number"))) is not None:
            self.rows.append(Row(number, given.get("data-state")))
        if (reply := _number(given.get("data-reply"))) is not None:
            self.said.setdefault(reply, Said())
        if "data-complaint" in given:
            if "data-entry" in given:
                self.article = (given["data-complaint"], given["data-entry"])
            else:
                self.notice = (given["data-complaint"], given.get("data-state", ""))

    def _note_links(self, tag: str, given: dict[str, str]) -> None:
        if tag == "a" and given.get("href", "").startswith("/photos/"):
            said = self._around()
            (self.photos if said is None else said.photos).append(given["href"])
        if tag == "a" and given.get("rel") == "next":
            self.next = given.get("href")
        if tag == "form":
            self.forms.append(given.get("action", ""))
        if tag in ("input", "textarea", "select"):
            self.inputs.add(given.get("name", ""))

    def _note_amounts(self, tag: str, given: dict[str, str]) -> None:
        """In a table of figures the first amount of a row belongs to the state named in it."""
        names = given.get("class", "").split()
        if tag == "tr":
            self._row_state = None
        state = next((name[6:] for name in names if name.startswith("state-")), None)
        if state and any(element.tag == "tr" for element in self._open):
            self._row_state = state
        if tag == "td" and "amount" in names and self._row_state:
            self.figures.setdefault(self._row_state, "")

    def _around(self) -> Said | None:
        """What was said in the element that is open, if any."""
        for element in reversed(self._open):
            number = _number(element.attributes.get("data-reply"))
            if number is not None:
                return self.said.get(number)
        return None

    def _look_for_folds(self, hook: str) -> None:
        for element in self._open:
            reason = _fold(element)
            if reason:
                self.folded.setdefault(hook, f"<{element.tag}> {reason}")

    def _inside(self, hook: str) -> bool:
        return any(element.hook == hook for element in self._open)

    def _write(self, text: str) -> None:
        prose = False
        if self._open and self._open[-1].tag == "style":
            self.styles += text
        for element in self._open:
            if element.hook is not None:
                self.fields[element.hook] += text
            names = element.attributes.get("class", "").split()
            prose = prose or "prose" in names
            for part in ("figure-number", "figure-label"):
                if part in names:
                    self._figure[part] = self._figure.get(part, "") + text
            if element.tag == "td" and "amount" in names and self._row_state:
                self.figures[self._row_state] += text.strip()
        said = self._around() if prose else None
        if said is not None:
            said.text += text


def _feed(parser: HTMLParser, text: str) -> None:
    """Parse in pieces and never `close`: what a page leaves unfinished is not looked at again and
    again, which would take time with the square of its length."""
    for start in range(0, min(len(text), MOST_TEXT), PIECE):
        parser.feed(text[start : start + PIECE])


def refuses(content: str) -> bool:
    """Whether a robots rule (of a meta element or of `X-Robots-Tag`) keeps a page out."""
    return _REFUSAL.search(content) is not None


def _fold(element: Element) -> str:
    """What in this element hides the text inside; "" when nothing does."""
    given = element.attributes
    if element.tag in ("details", "template", "noscript", "del", "s", "small"):
        return "around it"
    if "hidden" in given or given.get("aria-hidden") == "true" or "inert" in given:
        return "is hidden"
    if _FOLDING_STYLE.search(given.get("style", "")):
        return f"style {given['style']}"
    if _FOLDING_CLASS.search(given.get("class", "")):
        return f"class {given['class']}"
    return ""


Rule = tuple[str, str]


def hiding_rules(sheet: str) -> list[Rule]:
    """The rules of a style sheet that make something hard to see: (last part, whole rule).

    Rules for print and for other states (:hover, :not …) are left alone.
    """
    found: list[Rule] = []
    in_print = False
    for block in _without_comments(sheet).split("}"):
        selectors, _, rules = block.rpartition("{")
        around, _, selectors = selectors.rpartition("{")
        in_print = bool(block.strip()) and (in_print or "print" in around)
        if selectors and not in_print and _FOLDING_STYLE.search(rules):
            found += [(_last_part(one), f"{one.strip()} {{{rules.strip()}}}")
                      for one in selectors.split(",")]  # fmt: skip
    return found


def _without_comments(sheet: str) -> str:
    first, *rest = sheet[:MOST_SHEET].split("/*")
    return first + "".join(part.partition("*/")[2] for part in rest)


def _last_part(selector: str) -> str:
    """Of "main > .prose p" the "p": the element that the rule is about."""
    return re.split(r"[\s>+~]", selector.strip())[-1]


def hidden_by(rules: list[Rule], chain: list[Element]) -> str | None:
    """The rule that hides an element of `chain`; None when there is none."""
    return next((rule for last, rule in rules if any(_matches(last, e) for e in chain)), None)


_SIMPLE = re.compile(r"([.#]?)([\w-]+)|\[([\w-]+)(?:=[\"']?([^\"'\]]*)[\"']?)?\]")


def _matches(compound: str, element: Element) -> bool:
    if not compound or ":" in compound or "*" in compound or _SIMPLE.sub("", compound):
        return False
    given = element.attributes
    for kind, name, attribute, value in _SIMPLE.findall(compound):
        if attribute:
            if attribute not in given or (value and given[attribute] != value):
                return False
            continue
        has: dict[str, list[str]] = {
            ".": given.get("class", "").split(),
            "#": [given.get("id", "")],
            "": [element.tag],
        }
        if name not in has[kind]:
            return False
    return True


class Addresses(HTMLParser):
    """The addresses in a feed or a sitemap: texts of <loc>, or of <id> inside of <entry>."""

    def __init__(self, xml: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._tags: list[str] = []
        _feed(self, xml)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(self._tags) < DEEPEST:
            self._tags.append(tag)
        if tag == "loc" or (tag == "id" and "entry" in self._tags):
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._tags:
            while self._tags.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._tags[-1:] == ["loc"] or (self._tags[-1:] == ["id"] and "entry" in self._tags):
            self.found[-1] += data


def _number(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 16):
        return None
    return int(text)
