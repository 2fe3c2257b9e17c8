"""`forum serve`: gunicorn in threads, and beside it the worker, restarted when it dies.

The application is loaded once and forked, so the processes share its memory. No open database
connection crosses a fork.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from forum.app import worker_of
from forum.base.db import db
from forum.base.jobs import run_until_signalled
from forum.startup import NotReady, check

SHARED_MEMORY = "/dev/shm"  # noqa: S108 — where gunicorn's heartbeat files cost no disk
STOP_WITHIN = 20  # seconds for requests and jobs under way
RESTART_AFTER = 5  # seconds, so that a worker that cannot start does not spin
CHILD_SIGNALS = ("HUP", "QUIT", "USR1", "USR2", "WINCH", "TTIN", "TTOU", "CHLD")


def serve(
    app: Flask, *, bind: str, workers: int, with_worker: bool, say: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; NotReady when the board or the address is not fit for it."""
    for warning in check(app, bind):
        say(f"Warning: {warning}")
    _require_free(bind)
    os.umask(0o077)

    def ready(_server: Arbiter) -> None:
        say(f"{app.config['FORUM_BOARD_NAME']} is served at {_address(bind)}")

    options = gunicorn_options(bind, workers) | {
        "when_ready": ready,
        "post_fork": lambda _server, _worker: _leave_connections(app),
    }
    work = (lambda: run_until_signalled(worker_of(app))) if with_worker else None
    # What is loaded stays for good: not looking through it again and again speeds every page up,
    # and leaves the memory that the forked processes share untouched.
    gc.collect()
    gc.freeze()
    _Server(app, options, work).run()


def gunicorn_options(bind: str, workers: int) -> dict[str, Any]:
    """gunicorn's settings; trusting proxies is left to the setting FORUM_PROXIES alone."""
    options: dict[str, Any] = {
        "bind": bind,
        "workers": workers,
        "worker_class": "gthread",
        "threads": 2,
        "preload_app": True,
        "timeout": 60,
        "graceful_timeout": STOP_WITHIN,
        "keepalive": 5,
        "loglevel": "warning",
        "proc_name": "zhiyan",
        "forwarded_allow_ips": "",
        "limit_request_line": 8190,
        "control_socket_disable": True,
    }
    if os.access(SHARED_MEMORY, os.W_OK):
        options["worker_tmp_dir"] = SHARED_MEMORY
    return options


class _Server(BaseApplication):
    """gunicorn with our options instead of its command line and configuration files."""

    def __init__(
        self, app: Flask, options: dict[str, Any], work: Callable[[], None] | None
    ) -> None:
        self._app, self._options, self._work = app, options, work
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app

    def run(self) -> None:
        _Supervisor(self, self._work).run()


class _Supervisor(Arbiter):
    """gunicorn's parent process, which also keeps one child of ours at work."""

    def __init__(self, server: _Server, work: Callable[[], None] | None) -> None:
        super().__init__(server)
        self._server, self._work = server, work
        self._child, self._started = 0, float("-inf")

    def manage_workers(self) -> None:
        """Called about once a second: start what is missing."""
        super().manage_workers()
        rested = time.monotonic() - self._started >= RESTART_AFTER
        if self._work is not None and rested and not self._is_alive():
            self._start_child(self._work)

    def stop(self, graceful: bool = True) -> None:
        """End the child together with the others, and do not start it again."""
        self._work = None
        self._signal_child(signal.SIGTERM)
        super().stop(graceful)
        limit = time.monotonic() + STOP_WITHIN
        while self._is_alive() and time.monotonic() < limit:
            time.sleep(0.05)
        self._signal_child(signal.SIGKILL)

    def _is_alive(self) -> bool:
        if self._child:
            try:
                gone, _status = os.waitpid(self._child, os.WNOHANG)
            except ChildProcessError:  # gunicorn reaped it, as it does with any child
                gone = self._child
            if gone:
                self._child = 0
        return bool(self._child)

    def _signal_child(self, number: int) -> None:
        if self._is_alive():
            os.kill(self._child, number)

    def _start_child(self, work: Callable[[], None]) -> None:
        self._started, parent = time.monotonic(), os.getpid()
        self._child = os.fork()
        if self._child:
            return
        status = 1
        try:
            self._become_child(parent)
            work()
            status = 0
        except Exception:
            self.log.exception("the worker stopped")
        finally:
            # The parent's own endings (closing sockets, removing files) are not the child's.
            os._exit(status)

    def _become_child(self, parent: int) -> None:
        for name in CHILD_SIGNALS:
            signal.signal(getattr(signal, f"SIG{name}"), signal.SIG_DFL)
        for listener in self.LISTENERS:
            listener.close()
        _leave_connections(self._server.load())
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """Stop this process in order when its parent is gone, however that ended."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _leave_connections(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose(close=False)


def _require_free(bind: str) -> None:
    """gunicorn would try for five seconds; say at once what is wrong with the address."""
    host, _, port = bind.rpartition(":")
    if bind.startswith("unix:"):
        return
    if not port.isdecimal() or int(port) > 65535:
        raise NotReady(f"{bind} is not an address: HOST:PORT, as in 127.0.0.1:8000")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "another program uses it" if taken else error.strerror
            raise NotReady(f"cannot serve at {bind}: {why}") from None


def _address(bind: str) -> str:
    return bind if bind.startswith("unix:") else f"http://{bind}"
