"""`forum-witness`: make a witness, tell it of a log, run it."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forum.witness.server import WitnessServer
from forum.witness.store import Store, StoreError
from forum.witness.vouching import Witness

ABOUT = """\
A witness for transparency logs (c2sp.org/tlog-witness). It vouches that a log has only ever grown.

example:
  forum-witness init --name committee.example/w1 --dir witness
  forum-witness add-log --dir witness "$(curl -s https://complaints.example/tlog/vkey)"
  forum-witness serve --dir witness --bind 127.0.0.1:8001

A log that changes its key signs with both keys for 90 days. Within that time, look at the entry
key.rotated in it, which the old key signed, and add the new key; the running witness reads it:
  forum-witness add-log --dir witness "$(curl -s https://complaints.example/tlog/vkey)"
"""
EXAMPLES = {
    "init": "example: forum-witness init --name committee.example/w1 --dir witness",
    "add-log": 'example: forum-witness add-log --dir witness "$(cat vkey)"',
    "serve": "example: forum-witness serve --dir witness --bind 0.0.0.0:8001",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 when it went well, 1 and one line on stderr when it did not, 2 for usage."""
    given = _parser().parse_args(arguments)
    try:
        given.run(given)
    except (StoreError, ValueError, OSError) as error:
        sys.stderr.write(f"forum-witness: {error}\n")
        return 1
    return 0


def _init(given: argparse.Namespace) -> None:
    try:
        signer = Store(given.dir).make(given.name)
    except FileExistsError:
        raise StoreError(f"{given.dir} has a key already, and keeps it") from None
    sys.stdout.write(f"{signer.vkey}\n")


def _add_log(given: argparse.Namespace) -> None:
    store = Store(given.dir)
    store.signer()
    new = store.add_log(given.vkey)
    name = given.vkey.split("+")[0]
    sys.stdout.write(f"{name} is {'now known' if new else 'known already'}\n")


def _serve(given: argparse.Namespace) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    host, _, port = given.bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise StoreError(f"{given.bind} is not an address: HOST:PORT, as in 127.0.0.1:8001")
    witness = Witness(Store(given.dir))
    witness.store.logs()
    server = WitnessServer((host.strip("[]"), int(port)), witness)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: _stop(server))
    sys.stdout.write(f"{witness.signer.name} at http://{host}:{server.server_port}/\n")
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()


def _stop(server: WitnessServer) -> None:
    # `shutdown` waits for the loop that this signal interrupted, so it needs a thread of its own.
    threading.Thread(target=server.shutdown).start()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "forum-witness", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="init|add-log|serve")
    init = _command(commands, "init", _init, "make the key of a new witness; prints its vkey")
    init.add_argument("--name", required=True, help="the name in its cosignatures, for ever")
    add_log = _command(commands, "add-log", _add_log, "witness this log from now on")
    add_log.add_argument("vkey", metavar="VKEY", help="the log's verifier key")
    serve = _command(commands, "serve", _serve, "answer logs and monitors until told to stop")
    serve.add_argument("--bind", default="127.0.0.1:8001", metavar="HOST:PORT")
    return parser


def _command(commands: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=about, epilog=EXAMPLES[name]
    )
    command.add_argument("--dir", required=True, type=Path, help="the witness's folder")
    command.set_defaults(run=run)
    return command


if __name__ == "__main__":
    sys.exit(main())
