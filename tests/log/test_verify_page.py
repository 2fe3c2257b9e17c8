"""/verify brings what the reader's own browser needs, and on request proofs under today's log."""

import re
import shutil
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import text

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.resources import resource
from forum.log import queries, rotation, witnesses
from forum.log.triggers import trigger_names
from forum.tlog.checkpoint import open_checkpoint
from forum.tlog.encoding import decode_hash
from forum.tlog.merkle import check_consistency
from forum.tlog.note import Verifier
from forum.tlog.policy import parse_policy
from forum.tlog.proof import check_proof, parse_proof
from tests.log.board import open_board, support
from tests.witness.running import a_witness, running

SIZE = 9


@pytest.fixture
def log(app):
    """log.opened and eight supporters."""
    for n in range(SIZE - 1):
        support(n)
    return app.test_client()


def _part(page, name):
    """The text that the script reads under this name; None when it is not there."""
    found = re.search(rf'data-part="{name}">([^<]*)<', page.text)
    return unescape(found[1]) if found else None


def _verifier():
    return Verifier(resource("log").signer.vkey)


def test_the_page_holds_the_policy_that_is_served(log):
    page = log.get("/verify")
    served = log.get("/tlog/policy").text
    assert page.status_code == 200 and _part(page, "policy") == served
    assert parse_policy(served).logs[0].verifier_key == resource("log").signer.vkey
    assert f"forum-monitor http://complaints.example --vkey {_verifier().vkey}" in page.text
    assert _part(page, "live-note") is None


def test_every_word_of_the_script_stands_in_the_page(log):
    page = log.get("/verify?lang=en").text
    words = re.findall(r'<p data-word="([^"]+)">([^<]*)</p>', page)
    names = [name for name, _words in words]
    assert len(names) == len(set(names)) and all(said for _name, said in words)
    script = (Path(log.application.static_folder) / "js" / "verify.js").read_text("utf-8")
    asked = set(re.findall(r'require\([^\n]*, "([a-z0-9-]+)"', script))
    asked |= set(re.findall(r'(?:new Refusal|refuseFile|say)\("([a-z0-9-]+)"', script))
    asked |= set(re.findall(r'word: "([a-z0-9-]+)" \}', script))
    assert len(asked) > 30
    known = set(names) | {name.removeprefix("verdict.") for name in names}
    assert asked - known == {"bad-key"}  # a policy that the board itself wrote wrongly


def test_the_answer_proves_growth_and_inclusion(log):
    for old in range(1, SIZE + 1):
        _check_answer(log, old, index=old - 1)


def _check_answer(log, old, index):
    before = decode_hash(queries.root_at(old))
    page = log.get(f"/verify?index={index}&size={old}")
    note = _part(page, "live-note")
    now = open_checkpoint(note, _verifier()).checkpoint
    growth = [decode_hash(line) for line in _part(page, "live-growth").split("\n") if line]
    check_consistency(growth, old, before, now.size, now.root)
    proof = parse_proof(_part(page, "live-proof"))
    assert proof.index == index and proof.checkpoint == note and now.size == SIZE
    check_proof(proof, queries.entry_bytes(index)[0], _verifier())


ABSURD = (
    "index=1", "size=9", "index=&size=", "index=-1&size=9", "index=01&size=9", "index=9&size=9",
    "index=0&size=0", "index=1.5&size=9", "index=x&size=9", "index=1&size=9e3", "index=一&size=九",
    f"index=1&size={2**63}", f"index={2**70}&size={2**71}", "index=%00&size=%FF",
    "index=<b>&size=1",
)  # fmt: skip


def test_an_absurd_question_is_answered_with_a_sentence(log):
    for query in ABSURD:
        answer = log.get(f"/verify?{query}")
        assert answer.status_code == 400 and "请照回执上的抄" in answer.text, query
        assert _part(answer, "live-note") is None and "<b>" not in answer.text, query


def test_a_receipt_from_beyond_the_end_of_the_log_is_an_alarm(log):
    for size in (SIZE + 1, 2**31, 2**63 - 1):
        page = log.get(f"/verify?index={size - 1}&size={size}")
        assert page.status_code == 200 and "就是记录丢了" in page.text and str(size) in page.text
        assert open_checkpoint(_part(page, "live-note"), _verifier()).checkpoint.size == SIZE
        assert _part(page, "live-growth") is None and _part(page, "live-proof") is None


def test_a_log_without_its_own_nodes_says_so(log):
    dialect = db.engine.dialect.name
    with transaction():
        for name in trigger_names(dialect):
            table = name.partition("_refuses_")[0]
            on = f" ON {table}" if dialect == "postgresql" else ""
            db.session.execute(text(f"DROP TRIGGER {name}{on}"))
        db.session.execute(text("DELETE FROM log_node"))
    page = log.get("/verify?index=2&size=5")
    assert page.status_code == 200 and "给不出证明" in page.text
    assert _part(page, "live-growth") is None


def test_a_receipt_newer_than_what_witnesses_signed_is_proven_under_the_newest(tmp_path, url):
    vkey_file = tmp_path / "instance"
    board = open_board(vkey_file, url)
    with board.app_context():
        vkey = resource("log").signer.vkey
        db.session.remove()
        db.engine.dispose()
    with running(a_witness(tmp_path / "w", vkey, name="w.example")) as one:
        policy = tmp_path / "policy"
        policy.write_text(f"witness w {one.vkey} {one.url}\nquorum w\n")
        more = {"FORUM_WITNESSES": str(policy), "FORUM_ALLOW_HTTP": "1"}
        _proven_beyond_the_published(open_board(vkey_file, url, **more))


def _proven_beyond_the_published(board):
    with board.app_context():
        visitor = board.test_client()
        support()
        witnesses.gather()
        support()
        cosigned = resource("policy").verifiers
        for size, names in ((2, {"w.example"}), (3, set())):
            page = visitor.get(f"/verify?index={size - 1}&size={size}")
            signed = open_checkpoint(_part(page, "live-note"), _verifier(), cosigned)
            assert (signed.checkpoint.size, set(signed.cosignatures)) == (size, names)
        db.session.remove()
        db.engine.dispose()


def test_the_page_is_the_same_for_all_and_sets_no_cookie(log):
    first, second = log.get("/verify"), log.get("/verify")
    assert first.data == second.data and "Set-Cookie" not in first.headers
    tag = {"If-None-Match": first.headers["ETag"]}
    assert log.get("/verify", headers=tag).status_code == 304


def test_the_page_knows_every_key_the_log_ever_had(prepared_sqlite, tmp_path):
    folder = shutil.copytree(prepared_sqlite, tmp_path / "instance")
    board = open_board(folder, None)
    with board.app_context():
        old = _verifier().vkey
        rotation.rotate()
        visitor = board.test_client()
        for path, known in (("/verify", 2), ("/tlog/policy", 2)):
            logs = parse_policy(_policy_in(visitor.get(path))).logs
            assert len(logs) == known and logs[-1].verifier_key == old
        with clock.set_to(clock.now() + timedelta(days=91)):
            support()
            assert len(parse_policy(visitor.get("/tlog/policy").text).logs) == 1
            assert len(parse_policy(_part(visitor.get("/verify"), "policy")).logs) == 2
        db.session.remove()
        db.engine.dispose()


def _policy_in(answer):
    return _part(answer, "policy") or answer.text
