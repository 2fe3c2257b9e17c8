"""The servers that are measured, as processes of their own, and what they hold in memory."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.board import MEMBER, PASSWORD, Board, command

PATIENCE = 30  # seconds until a server must have answered, or ended


@dataclass(frozen=True)
class Server:
    """A running server: its process and where it listens."""

    process: subprocess.Popen[bytes]
    address: tuple[str, int]

    def web_workers(self) -> list[int]:
        """The process ids of its children."""
        pid = self.process.pid
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]

    def processor_seconds(self) -> float:
        """What its children have had of a processor so far."""
        return sum(_processor_seconds(pid) for pid in self.web_workers())


@contextmanager
def ours(board: Board, *, with_worker: bool = True) -> Iterator[Server]:
    """`forum serve`, and its worker as a process beside it: what is left as children is web alone."""
    address = _free_address()
    words = ("serve", "--bind", f"{address[0]}:{address[1]}", "--no-worker")
    with ExitStack() as stack:
        process = stack.enter_context(_running(command(board.environ, *words), board.environ))
        if with_worker:
            stack.enter_context(_running(command(board.environ, "worker"), board.environ))
        wait_for(address, process)
        yield Server(process, address)


@contextmanager
def bare(folder: Path, environ: dict[str, str]) -> Iterator[Server]:
    """The bare page under the same gunicorn settings."""
    address = _free_address()
    words = [sys.executable, "-m", "bench.bare", str(folder), f"{address[0]}:{address[1]}"]
    with _running(words, environ) as process:
        wait_for(address, process)
        yield Server(process, address)


def start_seconds(board: Board) -> float:
    """From starting `forum serve`, as everybody does, until the home page is there."""
    address = _free_address()
    words = command(board.environ, "serve", "--bind", f"{address[0]}:{address[1]}")
    begun = time.perf_counter()
    with _running(words, board.environ) as process:
        wait_for(address, process)
        return time.perf_counter() - begun


def wait_for(address: tuple[str, int], process: subprocess.Popen[bytes]) -> None:
    """Until GET / answers 200; RuntimeError when it does not come to that."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and process.poll() is None:
        connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return
        except ConnectionRefusedError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise RuntimeError(f"the server at {address} did not answer")


def signed_in(server: Server) -> str:
    """The cookie of a member who signed in at `server` and has seen a first page."""
    form = urlencode({"address": MEMBER, "password": PASSWORD})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    cookie = _cookie(server, "POST", "/login", form, kind)
    # The first page with a form puts the token of forms into the session.
    return _cookie(server, "GET", "/complaints/new", None, {"Cookie": cookie})


def _cookie(
    server: Server, method: str, path: str, body: str | None, headers: dict[str, str]
) -> str:
    connection = http.client.HTTPConnection(*server.address, timeout=PATIENCE)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    cookie = answer.getheader("Set-Cookie") or headers.get("Cookie")
    connection.close()
    if answer.status not in (200, 303) or cookie is None:
        raise RuntimeError(f"{method} {path} answered {answer.status}")
    return cookie.partition(";")[0]


def own_megabytes(pids: Sequence[int]) -> float:
    """The largest memory that one of the processes shares with no other (USS)."""
    return max(_private_kilobytes(pid) for pid in pids) / 1024


def _private_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime, stime


@contextmanager
def _running(words: Sequence[str], environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_address() -> tuple[str, int]:
    """An address nobody uses, below the ports that the system gives to the asking side."""
    for _try in range(100):
        address = ("127.0.0.1", random.randrange(20_000, 30_000))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(address)
            return address
    raise RuntimeError("no free port")
