"""Text from people: plain text in, safe HTML out.

Posts are plain text. `normalise` makes the one form that is committed to the log; `to_html`
makes paragraphs, line breaks and clickable ASCII links, once, when the text is written.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

import bleach
import nh3

_LINK = re.compile(r"https?://[!-~]+")
_TRAILING = ".,;:!?)]}'\""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]")
_TRAILING_SPACE = re.compile("[ \t\n\u00a0\u3000]+\\Z")
TAGS = {"p", "br", "a"}
LINK_REL = "nofollow ugc noopener noreferrer"


def normalise(text: str) -> str:
    """CRLF to LF, NFC, space at the end cut: the form that is committed to the log.

    A browser that signs an edit does the same three steps, so nothing else may be changed here.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _TRAILING_SPACE.sub("", text)


def normalise_line(text: str) -> str:
    """As `normalise`, with line feeds made spaces: titles and names have none."""
    return normalise(normalise(text).replace("\n", " ")).lstrip()


def is_readable(text: str) -> bool:
    """Whether it is text throughout: no control characters, nothing that was not UTF-8."""
    return _CONTROL.search(text) is None


def to_html(text: str) -> str:
    """Normalised plain text as HTML of paragraphs, line breaks and links, and nothing else."""
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    html = "".join(f"<p>{_lines(part)}</p>" for part in paragraphs)
    # Without these characters no markup but our own <p> and <br> can have come in.
    return sanitize(html) if re.search(r"[<>&\"']|://", text) else html


def sanitize(html: str) -> str:
    """The last guard: bleach, then the maintained nh3, both with our three tags.

    bleach 6.4.0 is its last release for ever; nh3 stands behind it in the same function.
    """
    cleaned = bleach.clean(
        html, tags=TAGS, attributes={"a": ["href", "rel"]}, protocols={"http", "https"}
    )
    return nh3.clean(
        cleaned,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel=LINK_REL,
    )


def excerpt(text: str, length: int) -> str:
    """The beginning of `text` on one line, at most `length` characters, with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _lines(paragraph: str) -> str:
    return "<br>".join(_linked(line) for line in paragraph.split("\n"))


def _linked(line: str) -> str:
    parts, last = [], 0
    for match in _LINK.finditer(line):
        url = match.group().rstrip(_TRAILING)
        parts.append(escape(line[last : match.start()]))
        parts.append(f'<a href="{escape(url)}" rel="{LINK_REL}">{escape(url)}</a>')
        last = match.start() + len(url)
    return "".join(parts) + escape(line[last:])
