"""A real browser for the walks: the machine's own Chromium, which may reach only this machine."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from forum.app import create_app, worker_of
from forum.base.db import db
from forum.setup import open_board
from tests.browser.receipts import board, reader  # noqa: F401 — fixtures
from tests.machine import chromium, libatomic
from tests.plugin import could_not_run
from tests.scenes import Scene, a_board_in_use

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once per pytest process."""
    path = chromium()
    if path is None:
        could_not_run("the browser", "Chromium is not installed (Debian: chromium)")
    if not libatomic():
        could_not_run("the browser", "its driver lacks a library (Debian: libatomic1)")
    # Chromium's sandbox refuses to work for root.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*QUIET, *sandbox])
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[int], Page]]:
    """`open_page(390)`: a page of that width in CSS pixels, of a reader in Shanghai, logged out."""
    contexts = []

    def open_page(width: int, **options: object) -> Page:
        context = browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 844 if width < 600 else 900},
            **options,
        )
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_about: Any) -> None:
        """Nothing: the test's output is for findings."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Scene]]:
    """The address of a board in use that really listens, its worker beside it, and its people."""
    server: Any = None

    def late(environ: Any, start_response: Any) -> Any:
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, late, threaded=True, request_handler=_Quiet)
    base = f"http://127.0.0.1:{server.port}"
    instance = str(tmp_path_factory.mktemp("live") / "instance")
    app = create_app({"FORUM_INSTANCE": instance, "FORUM_BASE_URL": base})
    open_board(app)
    with app.app_context():
        scene = a_board_in_use(app)
    worker = worker_of(app)
    threads = [
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}),
        Thread(target=worker.run),
    ]
    for thread in threads:
        thread.start()
    yield base, scene
    worker.stop()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    shutil.rmtree(instance, ignore_errors=True)


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of the pages are left to be looked at."""
    folder = Path(__file__).parent.parent.parent / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
