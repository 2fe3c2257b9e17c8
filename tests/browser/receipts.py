"""A board whose receipts are checked at /verify, and a reader who holds one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

from forum.app import create_app
from forum.base.db import db
from forum.complaints.receipts import receipt_of
from forum.log import keys, witnesses
from forum.setup import open_board
from forum.tlog.errors import TlogError
from forum.tlog.note import CosignatureVerifier, Signer, Verifier
from forum.tlog.receipt import check_receipt, parse_receipt
from tests.browser.visit import Visit
from tests.factories import a_complaint
from tests.witness.running import a_witness, running

STEPS = ("leaf", "commitments", "inclusion", "signature", "quorum")
ALL_GOOD = {name: "good" for name in STEPS}
TITLE, WISH = "花园里停了 90 辆车", "恢复花园。😀"


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_about: Any) -> None:
        """Nothing: the test's output is for findings."""


@dataclass(frozen=True)
class Board:
    """A board that listens, whose checkpoints two witnesses cosign, and one receipt of it.

    `lone` is the receipt of a complaint that no witness has seen yet; `signer` the log's own.
    """

    app: Flask
    base: str
    receipt: dict[str, Any]
    lone: str
    signer: Signer
    witness_keys: tuple[CosignatureVerifier, ...]

    @property
    def text(self) -> str:
        """The good receipt as it is downloaded."""
        return json.dumps(self.receipt, ensure_ascii=False, separators=(",", ":")) + "\n"

    def says(self, data: str | bytes) -> dict[str, bool] | str:
        """What forum.tlog says: each step, or that this is no receipt at all."""
        try:
            receipt = parse_receipt(data)
        except TlogError:
            return "unreadable"
        steps = check_receipt(receipt, Verifier(self.signer.vkey), self.witness_keys, 2)
        return {step.name: step.ok for step in steps}


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """One board for all tests here, none of which writes to it."""
    folder = tmp_path_factory.mktemp("verify")
    server = make_server("127.0.0.1", 0, lambda *call: app(*call), threaded=True,
                         request_handler=_Quiet)  # fmt: skip
    environ = {"FORUM_INSTANCE": str(folder / "instance"), "FORUM_ALLOW_HTTP": "1",
               "FORUM_BASE_URL": f"http://127.0.0.1:{server.port}"}  # fmt: skip
    first = create_app(environ)
    open_board(first)
    with ExitStack() as away:
        named = _witnesses(folder, away)
        (folder / "policy").write_text(_policy(named), encoding="utf-8")
        app = create_app(environ | {"FORUM_WITNESSES": str(folder / "policy")})
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        with app.app_context():
            yield _filled(app, environ["FORUM_BASE_URL"], folder, named)
        server.shutdown()
        thread.join()
    server.server_close()
    for one in (first, app):
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


def _witnesses(folder: Path, away: ExitStack) -> list[Any]:
    vkey = keys.read_signer(folder / "instance" / "log.key").vkey
    made = [a_witness(folder / f"w{n}", vkey, name=f"w{n}.example") for n in (1, 2)]
    return [away.enter_context(running(witness)) for witness in made]


def _policy(named: list[Any]) -> str:
    lines = [f"witness w{n} {one.vkey} {one.url}" for n, one in enumerate(named)]
    return "\n".join([*lines, "group both all w0 w1", "quorum both", ""])


def _filled(app: Flask, base: str, folder: Path, named: list[Any]) -> Board:
    complaint = a_complaint(title=TITLE, remedy=WISH)
    witnesses.gather()
    receipt = json.loads(receipt_of(complaint))
    lone = receipt_of(a_complaint(title="还没有见证的一条"))
    for _ in range(3):
        a_complaint()
    # What the site shows as today's log is the newest that the witnesses signed.
    witnesses.gather()
    signer = keys.read_signer(folder / "instance" / "log.key")
    verifiers = tuple(CosignatureVerifier(one.vkey) for one in named)
    return Board(app, base, receipt, lone, signer, verifiers)


@pytest.fixture
def reader(board: Board, open_page: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """`reader(390)`: a browser with /verify open; nothing it complained of may be left."""
    visits: list[Visit] = []

    def start(width: int = 390, *, path: str = "/verify", script: str = "", **more: Any) -> Page:
        page = open_page(width, **more)
        if script:
            page.add_init_script(script)
        visits.append(Visit(page, board.base))
        visits[-1].open(path)
        return page

    yield start
    assert not [complaint for one in visits for complaint in one.complaints]


def said(page: Page, where: str = "offline") -> tuple[str, dict[str, str]]:
    """The verdict, and the result of every step, as they stand on the page."""
    verdict = page.locator(f'[data-part="{where}-verdict"][data-verdict]')
    verdict.wait_for()
    rows = page.locator(f'[data-part="{where}-steps"] [data-step]').evaluate_all(
        "rows => rows.map(row => [row.dataset.step, row.dataset.result])"
    )
    return str(verdict.get_attribute("data-verdict")), dict(rows)


def check(page: Page, data: str | bytes) -> tuple[str, dict[str, str]]:
    """Choose a receipt file of these bytes; what the page says of it."""
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    page.evaluate(
        "document.querySelector('[data-part=offline-verdict]').removeAttribute('data-verdict')"
    )
    file = {"name": "zhiyan-1.json", "mimeType": "application/json", "buffer": data}
    page.locator("#verify-file").set_input_files([])
    page.locator("#verify-file").set_input_files(file)
    return said(page)
