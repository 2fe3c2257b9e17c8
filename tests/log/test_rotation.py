"""The log gets a new key, and nobody who trusted the old one is left behind or led astray."""

import shutil
import stat
import subprocess
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import text
from werkzeug.serving import make_server

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.refusal import Unavailable
from forum.base.resources import resource
from forum.log import keys, queries, rotation, service, standing, witnesses
from forum.log.check import check_log
from forum.log.check_cosigned import check_cosigned
from forum.log.export import export_log
from forum.log.ring import KeyRing, write_private
from forum.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from forum.tlog.encoding import decode_base64
from forum.tlog.errors import TlogError
from forum.tlog.note import Signer, Verifier
from forum.tlog.policy import parse_policy
from forum.tlog.rotation import sign_rotation
from tests.log.board import ORIGIN, new_board, open_board, support
from tests.witness.running import a_witness, running

LATER = timedelta(days=90, seconds=2)


class Crash(Exception):
    """The process ended here."""


def ninety_days_later():
    return clock.set_to(clock.now() + LATER)


def signed_by(note=None):
    """The verifier keys under the newest checkpoint, or another, in their order."""
    found = open_checkpoint(note or queries.tip().note, rotation.known_keys()).signed_by
    return list(found)


@pytest.fixture
def old(app):
    """The first key of the board."""
    support()
    return rotation.vkey()


def test_both_keys_sign_for_ninety_days_and_then_the_new_one_alone(old):
    entry = rotation.rotate("S-001")
    new = rotation.vkey()
    assert new != old and signed_by() == [new, old]
    with clock.set_to(entry.at + timedelta(days=90, seconds=-1)):
        support(2)
        assert signed_by() == [new, old]
    with clock.set_to(entry.at + timedelta(days=90)):
        support(3)
        assert signed_by() == [new]
    assert check_log() == []


def test_a_stored_change_that_cannot_be_read_stops_signing_and_is_named(app, old, url):
    index = rotation.rotate("S-001").index
    on_table = " ON log_entry" if url else ""
    db.session.execute(text(f"DROP TRIGGER log_entry_refuses_update{on_table}"))
    db.session.execute(text("UPDATE log_entry SET bytes = :junk WHERE idx = :index"),
                       {"junk": b"{}", "index": index})  # fmt: skip
    db.session.commit()
    with pytest.raises(Unavailable):
        support()
    db.session.rollback()
    assert any(difference.index == index for difference in check_log())


def test_the_change_is_an_entry_signed_by_the_old_key(old):
    index = rotation.rotate("S-001").index
    entry = queries.entry(index)
    message = f"zhiyan/v1/rotate\n{ORIGIN}\n{rotation.vkey()}\n"
    assert (entry["by"], entry["staff"], entry["vkey"]) == ("admin", "S-001", rotation.vkey())
    assert Verifier(old).verify(message, decode_base64(entry["sig"]))


def test_the_first_checkpoint_with_the_change_is_served_for_ever(app, old):
    visitor, index = app.test_client(), rotation.rotate().index
    first = queries.tip().note
    with ninety_days_later():
        for n in range(3):
            support(n)
        rotation.settle()
        served = visitor.get(f"/tlog/rotations/{index}")
        assert (served.text, served.mimetype) == (first, "text/plain")
        assert signed_by(served.data) == [rotation.vkey(), old]
    assert visitor.get("/tlog/rotations/indexes").text == f"{index}\n"
    assert visitor.get("/tlog/vkey").text == f"{rotation.vkey()}\n"
    for other in (index - 1, index + 1, 10**12):
        assert visitor.get(f"/tlog/rotations/{other}").status_code == 404


def test_the_policy_names_the_keys_that_sign(app, old):
    rotation.rotate()
    policy = parse_policy(app.test_client().get("/tlog/policy").text)
    assert [log.verifier_key for log in policy.logs] == [rotation.vkey(), old]
    with ninety_days_later():
        support()
        policy = parse_policy(app.test_client().get("/tlog/policy").text)
        assert [log.verifier_key for log in policy.logs] == [rotation.vkey()]


def test_the_former_secret_is_kept_private_and_destroyed_after_ninety_days(old, tmp_path):
    rotation.rotate()
    former = tmp_path / "instance" / f"log.key.{old.split('+')[1]}"
    files = [tmp_path / "instance" / "log.key", former, *former.parent.glob("log.key.*[0-9a-f]")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600} and len(files) == 4
    rotation.settle()
    assert former.read_text().startswith("PRIVATE")
    with ninety_days_later():
        rotation.settle()
        assert former.read_text().startswith("PRIVATE")  # The log's time decides, not the clock.
        support()
        rotation.settle()
        assert former.read_text() == f"{old}\n"
        support(2)
    assert check_log() == [] and list(check_cosigned()) == []


def test_a_running_process_takes_the_new_key_by_itself(app, old, tmp_path, url):
    other = open_board(tmp_path / "instance", url)
    with other.app_context():
        support(2)
        assert signed_by() == [old]
    rotation.rotate()
    with other.app_context():
        support(3)
        assert signed_by() == [rotation.vkey(), old] and rotation.vkey() != old
        db.session.remove()
        db.engine.dispose()


def test_a_node_without_the_new_key_signs_nothing_until_it_gets_the_files(app, old, tmp_path, url):
    shutil.copytree(
        tmp_path / "instance", tmp_path / "node", ignore=shutil.ignore_patterns("*.db*")
    )
    address = url or f"sqlite:///{tmp_path / 'instance' / 'zhiyan.db'}"
    other = open_board(tmp_path / "node", address)
    rotation.rotate()
    before = queries.tip()
    with other.app_context():
        with pytest.raises(Unavailable) as refused:
            support(2)
        assert refused.value.evidence["missing"] == [rotation.vkey()]
        assert "copy log.key" in standing.refusals()[0] and queries.tip() == before
        for file in (tmp_path / "instance").glob("log.key*"):
            shutil.copy(file, tmp_path / "node")
        assert support(3).index == before.size
        db.session.remove()
        db.engine.dispose()


STEPS = ["keep the new key", "log the change", "commit", "settle", "replace log.key"]


def _crash_at(monkeypatch, step):
    def crash(*_given, **_named):
        raise Crash

    where = {
        "keep the new key": (KeyRing, "keep"),
        "log the change": (rotation, "append"),
        "commit": (service, "_seal"),
        "settle": (rotation, "_settle"),
        "replace log.key": (KeyRing, "settle_on"),
    }
    monkeypatch.setattr(*where[step], crash)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_a_board_that_starts_and_signs(
    app, old, tmp_path, url, monkeypatch, step
):
    with monkeypatch.context() as patched, pytest.raises(Crash):
        _crash_at(patched, step)
        rotation.rotate()
    changed = STEPS.index(step) > STEPS.index("commit")
    assert len(queries.rotations()) == changed
    again = open_board(tmp_path / "instance", url)
    with again.app_context():
        assert standing.at_start().refusals == ()
        support(2)
        assert signed_by() == ([rotation.vkey(), old] if changed else [old])
        assert resource("log").signer.vkey == rotation.vkey()
        rotation.rotate()
        assert (len(signed_by()), check_log()) == (2 + changed, [])
        db.session.remove()
        db.engine.dispose()


def test_a_key_that_nobody_rotated_to_signs_nothing(app, old, tmp_path, url):
    """Whoever puts another key in the place of ours begins a log that nobody can follow."""
    path = tmp_path / "instance" / "log.key"
    path.unlink()
    stranger = tmp_path / "other"
    shutil.copytree(tmp_path / "instance", stranger)
    keys.make(open_board(stranger, url))
    shutil.copy(stranger / "log.key", path)
    again = open_board(tmp_path / "instance", url)
    with again.app_context():
        before = queries.tip()
        with pytest.raises(Unavailable):
            support(2)
        assert "put back" in standing.refusals()[0] and queries.tip() == before
        db.session.remove()
        db.engine.dispose()


def test_a_change_signed_by_the_new_key_is_found_and_not_signed_over(app, old):
    """The planted flaw: whoever has the database but not the key hands the log to themselves."""
    new = Signer(ORIGIN, bytes(32))
    forged = {"by": "admin", "staff": None, "vkey": new.vkey, "sig": sign_rotation(new, new.vkey)}
    with pytest.raises(Unavailable), transaction():
        service.append("key.rotated", **forged)
    assert check_log() == []


def test_log_check_finds_a_checkpoint_signed_by_the_new_key_only(app, old, url):
    """The planted flaw: a rotation that forgets whoever knows only the old key."""
    rotation.rotate()
    tip, new = queries.tip(), resource("log").ring.signer(rotation.vkey())
    alone = sign_checkpoint(Checkpoint(ORIGIN, tip.size, decode_base64(tip.root)), new)
    with transaction():
        on = " ON log_checkpoint" if url else ""
        db.session.execute(text(f"DROP TRIGGER log_checkpoint_refuses_update{on}"))
        db.session.execute(text("UPDATE log_checkpoint SET note = :n WHERE size = :s"),
                           {"n": alone, "s": tip.size})  # fmt: skip
    found = [(one.code, one.index) for one in check_log() if one.code != "trigger-missing"]
    assert found == [("bad-signature", tip.size)]
    with pytest.raises(TlogError):
        open_checkpoint(queries.tip().note, Verifier(old))


def test_a_witness_with_the_old_key_cosigns_for_ninety_days_then_needs_the_new(app, old, tmp_path):
    witness = a_witness(tmp_path / "w", old, name="w.example")
    with running(witness) as served:
        policy = parse_policy(f"log {old}\nwitness one {served.vkey} {served.url}\nquorum one\n")
        rotation.rotate()
        assert len(witnesses.collect(queries.tip(), policy.witnesses)) == 1
        with ninety_days_later():
            support()
            assert witnesses.collect(queries.tip(), policy.witnesses) == []
            witness.store.add_log(rotation.vkey())
            assert len(witnesses.collect(queries.tip(), policy.witnesses)) == 1


@pytest.mark.parametrize(("which", "days", "accepted"),
                         [(0, 0, True), (1, 0, True), (0, 91, False), (1, 91, True)])  # fmt: skip
def test_our_policy_may_name_either_key_while_both_sign(
    app, old, tmp_path, url, which, days, accepted
):
    rotation.rotate()
    with clock.set_to(clock.now() + timedelta(days=days)):
        support()
        rotation.settle()
        policy = tmp_path / "policy"
        policy.write_text(f"log {(old, rotation.vkey())[which]}\nquorum none\n")
        if accepted:
            open_board(tmp_path / "instance", url, FORUM_WITNESSES=str(policy))
        else:
            with pytest.raises(ValueError, match="not about the log"):
                open_board(tmp_path / "instance", url, FORUM_WITNESSES=str(policy))


@pytest.fixture
def address(tmp_path, empty_url):
    """A board that really listens, named after the port it listens on."""

    def late(environ, start_response):
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, late, threaded=True)
    base = f"http://127.0.0.1:{server.port}"
    app = new_board(tmp_path / "instance", empty_url, base)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    with app.app_context():
        yield base
        server.shutdown()
        thread.join()
        server.server_close()
        db.session.remove()
        db.engine.dispose()


def test_a_foreign_program_accepts_the_log_with_either_key(tlogcheck, address, tmp_path):
    def accepts(vkey, where, *more):
        command = [tlogcheck, "-log", where, "-vkey", vkey, *map(str, more)]
        run = subprocess.run(command, capture_output=True, text=True)
        return run.returncode == 0

    support()
    former, before = rotation.vkey(), tmp_path / "before"
    before.write_text(queries.tip().note)
    rotation.rotate()
    support(2)
    assert accepts(former, f"{address}/tlog/", "-old", before, "-index", 2)
    assert accepts(rotation.vkey(), f"{address}/tlog/", "-index", 2)
    with ninety_days_later():
        support(3)
        export_log(tmp_path / "public")
        assert accepts(rotation.vkey(), tmp_path / "public")
        assert not accepts(former, tmp_path / "public")
    assert (tmp_path / "public" / "rotations" / "2").read_text() == rotation.note_of(2)


def test_a_damaged_key_file_is_named_and_not_overwritten(app, old, tmp_path):
    path = tmp_path / "instance" / "log.key.00000000"
    write_private(path, "nothing\n")
    with pytest.raises(ValueError):
        KeyRing(tmp_path / "instance" / "log.key")
    assert path.read_text() == "nothing\n"
