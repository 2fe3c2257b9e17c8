"""What keeps a text from being read: attributes, classes, styles, rules of style sheets, robots."""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_SHEET = 500_000
# Elements that fold away, strike out or shrink what they hold, or hold what nobody sees.
FOLDING_TAGS = ("details", "template", "noscript", "del", "s", "small", "dialog", "iframe",
                "object", "svg", "textarea", "select", "canvas", "audio", "video", "marquee")  # fmt: skip
ROBOTS = re.compile(r"robots|googlebot|bingbot|baiduspider|360spider|sogou|yisou|bytespider", re.I)
_REFUSAL = re.compile(
    r"\b(?:noindex|none|nosnippet|nofollow|noarchive|unavailable_after|max-snippet\s*:\s*0)\b", re.I
)
_FOLDING_CLASS = re.compile(
    r"(?:^|[-_ ])(?:collaps\w*|fold\w*|hidden|hide|unseen|invisible|blur\w*|gr[ae]y\w*|dim\w*|"
    r"mute\w*|low-?quality|spoiler|clamp\w*|truncat\w*|sr-only|d-none)(?:$|[-_ ])", re.I
)  # fmt: skip
_FOLDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
    r"|(?<![-\w])color\s*:\s*transparent|-webkit-text-fill-color\s*:\s*transparent"
    r"|opacity\s*:\s*(?:0(?:\.[0-6]\d*)?|\.[0-6]\d*|[0-6]?\d%)(?![.\d%])"
    r"|font-size\s*:\s*(?:0(?![.\d])|[0-4](?:\.\d+)?p[xt]|0?\.[0-4]\d*r?em)"
    r"|(?<![\w-])(?:max-)?(?:height|width)\s*:\s*[01]?\d(?:px)?\s*(?:;|$|!)|text-indent\s*:\s*-"
    r"|clip(?:-path)?\s*:|filter\s*:\s*(?:blur|opacity|contrast|brightness)|line-clamp"
    r"|(?:left|top|right|bottom|margin(?:-\w+)?)\s*:\s*-\d{3,}"
    r"|scale(?:3d|x|y)?\s*[:(]\s*0(?!\.[5-9])|zoom\s*:\s*0(?!\.[5-9])|mask(?:-image)?\s*:", re.I
)  # fmt: skip
_SIMPLE = re.compile(r"([.#]?)([\w-]+)|\[([\w-]+)(?:=[\"']?([^\"'\]]*)[\"']?)?\]")

Rule = tuple[str, str]


class Element(NamedTuple):
    """An element: its tag and its attributes."""

    tag: str
    attributes: dict[str, str]


def refuses(content: str) -> bool:
    """Whether a robots rule (of a meta element or of `X-Robots-Tag`) keeps a page out."""
    return _REFUSAL.search(content) is not None


def fold_of(element: Element) -> str:
    """What in this element hides the text inside; "" when nothing does."""
    given = element.attributes
    if element.tag in FOLDING_TAGS:
        return "around it"
    if "hidden" in given or given.get("aria-hidden") == "true" or "inert" in given:
        return "is hidden"
    if "data-nosnippet" in given:
        return "is kept from search engines"
    if _FOLDING_STYLE.search(given.get("style", "")):
        return f"style {given['style']}"
    if _FOLDING_CLASS.search(given.get("class", "")):
        return f"class {given['class']}"
    return ""


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


def hidden_by(rules: list[Rule], chain: list[Element]) -> str | None:
    """The rule that hides an element of `chain`; None when there is none."""
    return next((rule for last, rule in rules if any(_matches(last, e) for e in chain)), None)


def _without_comments(sheet: str) -> str:
    first, *rest = sheet[:MOST_SHEET].split("/*")
    return first + "".join(part.partition("*/")[2] for part in rest)


def _last_part(selector: str) -> str:
    """Of "main > .prose p" the "p": the element that the rule is about."""
    return re.split(r"[\s>+~]", selector.strip())[-1]


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
