"""A site that lies, drips, floods or breaks gets a finding: never a crash, never a hang."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from forum.monitor import web
from forum.monitor.findings import CODES, Finding
from forum.monitor.hooks import Addresses, Page, hidden_by, hiding_rules
from forum.monitor.web import Pace, Site
from tests.monitor.conftest import codes, monitor
from tests.monitor.front import answering, put_before

ODD = {"number": [], "state": "visible", "replies": [5, {"id": "x"}, None], "photos": "no",
       "openings": [{"entry": -1, "field": "text", "salt": "!"}, {"entry": 10**30, "field": "\ud800",
                    "salt": "AAAA"}, 7], "title": {"a": 1}, "body": 3, "entries": {"a": None}}  # fmt: skip
JSON = "/complaints/1.json"
BODIES = [
    (JSON, "[" * 100_000),
    (JSON, json.dumps(ODD)),
    (JSON, "null"),
    (JSON, '{"title": "\\ud800", "replies": [{"id": ' + "9" * 4000 + "}]}"),
    ("/complaints/1", "<div>" * 300_000),
    ("/complaints/1", "<!--" * 200_000),
    ("/complaints/1", "<a " * 200_000),
    ("/complaints/1", '<p data-field="title">' * 20_000),
    ("/complaints/1", '<article data-complaint="²" data-entry="x"><li data-reply="٣">'),
    ("/complaints", '<p data-number="99999999999999999999"></p><a rel="next" href="/complaints?a">'),
    ("/feed.atom", "<entry><id>http://[bad</id></entry>" * 1000),
    ("/sitemap.xml", "<loc>/sitemap.xml</loc>" * 1000),
    ("/robots.txt", "User-agent: *\n" * 5000 + "Disallow: /%zz\n" * 5000),
    ("/balance.json", '{"checkpoint": {"size": "all", "root": 1}}'),
    ("/balance.json", '{"checkpoint": 5}'),
    ("/static/css/base.css", "a{" * 200_000 + "/*" * 100_000),
    ("/tlog/checkpoint", "\x00" * 1000),
    ("/tlog/tile/0/000.p/39", "short"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body"), BODIES, ids=[f"{p} {b[:12]!r}" for p, b in BODIES])
def test_a_broken_answer_is_a_finding(board, tmp_path, path, body):
    put_before(board.app, lambda asked, agent: asked == path, answering("200 OK", body))
    begun = time.monotonic()
    found = monitor(board, tmp_path / "state")
    assert time.monotonic() - begun < 20
    assert codes(found) or path in ("/tlog/tile/0/000.p/39", "/static/css/base.css", "/robots.txt")


def test_a_redirect_to_another_host_is_not_followed(board, tmp_path):
    away = answering("302 Found", Location="http://127.0.0.1:9/elsewhere")
    put_before(board.app, lambda path, agent: path == "/complaints", away)
    seen = {f.seen for f in monitor(board, tmp_path / "state").findings}
    assert "HTTP 302 to http://127.0.0.1:9/elsewhere" in seen


@contextmanager
def raw(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does `answer` to every connection."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(4096)
                    answer(connection)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def _drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: 1\r\n")
        time.sleep(0.1)


def _flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def _cut_short(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def _encoded(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok")


def _nonsense(connection: socket.socket) -> None:
    connection.sendall(b"\x00\xff\r\n\r\n" * 100)


@pytest.mark.parametrize("answer", [_drip, _flood, _cut_short, _encoded, _nonsense])
def test_an_endless_or_broken_answer_is_told_in_time(monkeypatch, answer):
    monkeypatch.setattr(web, "MOST_BYTES", 2**20)
    with raw(answer) as url:
        site, begun = Site(url, 1000, deadline=1.0), time.monotonic()
        answered = site.get("/")
        site.close()
    assert answered.problem and not answered.ok and time.monotonic() - begun < 5


def test_the_rate_is_kept():
    pace, begun = Pace(20), time.monotonic()
    for _ in range(30):
        pace.wait()
    assert 0.4 < time.monotonic() - begun < 2


def test_what_a_site_says_does_not_steer_a_terminal():
    found = Finding("folded", seen="\x1b[2J\x1b]0;x\x07 <b>" + "长" * 999)
    assert "\x1b" not in found.seen and len(found.seen) == 300


def test_only_known_codes_are_found():
    with pytest.raises(KeyError):
        Finding("made-up")
    assert len(CODES) == 34 and all(zh and en for zh, en in CODES.values())


RULES = ".prose p, .prose {display:none} @media print {.prose {display: none}} a:hover{opacity:0}"


def test_a_rule_that_hides_is_told_from_one_that_does_not():
    page = Page('<main class="page"><div class="prose" data-field="body">x</div></main>')
    assert hidden_by(hiding_rules(RULES), page.chains["body"]) == ".prose {display:none}"
    for rules in ("@media print {.prose {display:none}} b{}", ".prose:empty{display:none}",
                  "p{font-size:0.9rem;line-height:1;opacity:1}", ".prose{min-height:0}"):  # fmt: skip
        assert hidden_by(hiding_rules(rules), page.chains["body"]) is None, rules


def test_addresses_are_read_from_broken_xml():
    xml = "<feed><id>feed</id><entry><id>/a</id><entry><id>/b"
    assert Addresses(xml).found == ["/a", "/b"]
