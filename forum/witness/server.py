"""The witness over HTTP. Anyone may knock, so every request is bounded in size and in time."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any

from forum.tlog.submission import ADD_CHECKPOINT, MAX_SUBMISSION
from forum.witness.judge import Answer
from forum.witness.vouching import Witness

REQUEST_WITHIN = 20.0  # seconds from the first wait to the last byte of the answer
STOP_WITHIN = 5.0  # seconds that requests under way get when the witness is told to stop
MAX_CONNECTIONS = 64
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)
NOTHING = Answer(404, "there is nothing here\n")
logger = logging.getLogger("forum.witness")


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness; `shutdown` and `server_close` end it in order."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], witness: Witness, request_within: float = REQUEST_WITHIN
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.witness = witness
        self.request_within = request_within
        self._deadlines: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server what this machine is called."""
        super(HTTPServer, self).server_bind()
        self.server_name, self.server_port = "forum-witness", self.server_address[1]

    def grant(self, connection: socket.socket) -> None:
        """Give the connection its time for one request, from now."""
        with self._lock:
            self._deadlines[connection] = time.monotonic() + self.request_within

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Refuse further connections while there are too many."""
        with self._lock:
            return len(self._deadlines) < MAX_CONNECTIONS

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread of its own for each connection."""
        self.grant(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """The connection is over."""
        with self._lock:
            self._deadlines.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Twice a second: cut off whoever is too slow, however steadily they trickle."""
        now = time.monotonic()
        self._cut_off(lambda deadline: deadline < now)

    def server_close(self) -> None:
        """Let requests under way end, but not for long; then leave."""
        limit = time.monotonic() + STOP_WITHIN
        while self._open() and time.monotonic() < limit:
            time.sleep(0.02)
        self._cut_off(lambda _deadline: True)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours."""
        logger.debug("connection ended", exc_info=True)

    def _open(self) -> int:
        with self._lock:
            return len(self._deadlines)

    def _cut_off(self, late: Any) -> None:
        with self._lock:
            for connection, deadline in self._deadlines.items():
                if late(deadline):
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "forum-witness"
    sys_version = ""

    def setup(self) -> None:
        """A silent client is dropped even when nobody watches the deadlines."""
        super().setup()
        self.connection.settimeout(self.server.request_within)

    def handle_one_request(self) -> None:
        """Each request of a connection that is kept has its own time."""
        self.server.grant(self.connection)
        super().handle_one_request()

    def do_POST(self) -> None:  # noqa: N802 — the name the standard library looks for
        """add-checkpoint."""
        body = self._body()
        if isinstance(body, Answer):
            # The rest of the body was not read, so the next request cannot be found.
            self.close_connection = True
            self._send(body)
        elif self.path == f"/{ADD_CHECKPOINT}":
            self._send(self._judged(body))
        else:
            self._send(NOTHING)

    def do_GET(self) -> None:  # noqa: N802
        """The newest checkpoint that was cosigned, below the hash of the log's origin."""
        name, _, rest = self.path.removeprefix("/").partition("/")
        note = self.server.witness.store.note(name) if rest == "checkpoint" else None
        self._send(Answer(200, note.decode("utf-8")) if note else NOTHING)

    def _judged(self, body: bytes) -> Answer:
        try:
            return self.server.witness.add_checkpoint(body)
        except Exception:
            logger.exception("a request could not be answered")
            return Answer(500, "the witness cannot store anything now\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Who asks is not written down."""

    def _body(self) -> bytes | Answer:
        """The body, or the answer when it is not one to be read."""
        length = self.headers.get_all("Content-Length", [])
        if self.headers.get("Transfer-Encoding") is not None or not length:
            return Answer(411, "a request tells its length\n")
        if len(length) != 1 or not _LENGTH.fullmatch(length[0]):
            return Answer(400, "the length of the request is not a number\n")
        if int(length[0]) > MAX_SUBMISSION:
            return Answer(413, f"a request has at most {MAX_SUBMISSION} bytes\n")
        data = self.rfile.read(int(length[0]))
        if len(data) != int(length[0]):
            return Answer(400, "the request ended early\n")
        return data

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode("utf-8")
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
