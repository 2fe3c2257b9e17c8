"""Witnesses that really listen, on loopback ports of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

from forum.tlog.checkpoint import Checkpoint, sign_checkpoint
from forum.tlog.merkle import Tree, prove_consistency
from forum.tlog.note import Signer
from forum.tlog.submission import Submission, format_submission, monitoring_path
from forum.witness.server import WitnessServer
from forum.witness.store import Store
from forum.witness.vouching import Witness

LOG = Signer("complaints.example/log", bytes(range(32)))


class Running:
    """A witness and the address at which it answers."""

    def __init__(self, server: WitnessServer) -> None:
        self.server = server
        self.witness = server.witness
        self.port = server.server_port
        self.url = f"http://127.0.0.1:{self.port}/"
        self.name, self.vkey = self.witness.signer.name, self.witness.signer.vkey

    def post(self, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str, bytes]:
        """Status, type and body of the answer."""
        return self._ask("POST", path, body)

    def shown(self, origin: str) -> tuple[int, str, bytes]:
        """What the monitoring endpoint says of a log."""
        return self._ask("GET", f"/{monitoring_path(origin)}", None)

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, str, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, answer.headers["Content-Type"], data


def a_witness(folder: Path, *vkeys: str, name: str = "w.example/1") -> Witness:
    """A new witness that knows these logs."""
    store = Store(folder)
    store.make(name)
    for vkey in vkeys:
        store.add_log(vkey)
    return Witness(store)


@contextmanager
def running(witness: Witness, port: int = 0, request_within: float = 10.0) -> Iterator[Running]:
    """The witness answers within the block."""
    server = WitnessServer(("127.0.0.1", port), witness, request_within)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Running(server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_tree(size: int, branch: str = "", shared: int = 0) -> Tree:
    """`size` entries, of which those from `shared` on belong to a branch of the history."""
    tree = Tree()
    tree.append(f"{n}{branch if n >= shared else ''}".encode() for n in range(size))
    return tree


def a_request(old: int, tree: Tree, signer: Signer = LOG) -> bytes:
    """The log's request to cosign `tree`, which it says grew from `old` entries."""
    note = sign_checkpoint(Checkpoint(LOG.name, tree.size, tree.root), signer)
    proof = prove_consistency(old, tree.size, tree.read) if old <= tree.size else []
    return format_submission(Submission(old, tuple(proof), note)).encode()
