"""A real browser for the walks: the machine's own Chromium, which may reach only this machine."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.machine import chromium, libatomic
from tests.plugin import could_not_run

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
