"""A small loader: keep-alive connections over plain sockets, one thread, nothing but waiting.

It shares the machine with the servers it measures, so it does as little as it can: prepared
bytes out, and of the answer only its head is read.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

CONNECTIONS = 8
# A kept connection stays with the worker that took it: opened anew now and then, so that one
# worker does not have them all while the other rests.
ANSWERS = 25
_STATUS = re.compile(rb"HTTP/1\.1 (\d+)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Unexpected(Exception):
    """A server answered something else than it was asked for."""


def request(address: tuple[str, int], path: str, cookie: str = "") -> bytes:
    """The bytes of a GET as a browser without a cache sends them."""
    host, port = address
    line = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept-Language: zh-CN\r\n"
    return (line + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode()


@dataclass
class _Connection:
    socket: socket.socket
    begun: float = 0.0
    answer: bytearray = field(default_factory=bytearray)
    length: int = -1
    answers: int = 0


def per_second(address: tuple[str, int], requests: Sequence[bytes], seconds: float) -> float:
    """Complete answers per second to `requests`, in turn, over eight connections."""
    rest = cycle(requests)
    with selectors.DefaultSelector() as selector:
        for _k in range(CONNECTIONS):
            _send(_open(selector, address), next(rest))
        begun, done = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            for connection in _readable(selector):
                if _finished(connection):
                    done += 1
                    _send(_kept(selector, address, connection), next(rest))
        took = time.perf_counter() - begun
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return done / took


def _kept(
    selector: selectors.BaseSelector, address: tuple[str, int], connection: _Connection
) -> _Connection:
    """The same connection, or a new one when it was used long enough."""
    connection.answers += 1
    if connection.answers < ANSWERS:
        return connection
    selector.unregister(connection.socket)
    connection.socket.close()
    return _open(selector, address)


def _open(selector: selectors.BaseSelector, address: tuple[str, int]) -> _Connection:
    connection = _Connection(socket.create_connection(address, 10))
    selector.register(connection.socket, selectors.EVENT_READ, connection)
    return connection


def times(address: tuple[str, int], requests: Sequence[bytes]) -> list[float]:
    """Seconds from request to the last byte of the answer, each, over one connection."""
    found = []
    with socket.create_connection(address, 30) as connected:
        connection = _Connection(connected)
        for one in requests:
            begun = time.perf_counter()
            _send(connection, one)
            while not _finished(connection):
                pass
            found.append(time.perf_counter() - begun)
    return found


def _readable(selector: selectors.BaseSelector) -> Iterator[_Connection]:
    for key, _events in selector.select(timeout=1):
        yield key.data


def _send(connection: _Connection, data: bytes) -> None:
    connection.answer.clear()
    connection.length = -1
    connection.socket.sendall(data)


def _finished(connection: _Connection) -> bool:
    """Read what is there; whether the answer is complete."""
    piece = connection.socket.recv(262_144)
    if not piece:
        raise Unexpected("the server closed the connection")
    connection.answer += piece
    if connection.length < 0:
        end = connection.answer.find(b"\r\n\r\n")
        if end < 0:
            return False
        connection.length = end + 4 + _body_length(bytes(connection.answer[:end]))
    return len(connection.answer) >= connection.length


def _body_length(head: bytes) -> int:
    status, length = _STATUS.match(head), _LENGTH.search(head)
    if status is None or status.group(1) != b"200" or length is None:
        raise Unexpected(head.decode("latin-1"))
    return int(length.group(1))


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
