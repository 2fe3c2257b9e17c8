"""Requests to several witnesses at once, bounded in time and size: the slowest delays nobody.

Nothing here asks the database, so that no transaction stays open while a stranger thinks.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

MAX_REPLY = 2**16


@dataclass(frozen=True)
class Request:
    """One request; with a body it is a POST."""

    url: str
    body: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """What came back. Status 0: nothing did, and `failure` says why."""

    status: int
    body: bytes = b""
    failure: str = ""


def ask_all(requests: Mapping[str, Request], within: float) -> dict[str, Reply]:
    """The reply to each request, after `within` seconds at most."""
    calls = {name: _Call(request, within) for name, request in requests.items()}
    for call in calls.values():
        call.start()
    deadline = time.monotonic() + within
    for call in calls.values():
        call.join(max(0.0, deadline - time.monotonic()))
    return {name: call.outcome() for name, call in calls.items()}


class _Call(threading.Thread):
    """One request under way; redirects are not followed, proxies of the environment not used."""

    def __init__(self, request: Request, within: float) -> None:
        super().__init__(daemon=True)
        parts = urlsplit(request.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=within)
        self._sock: socket.socket | None = None
        self._path = parts.path or "/"
        self._body = request.body
        self._reply = Reply(0, failure=f"no answer within {within:g} seconds")

    def run(self) -> None:
        try:
            self._reply = self._ask()
        except (OSError, HTTPException, ValueError) as error:
            self._reply = Reply(0, failure=str(error) or type(error).__name__)
        finally:
            self._connection.close()

    def outcome(self) -> Reply:
        """The reply so far; a call that is still under way is cut off."""
        reply, sock = self._reply, self._sock or self._connection.sock
        if self.is_alive() and sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        return reply

    def _ask(self) -> Reply:
        method = "GET" if self._body is None else "POST"
        self._connection.request(method, self._path, self._body, {"User-Agent": "zhiyan"})
        # The connection lets go of it before an answer without a length is read.
        self._sock = self._connection.sock
        response = self._connection.getresponse()
        body = response.read(MAX_REPLY + 1)
        if len(body) > MAX_REPLY:
            raise ValueError("the answer does not end")
        if response.length:
            raise ValueError("the answer ends early")
        return Reply(response.status, body)
