"""A whole board, served over HTTP, held against its promises by a program that others wrote."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.serving import make_server

from forum.base.db import db
from forum.log import queries as log
from tests.factories import a_complaint, a_member, a_person, a_removal, sign_in

FLIP = {
    "sqlite": "UPDATE log_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'abuse', 'abusf')"
    " AS BLOB) WHERE idx = :n",
    "postgresql": "UPDATE log_entry SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'),"
    " 'abuse', 'abusf'), 'UTF8') WHERE idx = :n",
}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The board of the test, listening."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def check(program: Path, *arguments: object) -> tuple[int, str]:
    """Exit status of the foreign check, and what it said."""
    run = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def vkey(app: Flask) -> str:
    """The verifier key as it is served."""
    return app.test_client().get("/tlog/vkey").text.strip()


def test_a_foreign_program_accepts_the_log_of_a_board_in_use(app, address, tlogcheck, tmp_path):
    old = tmp_path / "old"
    old.write_text(log.tip().note)
    complaint = a_complaint()
    a_removal(complaint)
    status, said = check(tlogcheck, "-log", f"{address}/tlog/", "-vkey", vkey(app), "-old", old,
                         "-index", complaint.entry)  # fmt: skip
    assert status == 0, said
    assert f"audit: {log.tip().size} entries" in said


def test_a_foreign_program_accepts_the_receipt_of_what_was_removed(app, tlogcheck, tmp_path):
    author = a_member()
    a_removal(a_complaint(author))
    receipt = json.loads(sign_in(app, author).get("/complaints/1/receipt").text)
    (tmp_path / "proof").write_text(receipt["proof"])
    (tmp_path / "entry").write_bytes(b64decode(receipt["entry"]))
    files = ("-proof", tmp_path / "proof", "-entry", tmp_path / "entry")
    assert check(tlogcheck, "-vkey", vkey(app), *files)[0] == 0
    (tmp_path / "entry").write_bytes(
        b64decode(receipt["entry"]).replace(b"criticism", b"criticisn")
    )
    assert check(tlogcheck, "-vkey", vkey(app), *files)[0] == 1


def test_a_foreign_program_sees_one_changed_byte(app, address, tlogcheck):
    """Whoever owns the database may drop a trigger and rewrite why something was removed."""
    statement = a_removal(a_complaint(), a_person("moderator"))
    log_address = ("-log", f"{address}/tlog/", "-vkey", vkey(app))
    assert check(tlogcheck, *log_address)[0] == 0
    dialect = db.engine.dialect.name
    table = " ON log_entry" if dialect == "postgresql" else ""
    db.session.execute(text(f"DROP TRIGGER log_entry_refuses_update{table}"))
    entry = db.session.execute(
        text("SELECT entry FROM statement WHERE number = :n"), {"n": statement}
    ).scalar()
    assert db.session.execute(text(FLIP[dialect]), {"n": entry}).rowcount == 1
    db.session.commit()
    status, said = check(tlogcheck, *log_address)
    assert status == 1, said
