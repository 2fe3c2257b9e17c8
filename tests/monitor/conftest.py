"""A board that really listens on a port, and a monitor that knows nothing but its address."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.ctx import AppContext
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from forum.app import create_app
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.resources import resource
from forum.monitor.findings import Evidence
from forum.monitor.follow import Follower
from forum.monitor.round import Options, Report, Round
from forum.monitor.state import State
from forum.monitor.web import Site
from forum.tlog.note import CosignatureVerifier, Verifier
from forum.transparency import figures
from tests.scenes import a_board_in_use

UNHURRIED = 10_000.0


class Quiet(WSGIRequestHandler):
    """Keeps connections, and says nothing of each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_said: object) -> None:
        """The monitor asks a lot."""


@dataclass
class Board:
    """A served board in use. instance: its folder; url, vkey: all that an outsider knows."""

    app: Flask
    instance: Path
    url: str
    vkey: str

    def sql(self, *statements: str) -> None:
        """Change rows behind the application's back, as who owns the database can."""
        db.session.rollback()
        base = sqlite3.connect(self.instance / "zhiyan.db", timeout=10)
        names = [name for (name,) in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'")]  # fmt: skip
        for statement in [*(f"DROP TRIGGER {name}" for name in names), *statements]:
            base.execute(statement)
        base.commit()
        base.close()
        self.forget()

    def forget(self) -> None:
        """What the process kept of its pages, as after a restart."""
        for kept in ("zhiyan-pages", "zhiyan-fragments"):
            cache = self.app.extensions[kept]
            cache._pages.clear()
            cache._bytes = 0
        # Copies of one board have the same roots, which in life never return.
        figures.forget()


def monitor(
    board: Board, folder: Path, at: datetime | None = None, keys: Sequence[str] = (), **more: object
) -> Report:
    """One round of the monitor against the board, without waiting; keys: of witnesses."""
    site, state = Site(board.url, UNHURRIED), State(folder)
    verifier, evidence = Verifier(board.vkey), Evidence(folder / "evidence")
    now = (lambda: at) if at else clock.now
    known = [CosignatureVerifier(key) for key in keys]
    options = Options(patience=0, now=now, witnesses=[w.name for w in known], **more)
    try:
        follower = Follower(site, state, verifier, known, evidence)
        return Round(site, state, follower, verifier, evidence, options).run()
    finally:
        site.close()
        state.close()


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


@pytest.fixture(scope="session")
def used_instance(opened_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with a small board in use; copied, never used itself."""
    from tests.conftest import settings

    folder = Path(shutil.copytree(opened_sqlite, tmp_path_factory.mktemp("used") / "instance"))
    app = create_app(settings(folder))
    with app.app_context():
        a_board_in_use(app)
        db.session.remove()
        db.engine.dispose()
    return folder


def _end(server: BaseWSGIServer, thread: threading.Thread, context: AppContext) -> None:
    server.shutdown()
    thread.join()
    server.server_close()
    db.session.remove()
    db.engine.dispose()
    context.pop()


@pytest.fixture
def serve() -> Iterator[Callable[..., Board]]:
    """`serve(instance, **settings)`: that board on a free port, its context pushed."""
    ends: list[Callable[[], object]] = []

    def serve(instance: Path, **more: str) -> Board:
        from tests.conftest import settings

        app = create_app(settings(instance, **more))
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        context = app.app_context()
        context.push()
        ends.append(lambda: _end(server, thread, context))
        url = f"http://127.0.0.1:{server.server_port}"
        board = Board(app, instance, url, resource("log").signer.vkey)
        board.forget()
        return board

    yield serve
    for end in reversed(ends):
        end()


@pytest.fixture
def board(serve: Callable[[Path], Board], used_instance: Path, tmp_path: Path) -> Board:
    """A served board in use that a test may do anything to."""
    return serve(Path(shutil.copytree(used_instance, tmp_path / "instance", symlinks=True)))


def work(board: Board) -> None:
    """Let the worker's queue run empty: index, mail."""
    while outbox.drain():
        pass
    db.session.rollback()
