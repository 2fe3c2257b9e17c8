"""A board that is really served and really killed, and the members who go on posting meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.factories import PASSWORD

ROOT = Path(__file__).parents[2]
ANY = "any moment"
PATIENCE = 60.0  # seconds; a machine may be busy with other tests
FORM = {"type": "criticism", "project": "spring-garden", "category": "repair",
        "body": "早上送孩子，电梯停在六楼。", "pseudonym": "老张"}  # fmt: skip


class Server:
    """`forum serve` of one instance, in a process group of its own."""

    def __init__(self, environ: Mapping[str, str], folder: Path, flaw: str = "") -> None:
        self.orders = folder / "orders"
        self.orders.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._environ = {**os.environ, **environ, "CRASH_ORDERS": str(self.orders),
                         "CRASH_FLAW": flaw}  # fmt: skip
        self._said = folder / "said"
        self._group = 0
        with self._said.open("ab") as said:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.server", self.address], cwd=ROOT,
                env=self._environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
                text=True,
            )  # fmt: skip

    def start(self) -> None:
        """Begin, or begin again, and wait until it serves: AssertionError if it does not."""
        self._nursery.stdin.write("serve\n")  # type: ignore[union-attr]
        self._nursery.stdin.flush()  # type: ignore[union-attr]
        heard = [self._line()]
        while "is served at" not in heard[-1] and heard[-1] not in ("ended", ""):
            heard.append(self._line())
        self._group = next((int(line) for line in heard if line.isdecimal()), 0)
        assert len(heard) == 2, f"it does not start as it should: {heard} {self.said()}"

    def said(self) -> str:
        """The last of what it said on its error stream."""
        return self._said.read_text()[-3000:]

    def kill(self) -> None:
        """kill -9 of every process of it."""
        if self._group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGKILL)
            assert self._line() == "ended"
            self._group = 0

    def close(self) -> None:
        """Leave nothing behind."""
        self.kill()
        self._nursery.communicate(timeout=PATIENCE)

    def _line(self) -> str:
        return self._nursery.stdout.readline().strip()  # type: ignore[union-attr]

    def order_after(self, seconds: float, step: str, victim: str) -> None:
        """From then on the next posting to reach `step` dies there: with its ``worker``, or with
        the whole ``group``. At the step `ANY` the group dies wherever it is."""
        self._order = (time.monotonic() + seconds, step, victim)
        self._given = False

    def carried_out(self) -> bool:
        """Whether the kill that was ordered has happened."""
        when, step, victim = self._order
        if not self._given:
            if time.monotonic() < when:
                return False
            self._given = True
            if step == ANY:
                os.killpg(self._group, signal.SIGKILL)
                return True
            fresh = self.orders / ".fresh"
            fresh.write_text(victim)
            fresh.rename(self.orders / step)
        return not (self.orders / step).exists()


@dataclass
class Posting:
    """One form that a member sends, as often as it takes. commitments, code, number: what the
    first receipt page to arrive said; receipt: the first receipt file to arrive; asked: how often
    it was sent."""

    key: str
    fields: dict[str, str]
    number: int | None = None
    code: str | None = None
    commitments: frozenset[str] = frozenset()
    receipt: bytes | None = None
    asked: int = 0


@dataclass
class Member:
    """A homeowner's browser: one connection per request, since servers die. keeps_files: whether
    the receipt's file is fetched after its page."""

    address: str
    heard: Callable[[str], None]
    cookie: str = ""
    token: str = ""
    keeps_files: bool = True
    postings: list[Posting] = field(default_factory=list)

    def sign_in(self, name: str) -> None:
        """With the factories' password."""
        self._ask("POST", "/login", {"address": name, "password": PASSWORD})
        _status, page = self._ask("GET", "/account")
        self.token = page.decode().split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def post_until(self, stop: threading.Event) -> None:
        """One new complaint after another; what breaks off stays without an answer."""
        while not stop.is_set():
            title = f"三号楼电梯坏了（{secrets.token_hex(4)}）"
            posting = Posting(secrets.token_urlsafe(32), FORM | {"title": title})
            self.postings.append(posting)
            try:
                self.send(posting)
            except (OSError, http.client.HTTPException):
                stop.wait(0.05)

    def send(self, posting: Posting) -> None:
        """Send the form. What comes back must agree with what came back before."""
        posting.asked += 1
        form = posting.fields | {"csrf_token": self.token, "idempotency": posting.key}
        status, page = self._ask("POST", "/complaints", form)
        assert status == 201, (status, page.decode()[-2000:])
        self._read(posting, page.decode())
        if self.keeps_files and posting.receipt is None:
            posting.receipt = self.receipt(posting)

    def receipt(self, posting: Posting) -> bytes:
        """The receipt file as it is now."""
        status, receipt = self._ask("GET", f"/complaints/{posting.number}/receipt")
        assert status == 200, f"{status}: there is no receipt of {posting}"
        return receipt

    def _read(self, posting: Posting, page: str) -> None:
        number = int(re.search(r"/complaints/([0-9]+)/receipt", page)[1])  # type: ignore[index]
        code = re.search(r'data-copy="([A-Z2-7]{26})"', page)[1]  # type: ignore[index]
        commitments = frozenset(re.findall(r"\b[0-9a-f]{64}\b", page))
        if posting.number is None:
            posting.number, posting.code, posting.commitments = number, code, commitments
        assert (posting.number, posting.code) == (number, code), "the same key gave another receipt"
        assert posting.commitments == commitments, "the same key gave another receipt"

    def _ask(
        self, method: str, path: str, form: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        self._remember(answer)
        return answer.status, body

    def _remember(self, answer: http.client.HTTPResponse) -> None:
        claim = answer.headers.get("Log-Checkpoint")
        if claim:
            self.heard(claim)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = cookie.partition(";")[0]


def posting_together(members: list[Member], until: Callable[[], bool]) -> None:
    """All post at the same time until `until()`; AssertionError of any of them is raised here."""
    stop, failed = threading.Event(), []

    def work(member: Member) -> None:
        try:
            member.post_until(stop)
        except AssertionError as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(member,)) for member in members]
    for thread in threads:
        thread.start()
    limit = time.monotonic() + PATIENCE
    while not until() and not failed and time.monotonic() < limit:
        time.sleep(0.005)
    stop.set()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    assert time.monotonic() < limit, "nobody came to where the kill was ordered"
