"""Strangers vouch for our log: gathered by the worker, shown to all, and never signed over."""

import subprocess
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import text

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.refusal import Unavailable
from forum.base.resources import resource
from forum.log import courier, keys, publishing, queries, standing, witnesses
from forum.log.check_cosigned import check_cosigned
from forum.log.export import export_log
from forum.log.triggers import trigger_names
from forum.startup import NotReady
from forum.startup import check as start
from forum.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from forum.tlog.note import CosignatureVerifier, Verifier
from forum.tlog.policy import parse_policy, quorum_met
from forum.tlog.proof import check_proof, parse_proof
from forum.tlog.submission import Submission, format_submission
from tests.log.board import open_board, support
from tests.witness.running import a_witness, running

TABLES = ("log_entry", "log_node", "log_checkpoint", "log_cosignature", "log_published")


@pytest.fixture
def two(tmp_path):
    """Two witnesses of the log of this test; leaving `two.away[n]` early takes one away."""
    vkey = keys.read_signer(tmp_path / "instance" / "log.key").vkey

    class Two:
        made = [a_witness(tmp_path / f"w{n}", vkey, name=f"w{n}.example") for n in (1, 2)]
        away = [ExitStack(), ExitStack()]

    Two.served = [
        stack.enter_context(running(witness))
        for witness, stack in zip(Two.made, Two.away, strict=True)
    ]
    yield Two
    for stack in Two.away:
        stack.close()


@pytest.fixture
def app(url, tmp_path, two):
    """A board whose checkpoints both witnesses must cosign."""
    named = zip(("one", "two"), two.served, strict=True)
    lines = [f"witness {name} {one.vkey} {one.url}" for name, one in named]
    policy = tmp_path / "policy"
    policy.write_text("\n".join([*lines, "group both all one two", "quorum both", ""]))
    more = {"FORUM_WITNESSES": str(policy), "FORUM_ALLOW_HTTP": "1"}
    board = open_board(tmp_path / "instance", url, **more)
    with board.app_context():
        yield board
        db.session.remove()
        db.engine.dispose()


def _served(app):
    """The size that is served, and the names of the witnesses under it."""
    note = app.test_client().get("/tlog/checkpoint").data
    signed = open_checkpoint(
        note, Verifier(resource("log").signer.vkey), resource("policy").verifiers
    )
    return signed.checkpoint.size, set(signed.cosignatures)


def _later(seconds):
    return clock.set_to(clock.now() + timedelta(seconds=seconds))


BOTH = {"w1.example", "w2.example"}


def test_what_is_served_is_cosigned_by_the_quorum(app):
    for size in (2, 3, 4):
        support()
        witnesses.gather()
        assert _served(app) == (size, BOTH)
    assert publishing.witness_count() == 2


def test_until_the_quorum_has_signed_the_one_before_is_served(app):
    witnesses.gather()
    support()
    assert _served(app) == (1, BOTH)
    witnesses.gather()
    assert _served(app) == (2, BOTH)


def test_one_witness_that_is_down_delays_neither_posting_nor_the_other(app, two):
    witnesses.gather()
    two.away[1].close()
    support()
    witnesses.gather()
    assert _served(app) == (1, BOTH)
    query = text("SELECT name FROM log_cosignature WHERE size = 2")
    assert list(db.session.scalars(query)) == ["w1.example"]
    support()
    assert queries.tip().size == 3


def test_after_a_minute_without_quorum_our_own_is_served(app, two):
    witnesses.gather()
    two.away[1].close()
    support()
    with _later(61):
        witnesses.gather()
        assert _served(app) == (2, {"w1.example"})
        assert publishing.witness_count() == 2
    with _later(400):
        assert publishing.witness_count() == 1


def test_a_reader_is_not_left_behind_by_a_worker_that_is_down(app):
    witnesses.gather()
    support()
    assert _served(app)[0] == 1
    with _later(61):
        assert _served(app) == (2, set())


def test_what_is_served_never_shrinks(app, two):
    witnesses.gather()
    two.away[1].close()
    sizes = []
    for step in range(8):
        with _later(50 * step):
            support()
            sizes.append(_served(app)[0])
            witnesses.gather()
            sizes.append(_served(app)[0])
    assert sizes == sorted(sizes) and sizes[-1] > 5


def test_a_witness_that_comes_back_catches_up(app, two, tmp_path):
    witnesses.gather()
    two.away[1].close()
    for _ in range(5):
        support()
    witnesses.gather()
    two.away[1] = ExitStack()
    two.away[1].enter_context(running(two.made[1], two.served[1].port))
    witnesses._resting.clear()
    witnesses.gather()
    assert _served(app) == (6, BOTH)


def test_a_size_that_we_forgot_is_asked_of_the_witness(app):
    for _ in range(5):
        support()
    witnesses.gather()
    _unguard()
    with transaction():
        db.session.execute(text("DELETE FROM log_cosignature"))
    support()
    witnesses.gather()
    assert _served(app) == (7, BOTH)


def test_a_proof_prefers_what_is_cosigned(app):
    witnesses.gather()
    appended = support()
    log, known = Verifier(resource("log").signer.vkey), resource("policy").verifiers
    proof = parse_proof(queries.prove(appended.index))
    assert not check_proof(proof, appended.bytes, log, known).cosignatures
    witnesses.gather()
    support()
    proof = parse_proof(queries.prove(appended.index))
    signed = check_proof(proof, appended.bytes, log, known, quorum=2)
    assert signed.checkpoint.size == 2


def test_the_policy_says_who_must_sign(app):
    policy = parse_policy(app.test_client().get("/tlog/policy").data)
    assert [log.verifier_key for log in policy.logs] == [resource("log").signer.vkey]
    assert policy.witnesses == resource("policy").witnesses
    assert quorum_met(policy, BOTH) and not quorum_met(policy, {"w1.example"})


def test_pages_say_how_many_watch(app, two):
    page = app.test_client().get("/log").text
    assert "目前有 0 个独立外部见证" in page
    witnesses.gather()
    app.extensions.pop("zhiyan-witnesses")
    page = app.test_client().get("/log").text
    assert "目前有 2 个独立外部见证" in page and "w1.example，w2.example" in page


def test_a_foreign_program_accepts_the_cosigned_log(app, two, tlogcheck, tmp_path):
    for _ in range(300):
        support()
    witnesses.gather()
    export_log(tmp_path / "public")
    command = [tlogcheck, "-log", tmp_path / "public", "-vkey", resource("log").signer.vkey]
    cosigned = [*command, "-witness", two.made[0].signer.vkey, "-quorum", "2"]
    run = subprocess.run(cosigned, capture_output=True, text=True)
    assert run.returncode == 1, "one known witness is not a quorum of two"
    run = subprocess.run(
        [*cosigned, "-witness", two.made[1].signer.vkey], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_forked_checkpoint_is_cosigned_by_nobody_and_the_old_one_stays(app, two):
    support()
    witnesses.gather()
    log = resource("log").signer
    fork = sign_checkpoint(Checkpoint(log.name, 2, bytes(32)), log)
    larger = sign_checkpoint(Checkpoint(log.name, 3, bytes(32)), log)
    for one in two.served:
        assert one.post(format_submission(Submission(2, (), fork)).encode())[0] == 422
        proof = (bytes(32), bytes(32))
        assert one.post(format_submission(Submission(2, proof, larger)).encode())[0] == 422
        assert one.post(format_submission(Submission(0, (), larger)).encode())[0] == 409
    assert _served(app) == (2, BOTH)


def _unguard():
    on = " ON " if db.engine.dialect.name == "postgresql" else ""
    with transaction():
        for name in trigger_names(db.engine.dialect.name):
            table = name.partition("_refuses_")[0]
            db.session.execute(text(f"DROP TRIGGER {name}{on and on + table}"))


def _forget(size, tmp_path):
    """What an insider does: the log cut back to `size`, and every trace of it on this node."""
    _unguard()
    with transaction():
        for table in TABLES[2:]:
            db.session.execute(text(f"DELETE FROM {table} WHERE size > {size}"))
        db.session.execute(text(f"DELETE FROM log_entry WHERE idx >= {size}"))
        for level in range(12):
            gone = f"level = {level} AND number >= {size >> level}"
            db.session.execute(text(f"DELETE FROM log_node WHERE {gone}"))
    (tmp_path / "instance" / "last-signed").unlink()


def _refuses():
    with pytest.raises(Unavailable):
        support()
    return True


def test_a_log_that_was_cut_back_signs_no_more(app, tmp_path):
    for _ in range(6):
        support()
    witnesses.gather()
    _forget(4, tmp_path)
    found = standing.at_start()
    assert _refuses()
    assert "the log has 4 entries, but 7 were signed" in found.refusals[0]
    assert resource("log").last_signed.read().size == 7


@pytest.mark.parametrize("more", [1, 6])
def test_a_log_that_was_rewritten_is_found_out_by_the_worker(app, tmp_path, more, caplog):
    for _ in range(6):
        support()
    witnesses.gather()
    _forget(4, tmp_path)
    for n in range(more):
        support(90 + n)
    witnesses.gather()
    assert _refuses()
    assert standing.refusals() and app.test_client().get("/log").status_code == 200


def test_the_evidence_of_a_fork_is_kept_until_a_person_has_acted(app, tmp_path, caplog):
    for _ in range(6):
        support()
    witnesses.gather()
    _forget(4, tmp_path)
    for n in range(6):
        support(90 + n)
    (refusal,) = standing.at_start().refusals
    evidence = (tmp_path / "instance" / "signing-refused").read_text()
    held = open_checkpoint(evidence.partition("\n\n")[2], Verifier(resource("log").signer.vkey))
    assert held.checkpoint.size == 7 and "another history of the first 7 entries" in refusal
    assert _refuses()
    (tmp_path / "instance" / "signing-refused").unlink()
    assert support().index == 10


def test_a_start_behind_a_witness_warns_and_writes_nothing(app, tmp_path, monkeypatch):
    for _ in range(3):
        support()
    witnesses.gather()
    _forget(2, tmp_path)
    monkeypatch.setattr("forum.startup._require_triggers", lambda: None)
    warnings = start(app)
    assert any(line.startswith("nothing can be written: the log has 2") for line in warnings)
    assert queries.tip().size == 2


def test_a_node_that_forgot_what_it_signed_waits_for_a_witness(app, two, tmp_path):
    (tmp_path / "instance" / "last-signed").unlink()
    for stack in two.away:
        stack.close()
    with pytest.raises(NotReady, match="no witness answers"):
        start(app)


def test_a_start_without_witnesses_goes_on_and_names_them(app, two):
    for stack in two.away:
        stack.close()
    assert {f"the witness {name} does not answer" for name in ("one", "two")} <= set(start(app))
    assert support().index == 3  # after the policy, which is a logged setting


@pytest.mark.parametrize(
    "body",
    [b"", b"ok\n", "— w1.example AAAA\n".encode(), b"\xff" * 99, "— stranger.example {}\n".encode(),
     b"x" * 100_000],
)  # fmt: skip
def test_an_answer_that_is_no_cosignature_is_not_kept(app, monkeypatch, body, caplog):
    def lying(requests, _within):
        return {name: courier.Reply(200, body) for name in requests}

    monkeypatch.setattr(witnesses, "ask_all", lying)
    witnesses.gather()
    assert db.session.scalar(text("SELECT count(*) FROM log_cosignature")) == 0
    assert _served(app) == (1, set())


def test_a_cosignature_that_was_tampered_with_is_found(app):
    for _ in range(3):
        support()
        witnesses.gather()
    assert list(check_cosigned()) == []
    _unguard()
    with transaction():
        forged = "UPDATE log_cosignature SET line = replace(line, 'A', 'B') WHERE size = 3"
        db.session.execute(text(forged))
        db.session.execute(text("DELETE FROM log_checkpoint WHERE size = 4"))
    found = {(one.code, one.index) for one in check_cosigned()}
    assert found == {("bad-cosignature", 3), ("bad-cosignature", 4), ("log-rollback", 4)}


def test_a_line_by_a_key_that_is_not_in_the_policy_does_not_count(app, two, tmp_path):
    witnesses.gather()
    usurper = a_witness(tmp_path / "usurper", name="w2.example").signer
    support()
    line = usurper.line(queries.tip().note.partition("\n\n")[0] + "\n", 1)
    with transaction():
        row = {"size": 2, "name": "w2.example", "line": line, "time": clock.now()}
        db.session.execute(db.insert(witnesses.LogCosignature), [row])
    sizes = dict(publishing.cosigned(resource("policy")))
    assert sizes == {2: frozenset(), 1: frozenset(BOTH)}
    CosignatureVerifier(usurper.vkey)


@pytest.mark.parametrize(
    ("lines", "said"),
    [("quorum one\n", "line 1: one is not a witness"), ("", "quorum"), ("witness a b\n", "line 1"),
     ("quorum none", "line 1"), (None, "No such file")],
)  # fmt: skip
def test_a_policy_that_cannot_be_read_is_refused_with_its_line(tmp_path, lines, said):
    path = tmp_path / "policy"
    if lines is not None:
        path.write_text(lines)
    with pytest.raises(ValueError, match=f"FORUM_WITNESSES=.*{said}"):
        keys.read_policy(str(path))
