"""The log as served is a C2SP log: anybody's program can read and verify it."""

import gzip
import subprocess
from threading import Thread

import pytest
from werkzeug.serving import make_server

from forum.base.db import db, transaction
from forum.base.resources import resource
from forum.log import queries, service
from forum.log.export import export_log
from forum.tlog import merkle
from forum.tlog.checkpoint import open_checkpoint
from forum.tlog.note import Verifier
from forum.tlog.tile import TileMissing, parse_bundle, tile_reader
from tests.log.board import BASE_URL, ORIGIN, SUPPORT, new_board, support

SIZE = 600


@pytest.fixture
def filled(board):
    """600 entries: full tiles, partial ones, and a tile of the second level."""
    with board.app_context():
        for count in (1, 255, 1, SIZE - 258):
            with transaction():
                for n in range(count):
                    service.append("support.added", supporters=n, **SUPPORT)
    return board


@pytest.fixture
def fetch(filled):
    """What a stranger's program has: the bytes behind a path below /tlog."""
    visitor = filled.test_client()

    def get(path):
        answer = visitor.get(f"/tlog/{path}")
        if answer.status_code == 404:
            raise TileMissing(path)
        assert answer.status_code == 200
        return answer.data

    return get


def _signed(fetch):
    verifier = Verifier(fetch("vkey").decode().strip())
    return open_checkpoint(fetch("checkpoint"), verifier).checkpoint


def test_a_stranger_recomputes_the_root_from_the_bundles(fetch):
    signed = _signed(fetch)
    tree = merkle.Tree()
    tree.append(parse_bundle(fetch("tile/entries/000")))
    tree.append(parse_bundle(fetch("tile/entries/001")))
    tree.append(parse_bundle(fetch(f"tile/entries/002.p/{SIZE - 512}"), SIZE - 512))
    assert (signed.origin, signed.size, signed.root) == (ORIGIN, SIZE, tree.root)


def test_a_stranger_proves_any_entry_and_any_growth_from_the_tiles(fetch):
    signed = _signed(fetch)
    read = tile_reader(fetch, SIZE)
    entry = parse_bundle(fetch("tile/entries/001"))[300 - 256]
    proof = merkle.prove_inclusion(300, SIZE, read)
    merkle.check_inclusion(proof, 300, SIZE, merkle.leaf_hash(entry), signed.root)
    growth = merkle.prove_consistency(258, SIZE, read)
    merkle.check_consistency(growth, 258, merkle.tree_root(258, read), SIZE, signed.root)


def test_the_partial_tiles_of_every_published_size_stay(fetch):
    full, bundle = fetch("tile/0/000"), fetch("tile/entries/000")
    for width in (1, 2, 255):
        assert fetch(f"tile/0/000.p/{width}") == full[: 32 * width]
        partial = fetch(f"tile/entries/000.p/{width}")
        assert bundle.startswith(partial) and len(parse_bundle(partial, width)) == width


@pytest.mark.parametrize(
    "path",
    ["tile/0/003", "tile/0/002", "tile/0/002.p/89", "tile/1/000", "tile/1/000.p/3", "tile/2/000.p/1",
     "tile/entries/002", "tile/entries/002.p/89", "tile/entries/003.p/1", "tile/0/0", "tile/00/000",
     "tile/0/000.p/256", "tile/0/000.p/0", "tile/64/000", "tile/data/000", "tile/-1/000",
     "tile/63/x999/x999/x999/x999/x999/x999/999", "tile/entries/x999/x999/x999/999", "tile/0/x000/000",
     "tile/0/000/", "tile/0/%E0%A5%A6%E0%A5%A6%E0%A5%A6"],
)  # fmt: skip
def test_a_tile_that_does_not_exist_is_not_found(filled, path):
    answer = filled.test_client().get(f"/tlog/{path}")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")


def test_tiles_are_kept_for_ever_and_the_checkpoint_is_not(filled):
    visitor = filled.test_client()
    for path in ("tile/0/000", "tile/0/002.p/88", "tile/entries/000", "tile/entries/002.p/88"):
        answer = visitor.get(f"/tlog/{path}")
        assert answer.mimetype == "application/octet-stream"
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert "immutable" in answer.headers["Cache-Control"]
    for path in ("checkpoint", "vkey", "policy", "tile/9/000"):
        answer = visitor.get(f"/tlog/{path}")
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_bundles_are_compressed_only_for_who_can_read_it(filled):
    visitor = filled.test_client()
    plain = visitor.get("/tlog/tile/entries/000")
    packed = visitor.get("/tlog/tile/entries/000", headers={"Accept-Encoding": "br, gzip"})
    refused = visitor.get("/tlog/tile/entries/000", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == refused.data
    assert "Content-Encoding" not in plain.headers and packed.headers["Vary"] == "Accept-Encoding"


def test_the_policy_names_the_log_and_asks_for_no_witness_yet(filled):
    vkey = filled.test_client().get("/tlog/vkey").text.strip()
    policy = filled.test_client().get("/tlog/policy").text
    assert policy == f"log {vkey} {BASE_URL}/tlog\nquorum none\n"


def test_machines_get_no_cookie(filled):
    for path in ("checkpoint", "tile/0/000", "tile/entries/000", "vkey", "policy"):
        assert "Set-Cookie" not in filled.test_client().get(f"/tlog/{path}").headers


@pytest.fixture
def address(tmp_path, empty_url):
    """A board of SIZE + 1 entries that really listens, named after the port it listens on."""
    server = None

    def late(environ, start_response):
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, late, threaded=True)
    base = f"http://127.0.0.1:{server.port}"
    app = new_board(tmp_path / "instance", empty_url, base)
    with app.app_context(), transaction():
        for n in range(SIZE):
            service.append("support.added", supporters=n, **SUPPORT)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    with app.app_context():
        yield base
        server.shutdown()
        thread.join()
        server.server_close()
        db.engine.dispose()


def _foreign_check(tlogcheck, *arguments):
    run = subprocess.run([tlogcheck, *map(str, arguments)], capture_output=True, text=True)
    return run.returncode, run.stdout


def test_a_foreign_program_accepts_the_served_log_and_its_growth(tlogcheck, address, tmp_path):
    vkey, old, log = resource("log").signer.vkey, tmp_path / "old", f"{address}/tlog/"
    old.write_text(queries.tip().note)
    for n in range(200):
        support(n)
    status, said = _foreign_check(
        tlogcheck, "-log", log, "-vkey", vkey, "-old", old, "-index", 0, "-index", SIZE + 200
    )
    assert status == 0, said
    assert f"audit: {SIZE + 201} entries" in said and f"(size {SIZE + 1} -> {SIZE + 201}" in said


def test_a_foreign_program_accepts_our_offline_proof(tlogcheck, filled, tmp_path):
    with filled.app_context():
        (tmp_path / "proof").write_text(queries.prove(300))
        (tmp_path / "entry").write_bytes(queries.entry_bytes(300)[0])
        vkey = resource("log").signer.vkey
    files = ("-proof", tmp_path / "proof", "-entry", tmp_path / "entry")
    assert _foreign_check(tlogcheck, "-vkey", vkey, *files)[0] == 0
    (tmp_path / "entry").write_bytes(b"another entry")
    assert _foreign_check(tlogcheck, "-vkey", vkey, *files)[0] == 1


def test_a_foreign_program_accepts_the_exported_files(tlogcheck, filled, tmp_path):
    folder = tmp_path / "public"
    with filled.app_context():
        first = export_log(folder)
        support()
        second = export_log(folder)
    status, said = _foreign_check(tlogcheck, "-log", folder, "-vkey", f"@{folder / 'vkey'}")
    assert status == 0, said
    assert (first.size, first.tiles, first.bundles, second.size) == (SIZE, 4, 3, SIZE + 1)
    assert not list(folder.rglob("*.new"))


def test_the_exported_files_are_what_is_served(filled, fetch, tmp_path):
    with filled.app_context():
        export_log(tmp_path)
    files = [
        path for path in tmp_path.rglob("*") if path.is_file() and "instance" not in path.parts
    ]
    assert len(files) == 4 + 3 + 2
    for path in files:
        assert path.read_bytes() == fetch(path.relative_to(tmp_path).as_posix())
