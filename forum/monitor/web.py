"""A visitor who looks at a board from several places, at a polite rate, and never hangs or crashes.

Nothing that a site sends raises: an answer that is too long, too slow, broken or sent elsewhere
is an `Answer` whose `problem` says so.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlsplit

BROWSER = ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
           "Chrome/130.0.0.0 Mobile Safari/537.36")  # fmt: skip
SPIDER = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
DESKTOP = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
           "Chrome/130.0.0.0 Safari/537.36")  # fmt: skip
VISITOR, SEARCH_ENGINE, ENGLISH = "visitor", "search engine", "english"
RETURNING, ENGLISH_ENGINE = "returning visitor", "english search engine"
VANTAGES: dict[str, dict[str, str]] = {
    VISITOR: {"User-Agent": BROWSER, "Accept-Language": "zh-CN,zh;q=0.9"},
    SEARCH_ENGINE: {"User-Agent": SPIDER, "Accept-Language": "zh-CN"},
    ENGLISH: {"User-Agent": BROWSER, "Accept-Language": "en-GB,en;q=0.9"},
    RETURNING: {"User-Agent": DESKTOP, "Accept-Language": "zh-CN,zh;q=0.9",
                "Cookie": "seen=1"},
    # One who is taken for any of them.
    ENGLISH_ENGINE: {"User-Agent": f"{GOOGLE} {SPIDER} bingbot/2.0 Sogou web spider 360Spider",
                     "Accept-Language": "en"},
}  # fmt: skip
SIGNED_IN = "signed in"
MOST_BYTES = 16 * 2**20
KEPT, MOST_KEPT = 200, 2**19
RATE = 20.0
SILENCE = 15.0
DEADLINE = 60.0
_PIECE = 2**16
_STAMPED = ("text/html", "application/atom+xml")
_BROKEN = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True)
class Answer:
    """What came back. status 0: nothing did. headers: names in lower case.

    problem: why the answer cannot be used, "" when it can (whatever its status).
    """

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is a whole answer with status 200."""
        return self.status == 200 and not self.problem

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 becomes replacement characters."""
        return self.body.decode("utf-8", "replace")

    @property
    def said(self) -> str:
        """In short, for a report."""
        return self.problem or f"HTTP {self.status}"


class Pace:
    """A token bucket: at most `rate` requests a second, and never more than a second's worth."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._tokens = rate
        self._at = time.monotonic()

    def wait(self) -> None:
        """Return when the next request may be sent."""
        now = time.monotonic()
        self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate) - 1
        self._at = now
        if self._tokens < 0:
            time.sleep(-self._tokens / self._rate)


class Site:
    """One board. claims: every tree that any answer named in `Log-Checkpoint`, with its address;
    unstamped: pages and feeds that named none; recent: the bodies of the last answers by address.

    cookie: a session that was signed in by hand, for one more place to look from.
    """

    def __init__(
        self, base: str, rate: float = RATE, deadline: float = DEADLINE, cookie: str | None = None
    ) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{base} is not the address of a site")
        self.base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self.claims: dict[str, str] = {}
        self.unstamped: dict[str, str] = {}
        self.requests = 0
        self.recent: dict[str, bytes] = {}
        self._parts = parts
        self._port = parts.port
        self._deadline = deadline
        self._pace = Pace(rate)
        self._headers = dict(VANTAGES)
        if cookie:
            self._headers[SIGNED_IN] = VANTAGES[VISITOR] | {"Cookie": cookie}
        self._open: dict[str, http.client.HTTPConnection] = {}

    @property
    def vantages(self) -> tuple[str, ...]:
        """Everybody as whom the site is looked at, the visitor first."""
        return tuple(self._headers)

    def get(self, path: str, vantage: str = VISITOR) -> Answer:
        """The answer to GET `path` (from "/"); redirects are not followed but told."""
        url = self.base + path
        fresh = vantage not in self._open
        answer = self._try(url, path, vantage)
        if answer.status == 0 and not fresh and not answer.problem.startswith("too "):
            # A kept connection may have been closed meanwhile, which says nothing of the site.
            answer = self._try(url, path, vantage)
        self._remember(answer)
        claim = answer.headers.get("log-checkpoint", "")
        if claim:
            self.claims.setdefault(claim, url)
        elif answer.ok and answer.headers.get("content-type", "").startswith(_STAMPED):
            self.unstamped.setdefault(url, vantage)
        return answer

    def _remember(self, answer: Answer) -> None:
        """The last few answers, for evidence."""
        self.recent[answer.url] = answer.body[:MOST_KEPT]
        while len(self.recent) > KEPT:
            del self.recent[next(iter(self.recent))]

    def _try(self, url: str, path: str, vantage: str) -> Answer:
        self._pace.wait()
        self.requests += 1
        connection = self._open.get(vantage) or self._connect(vantage)
        limit = _Limit(connection, self._deadline)
        try:
            answer = self._exchange(connection, url, path, vantage, limit)
            # Being cut can look like a regular end, of headers above all.
            return replace(answer, problem="too slow") if limit.passed else answer
        except _BROKEN as error:
            self._close(vantage)
            return Answer(url, problem="too slow" if limit.passed else f"no answer: {error!r}")
        finally:
            limit.end()

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        url: str,
        path: str,
        vantage: str,
        limit: _Limit,
    ) -> Answer:
        target = quote(self._parts.path.rstrip("/") + path, safe="/?&=%:+#;,.-_~")
        connection.request("GET", target, headers=self._headers[vantage])
        limit.hold()
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        body, problem = _read(response)
        if problem or response.will_close:
            self._close(vantage)
        if headers.get("content-encoding", "identity") != "identity":
            problem = problem or "an encoding that was not asked for"
        if 300 <= response.status < 400:
            problem = problem or f"HTTP {response.status} to {headers.get('location', 'nowhere')}"
        return Answer(url, response.status, headers, body, problem)

    def _connect(self, vantage: str) -> http.client.HTTPConnection:
        kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        host = self._parts.hostname or ""
        made = kind[self._parts.scheme](host, self._port, timeout=SILENCE)
        self._open[vantage] = made
        return made

    def _close(self, vantage: str) -> None:
        gone = self._open.pop(vantage, None)
        if gone is not None:
            gone.close()

    def close(self) -> None:
        """Close every connection."""
        for vantage in list(self._open):
            self._close(vantage)


def _read(response: http.client.HTTPResponse) -> tuple[bytes, str]:
    pieces, length = [], 0
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        length += len(piece)
        if length > MOST_BYTES:
            return b"".join(pieces), f"too long: more than {MOST_BYTES} bytes"
    if response.length:
        return b"".join(pieces), "the answer ends too early"
    # Read piece by piece, an answer of known length does not end by itself, and the connection
    # would refuse the next request.
    response.close()
    return b"".join(pieces), ""


class _Limit:
    """Ends a request that drips on for ever, from another thread. passed: whether it did."""

    def __init__(self, connection: http.client.HTTPConnection, seconds: float) -> None:
        self.passed = False
        self._connection = connection
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def hold(self) -> None:
        """Remember the socket: the connection lets go of it before an answer without a length
        is read."""
        self._sock = self._connection.sock

    def end(self) -> None:
        """The request is over."""
        self._timer.cancel()

    def _cut(self) -> None:
        # Said before it is done: what was cut is read as an end at once, by the other thread.
        self.passed = True
        sock = self._sock or self._connection.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
