"""What people write is shown as they wrote it, and runs nowhere."""

import re

import bleach
import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.base import text

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>点我</a>",
    '<a href="java\u200bscript:alert(1)">x</a>',
    "<math><mtext><mglyph><style><img src=x onerror=alert(1)>",
    "<form><button formaction=javascript:alert(1)>x",
    '"><iframe srcdoc="<script>alert(1)</script>">',
    "http://x.test/\"onmouseover='alert(1)'",
    "https://x.test/<script>alert(1)</script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<style>@import 'http://x.test'</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "javascript:alert(1) data:text/html,<script>alert(1)</script>",
]


def _runs(url: str) -> bool:
    """Whether a browser would run it: it drops tab and line feed, and leading controls.

    A zero-width space it keeps, so that ``java\u200bscript:`` is only an odd relative address.
    """
    plain = re.sub(r"[\t\n\r]", "", url).lstrip("".join(map(chr, range(33)))).lower()
    return plain.startswith(("javascript:", "data:", "vbscript:"))


def _tags(html: str) -> set[str]:
    found: set[str] = set()
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list) -> None:
            found.add(tag)
            found.update(f"{tag}@{name}" for name, _value in attrs)
            assert not any(_runs(value or "") for name, value in attrs if name == "href")

    Reader().feed(html)
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_but_paragraphs_breaks_and_links_comes_out(payload: str) -> None:
    assert _tags(text.to_html(payload)) <= {"p", "br", "a", "a@href", "a@rel"}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_each_guard_alone_stops_it_too(payload: str) -> None:
    allowed = {"p", "br", "a", "a@href", "a@rel"}
    with_bleach = bleach.clean(payload, tags=text.TAGS, attributes={"a": ["href", "rel"]},
                               protocols={"http", "https"})  # fmt: skip
    with_nh3 = nh3.clean(payload, tags=text.TAGS, attributes={"a": {"href"}},
                         url_schemes={"http", "https"}, link_rel=text.LINK_REL)  # fmt: skip
    assert _tags(with_bleach) <= allowed and _tags(with_nh3) <= allowed


def test_the_planted_flaw_is_caught() -> None:
    """Without escaping and without guards the same reader must see the attack."""
    with pytest.raises(AssertionError):
        assert _tags("<p><img src=x onerror=alert(1)></p>") <= {"p", "br", "a"}


def test_only_ascii_links_become_links() -> None:
    html = text.to_html("见https://example.com/a?b=1，后面的话")
    assert '<a href="https://example.com/a?b=1"' in html and "，后面的话" in html
    assert html.count("<a ") == 1
    assert "**重要**" in text.to_html("**重要**！")


def test_paragraphs_and_breaks_are_kept() -> None:
    assert text.to_html("一\n二\n\n三") == "<p>一<br>二</p><p>三</p>"


def test_normalising_does_the_three_steps_and_nothing_else() -> None:
    assert text.normalise("e\u0301\r\n  行首 \n\u3000\n ") == "é\n  行首"
    assert text.normalise_line("  标\n题  ") == "标 题"


@given(st.text(max_size=300))
def test_no_text_makes_other_tags(value: str) -> None:
    assert _tags(text.to_html(text.normalise(value))) <= {"p", "br", "a", "a@href", "a@rel"}
