"""A site that lies, drips, floods or breaks gets a finding: never a crash, never a hang."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings

from forum.monitor import cli, web
from forum.monitor.findings import CODES, Finding
from forum.monitor.follow import CouldNotCheck
from forum.monitor.hooks import Page, hidden_by, hiding_rules
from forum.monitor.web import Pace, Site
from forum.monitor.xml import Addresses
from forum.tlog.note import Signer
from tests.monitor.conftest import UNHURRIED, codes, monitor
from tests.monitor.front import Change, answering, put_before
from tests.spoiling import spoilt

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


OK = b"HTTP/1.1 200 OK\r\n"


def _drip_body(connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 9000\r\n\r\n")
    for _ in range(9000):
        connection.sendall(b"x")
        time.sleep(0.1)


def _drip_until_closed(connection: socket.socket) -> None:
    connection.sendall(OK + b"\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def _bomb(connection: socket.socket) -> None:
    """A megabyte that would unpack to a gigabyte, had anybody asked for gzip."""
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(packed.compress(bytes(2**20)) for _ in range(8)) + packed.flush()
    connection.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body))
    connection.sendall(body)


def _endless_chunks(connection: socket.socket) -> None:
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\nx\r\n" * 1000)


def _chunk_of_nonsense(connection: socket.socket) -> None:
    connection.sendall(
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nx\r\nffffffffffffffffffff\r\nx"
    )


def _always_continue(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def _many_headers(connection: socket.socket) -> None:
    connection.sendall(OK + b"X-A: 1\r\n" * 500 + b"\r\n")


def _long_header(connection: socket.socket) -> None:
    connection.sendall(OK + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n")


def _odd_length(connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: -1\r\nContent-Length: 1e9\r\n\r\nx")
    time.sleep(10)


def _hang_up(_connection: socket.socket) -> None:
    """Not a word."""


BROKEN = [_drip, _flood, _cut_short, _encoded, _nonsense, _drip_body, _drip_until_closed, _bomb, _endless_chunks,
          _chunk_of_nonsense, _always_continue, _many_headers, _long_header, _odd_length, _hang_up]  # fmt: skip


@pytest.mark.parametrize("answer", BROKEN)
def test_the_command_ends_without_a_verdict_and_without_a_traceback(
    monkeypatch, capsys, tmp_path, answer
):
    monkeypatch.setattr(web, "MOST_BYTES", 2**20)
    monkeypatch.setattr(cli, "Site", partial(Site, deadline=1.0))
    with raw(answer) as url:
        begun = time.monotonic()
        status = cli.main([url, "--vkey", Signer("board.test/tlog", bytes(32)).vkey,
                           "--state", str(tmp_path)])  # fmt: skip
    said = capsys.readouterr()
    assert status in (1, 2) and time.monotonic() - begun < 20
    assert "Traceback" not in said.err + said.out
    assert status == 1 or said.err.startswith("forum-monitor: could not check: ")


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    spoilt(
        OK
        + b"Content-Type: text/html\r\nLog-Checkpoint: 7 AAAA\r\nContent-Length: 9\r\n\r\n<p>\xc3\xa9</p>"
    )
)
def test_no_bytes_on_the_wire_break_a_visitor(sent):
    def answer(connection: socket.socket) -> None:
        connection.sendall(sent)

    with raw(answer) as url:
        site = Site(url, UNHURRIED, deadline=2.0)
        answered = site.get("/")
        site.close()
    assert answered.problem or 100 <= answered.status <= 999
    assert isinstance(answered.text, str)


JUNK = ("", "\x00", "é".encode().decode("latin-1"), "9" * 400, "7 " + "A" * 44, "0 x", "-1 AAAA",
        "text/html; charset=utf-16", "no such thing")  # fmt: skip
NAMES = ("Log-Checkpoint", "Content-Type", "X-Robots-Tag", "ETag", "Location", "Cache-Control")


def lying_at_random(seed: int) -> Change:
    """One answer in three is spoilt: its body, a header, its status, or all of them."""
    chance = random.Random(seed)

    def change(
        status: str, _agent: str, headers: dict[str, str], body: bytes
    ) -> tuple[str, dict[str, str], bytes]:
        if chance.random() < 0.2:
            cut, again = sorted(chance.randrange(len(body) + 1) for _ in "12")
            piece = chance.choice([b"", b"\xff\xfe", b"<div>" * 2000, b"[" * 3000, body[cut:again],
                                   b"9" * 5000, b"\x00", b"</article>", b'"', b"null"])  # fmt: skip
            body = body[:cut] + piece + body[again:]
        if chance.random() < 0.1:
            headers = headers | {chance.choice(NAMES): chance.choice(JUNK)}
        if chance.random() < 0.03:
            status = chance.choice(["500 Oops", "204 No Content", "302 Found", "999 Odd", "404 No"])
        return status, headers, body

    return change


@pytest.mark.parametrize("seed", range(5))
def test_a_site_that_lies_at_random_is_found_out(board, tmp_path, seed):
    put_before(board.app, lambda path, agent: path != "/tlog/checkpoint", lying_at_random(seed))
    begun = time.monotonic()
    try:
        assert codes(monitor(board, tmp_path / "state"))
    except CouldNotCheck as error:
        assert str(error)
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("where", ["/", "/complaints", "/feed.atom", "/complaints/1.json"])
def test_a_redirect_that_leads_back_to_itself_is_told_once(board, tmp_path, where):
    put_before(board.app, lambda path, agent: path == where, answering("302 Found", Location=where))
    found = monitor(board, tmp_path / "state").findings
    assert any(f.seen.startswith("HTTP 302") or f.code in ("unreachable", "not-in-feed")
               for f in found), found  # fmt: skip


@pytest.mark.parametrize("answer", BROKEN)
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


def test_over_a_kept_connection_everything_is_asked_for_once():
    asked = []

    def keep(connection: socket.socket) -> None:
        request = b"the one that was read"
        while request:
            asked.append(request)
            connection.sendall(OK + b"Content-Length: 4\r\n\r\nhere")
            request = connection.recv(4096)

    with raw(keep) as url:
        site = Site(url, rate=UNHURRIED)
        assert [site.get("/").body for _ in range(5)] == [b"here"] * 5
        site.close()
    assert (site.requests, len(asked)) == (5, 5)


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
