"""However a witness behaves, asking it ends in time and costs little."""

import socket
import time
from contextlib import suppress
from threading import Event, Thread

import pytest

from forum.log.courier import MAX_REPLY, Request, ask_all


@pytest.fixture
def stranger():
    """A server that does to each caller what the test says; its address comes back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def behave(as_told):
        def serve():
            with suppress(OSError):
                caller, _address = listener.accept()
                with caller:
                    caller.recv(65536)
                    as_told(caller)

        Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/add-checkpoint"

    yield behave
    listener.close()


def _trickles(caller):
    caller.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(100):
        caller.sendall(b"X: y\r\n")
        time.sleep(0.1)


def _is_silent(caller):
    time.sleep(10)


def _never_ends(caller):
    caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        caller.sendall(b"x" * 65536)


def _lies_about_its_length(caller):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort")


def _speaks_another_language(caller):
    caller.sendall(b"220 mail.example ESMTP\r\n\r\n")


@pytest.mark.parametrize(
    "behaviour",
    [_trickles, _is_silent, _never_ends, _lies_about_its_length, _speaks_another_language],
)
def test_a_witness_that_misbehaves_is_given_up_in_time(stranger, behaviour):
    started = time.monotonic()
    reply = ask_all({"w": Request(stranger(behaviour), b"old 0")}, within=1.0)["w"]
    assert (reply.status, reply.body) == (0, b"") and reply.failure
    assert time.monotonic() - started < 3


def test_a_redirect_is_not_followed(stranger):
    def redirects(caller):
        caller.sendall(
            b"HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        )

    assert ask_all({"w": Request(stranger(redirects), b"x")}, within=2.0)["w"].status == 307


def test_a_body_of_any_length_that_is_allowed_is_read(stranger):
    def answers(caller):
        head = f"HTTP/1.1 409 Conflict\r\nContent-Length: {MAX_REPLY}\r\n\r\n"
        caller.sendall(head.encode() + b"7" * MAX_REPLY)

    reply = ask_all({"w": Request(stranger(answers))}, within=5.0)["w"]
    assert (reply.status, len(reply.body)) == (409, MAX_REPLY)


def test_one_that_is_silent_does_not_keep_the_answer_of_another(stranger):
    slow = Request(stranger(_is_silent))
    refused = Request("http://127.0.0.1:1/")
    replies = ask_all({"slow": slow, "refused": refused}, 0.5)
    assert all(reply.status == 0 and reply.failure for reply in replies.values())


def test_a_witness_that_drips_on_after_its_time_is_hung_up_on(stranger):
    noticed = Event()

    def drips(caller):
        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                caller.sendall(b"x")
                time.sleep(0.05)
        except OSError:
            noticed.set()

    replies = ask_all({"w": Request(stranger(drips))}, 0.3)
    assert replies["w"].status == 0 and noticed.wait(5)
