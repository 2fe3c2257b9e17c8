"""A witness vouches only for what it has stored, for one history, whoever knocks and however."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from forum.tlog.checkpoint import open_checkpoint
from forum.tlog.note import CosignatureVerifier, NoteError, Verifier
from forum.witness import cli
from forum.witness.judge import State, judge
from forum.witness.store import Slot, Store, StoreError
from forum.witness.vouching import Witness
from tests.witness.running import LOG, a_request, a_tree, a_witness, running

SIZE_TYPE = "text/x.tlog.size"


@pytest.fixture
def witness(tmp_path):
    return a_witness(tmp_path / "w", LOG.vkey)


@pytest.fixture
def served(witness):
    with running(witness) as found:
        yield found


def _opened(note, witness):
    keys = Verifier(LOG.vkey), [CosignatureVerifier(witness.vkey)]
    return open_checkpoint(note, *keys)


def test_every_answer_has_its_status_and_type(served):
    grown = a_request(0, a_tree(5))
    status, type_, line = served.post(grown)
    assert (status, type_) == (200, "text/plain; charset=utf-8")
    signed = _opened(grown.decode().partition("\n\n")[2] + line.decode(), served)
    assert abs(signed.cosignatures[served.name] - time.time()) < 60
    assert served.post(grown) == (409, SIZE_TYPE, b"5\n")
    assert served.post(b"old 0")[0] == 400
    assert served.post(a_request(5, a_tree(8, "fork", 2)))[0] == 422
    assert served.post(a_request(5, a_tree(8)))[0] == 200
    assert served.post(grown, "/elsewhere")[0] == 404


def test_a_monitor_sees_what_was_cosigned_last(served):
    assert served.shown(LOG.name)[0] == 404
    for old, new in ((0, 3), (3, 3), (3, 7)):
        assert served.post(a_request(old, a_tree(new)))[0] == 200
    status, type_, note = served.shown(LOG.name)
    signed = _opened(note, served)
    assert (status, type_) == (200, "text/plain; charset=utf-8")
    assert (signed.checkpoint.size, set(signed.cosignatures)) == (7, {served.name})


def test_a_witness_remembers_over_a_restart(witness, tmp_path):
    with running(witness) as served:
        served.post(a_request(0, a_tree(5)))
    with running(Witness(Store(tmp_path / "w"))) as served:
        assert served.post(a_request(0, a_tree(9, "fork"))) == (409, SIZE_TYPE, b"5\n")
        assert served.post(a_request(5, a_tree(9)))[0] == 200


def test_a_damaged_memory_is_not_a_new_beginning(witness, tmp_path, caplog):
    with running(witness) as served:
        served.post(a_request(0, a_tree(5)))
        (path,) = (tmp_path / "w").glob("*.note")
        for damage in (b"", b"5\n", path.read_bytes()[:40]):
            path.write_bytes(damage)
            assert served.post(a_request(0, a_tree(9, "fork")))[0] == 500


class EagerWitness(Witness):
    """The flaw: vouches first and stores afterwards."""

    def _vouch(self, answer, slot):
        try:
            return super()._vouch(answer, slot)
        except OSError:
            return answer


def _vouches_without_storing(witness, monkeypatch):
    def full(_self, _note):
        raise OSError("no space left on device")

    monkeypatch.setattr(Slot, "write", full)
    with running(witness) as served:
        return served.post(a_request(0, a_tree(5)))[0] == 200


@pytest.mark.parametrize(("kind", "flawed"), [(Witness, False), (EagerWitness, True)])
def test_nothing_is_vouched_for_that_could_not_be_stored(
    witness, monkeypatch, caplog, kind, flawed
):
    assert _vouches_without_storing(kind(witness.store), monkeypatch) == flawed


def test_what_was_vouched_for_survives_a_kill_at_the_answer(tmp_path):
    folder = tmp_path / "w"
    a_witness(folder, LOG.vkey)
    for size in (3, 5, 8):
        process, port = _start(folder)
        with socket.create_connection(("127.0.0.1", port)) as client:
            body = a_request({3: 0, 5: 3, 8: 5}[size], a_tree(size))
            head = f"POST /add-checkpoint HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
            client.sendall(head.encode() + body)
            answer = client.recv(100)
            process.kill()
        process.communicate()
        assert answer.startswith(b"HTTP/1.1 200")
        with Store(folder).locked(LOG.name) as slot:
            assert slot.read().size == size


class ForgetfulWitness(Witness):
    """The flaw: reads and judges before it takes the lock, under which it stores."""

    def add_checkpoint(self, request):
        with self.store.locked(LOG.name) as slot:
            pass
        answer = judge(request, State(self.store.logs(), {LOG.name: slot.read()}))
        with self.store.locked(LOG.name) as slot:
            return self._vouch(answer, slot)


def _worst_timing(monkeypatch, wait):
    """Whoever has read waits `wait` seconds for the other to have read as well."""
    both, read = Barrier(2), Slot.read

    def slowly(self):
        found = read(self)
        with suppress(BrokenBarrierError):
            both.wait(wait)
        return found

    monkeypatch.setattr(Slot, "read", slowly)


@pytest.mark.parametrize(
    ("kind", "wait", "vouched"), [(Witness, 0.3, 1), (ForgetfulWitness, 30, 2)]
)
def test_of_two_histories_at_once_one_is_vouched_for(witness, monkeypatch, kind, wait, vouched):
    _worst_timing(monkeypatch, wait)
    witness = kind(witness.store)
    branches = [a_request(0, a_tree(5, name)) for name in ("left", "right")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(witness.add_checkpoint, branches))
    assert [answer.status for answer in answers].count(200) == vouched


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: 99999999", 413),
        ("Content-Length: 9999999999999", 400),
        ("Content-Length: -1", 400),
        ("Content-Length: 5\r\nContent-Length: 6", 400),
        ("Transfer-Encoding: chunked", 411),
        ("X: y", 411),
    ],
)
def test_a_body_without_a_sane_length_is_not_read(served, head, status):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as client:
        client.sendall(f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{head}\r\n\r\n".encode())
        answer = client.makefile("rb").read()
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer


def test_a_client_that_trickles_is_cut_off_and_delays_nobody(witness):
    with running(witness, request_within=1.0) as served:
        slow = socket.create_connection(("127.0.0.1", served.port), timeout=5)
        slow.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 1000\r\n\r\n")
        started, ended = time.monotonic(), None
        assert served.post(a_request(0, a_tree(5)))[0] == 200
        while ended is None and time.monotonic() - started < 5:
            try:
                slow.sendall(b"o")
                time.sleep(0.1)
            except OSError:
                ended = time.monotonic()
        slow.close()
    assert ended is not None and ended - started < 3


def test_one_connection_may_carry_many_requests(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as client:
        answers = client.makefile("rb")
        for _ in range(3):
            client.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 3\r\n\r\nold")
            assert answers.readline().startswith(b"HTTP/1.1 400")
            length = 0
            while (line := answers.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length"):
                    length = int(line.split(b":")[1])
            answers.read(length)


def test_no_path_leads_out_of_the_folder(served, tmp_path):
    (tmp_path / "w" / "secret.note").write_text("secret")
    for path in (
        "/../w/key/checkpoint",
        "/secret/checkpoint",
        "/key",
        "/logs",
        "/%2e%2e/checkpoint",
    ):
        assert served._ask("GET", path, None)[0] == 404


def _start(folder):
    command = [sys.executable, "-m", "forum.witness.cli", "serve", "--dir", str(folder)]
    process = subprocess.Popen(
        [*command, "--bind", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    address = process.stdout.readline().split()[-1]
    return process, int(address.rstrip("/").rpartition(":")[2])


def test_it_stops_in_order_when_told_to(tmp_path):
    a_witness(tmp_path / "w", LOG.vkey)
    process, port = _start(tmp_path / "w")
    with socket.create_connection(("127.0.0.1", port)):
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=15)
    assert (process.returncode, said[1]) == (0, "")


def test_the_commands_make_a_witness(tmp_path, capsys):
    folder = str(tmp_path / "new" / "w")
    assert cli.main(["init", "--name", "w.example/1", "--dir", folder]) == 0
    CosignatureVerifier(capsys.readouterr().out.strip())
    assert stat.S_IMODE(os.stat(f"{folder}/key").st_mode) == 0o600
    assert cli.main(["add-log", "--dir", folder, LOG.vkey]) == 0
    assert set(Store(tmp_path / "new" / "w").logs()) == {LOG.name}


@pytest.mark.parametrize(
    "arguments",
    [["init", "--name", "w", "--dir", "w"], ["init", "--name", "a b", "--dir", "other"],
     ["add-log", "--dir", "w", "no key"], ["add-log", "--dir", "nowhere", LOG.vkey],
     ["serve", "--dir", "nowhere"], ["serve", "--dir", "w", "--bind", "here"]],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_why_in_one_line(
    tmp_path, monkeypatch, capsys, arguments
):
    a_witness(tmp_path / "w")
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("forum-witness: ") and said.count("\n") == 1


def test_a_key_file_that_is_not_one_is_refused(tmp_path):
    store = Store(tmp_path)
    for text in ("", "PRIVATE+KEY+w", "PRIVATE+KEY+w+00000000+AAAA", "x" * 99):
        (tmp_path / "key").write_text(text)
        with pytest.raises(StoreError):
            store.signer()
    with pytest.raises(NoteError):
        store.add_log("complaints.example/log+8fcf5d8b+AAAA")


def test_the_bare_package_runs_it():
    program = "import sys, json, forum.witness.cli; print(json.dumps(list(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in json.loads(run.stdout)}
    assert not loaded & {"flask", "sqlalchemy", "werkzeug", "click", "wtforms", "babel"}
    rooms = {name for name in json.loads(run.stdout) if name.startswith("forum.")}
    assert {name.split(".")[1] for name in rooms} == {"tlog", "witness"}
