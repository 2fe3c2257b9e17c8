"""`forum serve` that dies where a test wants it to; the product itself knows nothing of this.

``python -m tests.faults.server <host:port>`` serves the board of the environment, once for every
line on its input: a fresh process of a process group of its own, forked before anything but the
modules was loaded, so that starting again takes no longer than it must. It tells the process's
number, and when it has ended. The functions that a posting passes through are wrapped. When the folder in `CRASH_ORDERS` holds a file
named after a step, the first posting to reach it takes the file away and kills, with SIGKILL, what
the file says: ``group`` (every process of the server) or ``worker`` (the one that serves it).
`CRASH_FLAW` plants a flaw that the test must catch.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask.globals import request
from sqlalchemy.orm import Session

from forum import cli
from forum.base import db as database
from forum.complaints import service as complaints
from forum.log import last_signed
from forum.log import service as log
from forum.log.last_signed import LastSigned

STEPS = (
    "received", "begun", "appended", "emitted", "sealing", "signed", "sealed", "committing",
    "committed", "raising", "replacing", "raised", "rendered", "half-sent", "sent",
)  # fmt: skip
_PR_SET_PDEATHSIG = 1
_posting = threading.local()


def reach(step: str) -> None:
    """A posting is at `step`: die here when that was ordered."""
    if not getattr(_posting, "now", False):
        return
    order = Path(os.environ["CRASH_ORDERS"]) / step
    taken = order.with_name(f"taken-{os.getpid()}")
    try:
        # Renaming is atomic: of several postings at this step only one dies.
        order.rename(taken)
    except FileNotFoundError:
        return
    if taken.read_text() == "group":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # The signal is on its way; nothing more may happen here.


def around(owner: Any, name: str, before: str = "", after: str = "") -> None:
    """Let `owner.name` reach a step before it and another after it."""
    inner = getattr(owner, name)

    def wrapped(*arguments: Any, **more: Any) -> Any:
        if before:
            reach(before)
        result = inner(*arguments, **more)
        if after:
            reach(after)
        return result

    setattr(owner, name, wrapped)


def answering(inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The application with steps around the request and its answer."""

    def wsgi_app(self: Flask, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        _posting.now = (method, path) == ("POST", "/complaints")
        if not _posting.now:
            return inner(self, environ, start)
        reach("received")
        answer = inner(self, environ, start)
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        reach("rendered")
        return _halves(body)

    return wsgi_app


def _halves(body: bytes) -> Iterator[bytes]:
    middle = len(body) // 2
    yield body[:middle]
    reach("half-sent")
    yield body[middle:]
    reach("sent")
    _posting.now = False


def instrument() -> None:
    """Put the steps where a posting passes."""
    around(database, "_begin", after="begun")
    around(log, "append", after="appended")
    around(complaints, "emit", after="emitted")
    around(log, "sign_checkpoint", after="signed")
    around(log, "_seal", "sealing", "sealed")
    around(Session, "commit", "committing", "committed")
    around(LastSigned, "raise_to", "raising", "raised")
    files = SimpleNamespace(**vars(os))
    around(files, "replace", "replacing")
    last_signed.os = files  # type: ignore[attr-defined]
    Flask.wsgi_app = answering(Flask.wsgi_app)  # type: ignore[method-assign, assignment]


def plant(flaw: str) -> None:
    """``receipt-before-commit``: the answer leaves, then COMMIT. ``last-signed-before-commit``: so
    does the mark outside the database. Nothing else: no flaw."""
    if flaw == "receipt-before-commit":
        Flask.full_dispatch_request = _answer_first(Flask.full_dispatch_request)  # type: ignore[method-assign]
    elif flaw == "last-signed-before-commit":
        around_sealing = log._seal

        def seal(change: Any, keys: Any) -> None:
            around_sealing(change, keys)
            for step in change.after_commit:
                step()

        log._seal = seal


def _answer_first(inner: Callable[[Flask], Any]) -> Callable[[Flask], Any]:
    """The whole receipt page leaves, and only then the transaction is committed."""

    def dispatch(app: Flask) -> Any:
        if not getattr(_posting, "now", False):
            return inner(app)
        with database.transaction() as opened:
            inner(app)
            while opened.before_commit:
                opened.before_commit.pop(0)()
            answer = inner(app)  # The same key again: the receipt, now that the tree is sealed.
            _send(request.environ["gunicorn.socket"], answer)
        return answer

    return dispatch


def _send(connection: Any, answer: Any) -> None:
    head = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)]
    connection.sendall("\r\n".join([*head, "Connection: close", "", ""]).encode() + answer.data)


def serve_again_and_again(bind: str) -> None:
    """One server for each line on the input, until the input ends."""
    _die_with_parent()
    for _line in sys.stdin:
        child = os.fork()
        if not child:
            _die_with_parent()
            os.setsid()
            cli.main(["serve", "--bind", bind, "--workers", "2"])
        print(child, flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)


def _die_with_parent() -> None:
    # Linux then kills this process also when the test's own process was killed.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    importlib.import_module("forum.serving")
    instrument()
    plant(os.environ.get("CRASH_FLAW", ""))
    serve_again_and_again(sys.argv[1])
