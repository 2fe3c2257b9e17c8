"""A log of three tile levels, served over HTTP, held against its promises by strangers' programs.

The strangers: `tlogcheck` (Go, over golang.org/x/mod), `tlog-scales` (Python), and where there is
a Python new enough for them, `aics-tlog` (Python) and the witness `aics-witness`. On a machine
without such a Python the tests of these two are not collected, so that nothing is skipped there;
`forum-witness` then cosigns alone, and the other strangers verify its line.
"""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from cryptography.exceptions import InvalidSignature
from tlog_scales.backend import HttpBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import Checkpoint, ConsistencyProofInvalid, InclusionProofInvalid
from werkzeug.serving import make_server

from forum.app import create_app
from forum.base.db import db, transaction
from forum.base.resources import resource
from forum.log import queries, service, witnesses
from tests.monitor.conftest import Quiet
from tests.strangers import newer_python
from tests.test_foreign import check
from tests.witness.running import a_witness, running

SIZE = 66_100
CUTS = (255, 256, 257, 65_535, 65_536, 65_537)
"""Sizes whose checkpoints are kept: where a tile is full, one short of it, and one over."""

PROVEN = (0, 255, 256, 300, 65_535, 65_536, SIZE - 1)
BATCH = 5_000
OURS, THEIRS = "ours.example/witness", "theirs.example/witness"


@dataclass(frozen=True)
class Served:
    """A board that listens. old: checkpoints it signed on the way, as files."""

    instance: Path
    log: str
    vkey: str
    old: tuple[Path, ...]
    cosigners: dict[str, str]


def fill(folder: Path) -> tuple[Path, ...]:
    """Append entries in batches until there are `SIZE`; the checkpoints at `CUTS`, as files."""
    old = []
    for upto in sorted({*CUTS, *range(BATCH, SIZE, BATCH), SIZE}):
        size = queries.tip().size
        with transaction():
            for n in range(upto - size):
                service.append("support.added", complaint=1, by="member", verified=True,
                               supporters=n)  # fmt: skip
        if upto in CUTS:
            old.append(folder / f"checkpoint-{upto}")
            old[-1].write_text(queries.tip().note)
    return tuple(old)


@contextmanager
def a_foreign_witness(programs: Path, folder: Path, vkey: str) -> Iterator[tuple[str, str]]:
    """The witness `aics-witness` at work for one log: its address and its verifier key."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    config = ("--config", folder / "witness.json")

    def do(*command: object) -> str:
        run = subprocess.run([programs / "aics-witness", *map(str, command)], check=True,
                             capture_output=True, text=True, cwd=folder)  # fmt: skip
        return run.stdout

    made = do("init", *config, "--name", THEIRS, "--listen", listen)
    do("add-log", *config, "--origin", vkey.partition("+")[0], "--vkey", vkey)
    command = [programs / "aics-witness", "serve", "--config", folder / "witness.json"]
    with (folder / "said").open("wb") as said:
        serving = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
    try:
        _wait_for(listen)
        yield f"http://{listen}/", next(word for word in made.split() if word.startswith(THEIRS))
    finally:
        serving.terminate()
        serving.wait(30)


def _wait_for(listen: str) -> None:
    host, _, port = listen.partition(":")
    for _ in range(300):
        with closing(socket.socket()) as probe:
            probe.settimeout(0.1)
            if probe.connect_ex((host, int(port))) == 0:
                return
        subprocess.run(["sleep", "0.1"], check=True)


@pytest.fixture(scope="module")
def big(
    opened_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Served]:
    """The big log, cosigned by our witness, and by the foreign one where it can run."""
    from tests.conftest import settings

    folder = tmp_path_factory.mktemp("big")
    instance = Path(shutil.copytree(opened_sqlite, folder / "instance"))
    app = create_app(settings(instance))
    with app.app_context():
        vkey, old = resource("log").signer.vkey, fill(folder)
        db.session.remove()
        db.engine.dispose()
    with ExitStack() as stack:
        ours = stack.enter_context(running(a_witness(folder / "witness", vkey, name=OURS)))
        cosigners = {OURS: ours.vkey}
        lines = [f"witness ours {ours.vkey} {ours.url}", "group all all ours", "quorum all"]
        if newer_python() is not None:
            programs = request.getfixturevalue("foreign_programs")
            address, key = stack.enter_context(a_foreign_witness(programs, folder, vkey))
            cosigners[THEIRS] = key
            lines[1:2] = [f"witness theirs {key} {address}", "group all all ours theirs"]
        policy = folder / "policy"
        policy.write_text("\n".join([*lines, ""]))
        more = settings(instance, FORUM_WITNESSES=str(policy), FORUM_ALLOW_HTTP="1")
        with create_app(more).app_context():
            witnesses.gather()
            db.session.remove()
            db.engine.dispose()
        yield stack.enter_context(_served(Served(instance, "", vkey, old, cosigners), more))


@contextmanager
def _served(what: Served, environ: dict[str, str]) -> Iterator[Served]:
    app = create_app(environ)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        log = f"http://127.0.0.1:{server.server_port}/tlog/"
        yield Served(what.instance, log, what.vkey, what.old, what.cosigners)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def spoilt(big: Served, tmp_path: Path) -> Iterator[Callable[[str], Served]]:
    """`spoilt(statement)`: a copy of the board, changed behind its back, and served."""
    from tests.conftest import settings

    stack = ExitStack()

    def spoil(statement: str) -> Served:
        instance = Path(shutil.copytree(big.instance, tmp_path / "instance"))
        with closing(sqlite3.connect(instance / "zhiyan.db")) as base:
            triggers = base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in triggers.fetchall():
                base.execute(f"DROP TRIGGER {name}")
            assert base.execute(statement).rowcount == 1
            base.commit()
        copy = Served(instance, "", big.vkey, big.old, big.cosigners)
        return stack.enter_context(_served(copy, settings(instance)))

    with stack:
        yield spoil


def go_check(tlogcheck: Path, served: Served) -> tuple[int, str]:
    """Everything that tlogcheck can check of a served log."""
    arguments: list[object] = ["-log", served.log, "-vkey", served.vkey]
    for path in served.old:
        arguments += ["-old", path]
    for index in PROVEN:
        arguments += ["-index", index]
    for vkey in served.cosigners.values():
        arguments += ["-witness", vkey]
    return check(tlogcheck, *arguments, "-quorum", len(served.cosigners))


def python_check(served: Served, indexes: tuple[int, ...] = PROVEN) -> Checkpoint:
    """What tlog-scales can check: signatures, the root from the tiles, growth, entries."""
    reader = TilesReader(HttpBackend(served.log))
    now = reader.get_checkpoint()
    for vkey in (served.vkey, *served.cosigners.values()):
        now.verify(Vkey.from_string(vkey))
    assert reader.calculate_root_hash() == now.root_hash
    for path in served.old:
        before = Checkpoint.from_text(path.read_text())
        before.verify(Vkey.from_string(served.vkey))
        growth = reader.get_consistency_proof(before.size, now.size)
        growth.check(before.root_hash, now.root_hash)
    for index in indexes:
        proof = reader.get_inclusion_proof(index, now.size)
        proof.check(leaf_hash(reader.get_entry(index)), now.root_hash)
    return now


def test_the_go_stranger_accepts_three_tile_levels_and_every_growth(big, tlogcheck):
    status, said = go_check(tlogcheck, big)
    assert status == 0, said
    assert f"audit: {SIZE} entries" in said and f"(size 65537 -> {SIZE}" in said


def test_the_python_stranger_accepts_it_too(big):
    now = python_check(big, (*PROVEN, *range(0, SIZE, 997)))
    assert now.size == SIZE
    assert {signature.name for signature in now.signatures} >= set(big.cosigners)


def test_the_python_stranger_refuses_a_foreign_key(big):
    now = TilesReader(HttpBackend(big.log)).get_checkpoint()
    name, key_id, _key = big.vkey.split("+", 2)
    other = Vkey(name, int(key_id, 16), 1, b64decode(big.cosigners[OURS].split("+", 2)[2])[1:])
    with pytest.raises(InvalidSignature):
        now.verify(other)


FLAWS = {
    "an entry": "UPDATE log_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'true', 'trve')"
    " AS BLOB) WHERE idx = 300",
    "a hash of a tile": "UPDATE log_node SET hash = CAST(zeroblob(31) || x'01' AS BLOB)"
    " WHERE level = 0 AND number = 300",
}


@pytest.mark.parametrize("statement", FLAWS.values(), ids=FLAWS)
def test_both_strangers_see_one_spoilt_byte(spoilt, tlogcheck, statement):
    served = spoilt(statement)
    status, said = go_check(tlogcheck, served)
    assert status == 1, said
    with pytest.raises((InclusionProofInvalid, ConsistencyProofInvalid, AssertionError)):
        python_check(served)


if newer_python() is not None:

    def test_a_witness_that_others_wrote_cosigns_it(big, tlogcheck):
        now = TilesReader(HttpBackend(big.log)).get_checkpoint()
        now.verify(Vkey.from_string(big.cosigners[THEIRS]))
        only = ("-witness", big.cosigners[THEIRS], "-quorum", 1)
        status, said = check(tlogcheck, "-log", big.log, "-vkey", big.vkey, *only, "-light")
        assert status == 0, said

    def test_a_third_stranger_accepts_it(big, foreign_programs):
        for command, *more in (
            ("verify-inclusion", "--index", "65536"),
            ("verify-consistency", "--old-checkpoint", str(big.old[-1])),
        ):
            run = subprocess.run(
                [foreign_programs / "aics-tlog", command, "--tiles", big.log, "--log-key", big.vkey,
                 *more], capture_output=True, text=True,
            )  # fmt: skip
            assert run.returncode == 0 and json.loads(run.stdout)["ok"], run.stdout + run.stderr
