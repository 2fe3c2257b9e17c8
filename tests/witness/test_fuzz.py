"""Whatever is sent to a witness, it answers by the rules and goes on answering."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.tlog.checkpoint import Checkpoint, format_checkpoint, open_checkpoint
from forum.tlog.encoding import encode_base64
from forum.tlog.errors import TlogError
from forum.tlog.note import CosignatureVerifier, Verifier, sign
from forum.tlog.submission import MAX_SUBMISSION, Submission, format_submission
from forum.witness.judge import Cosigned, State, judge
from tests.spoiling import spoilt
from tests.witness.running import LOG, Running, a_request, a_tree, a_witness, running

HELD, GROWN = a_tree(3), a_tree(9)
GOOD = a_request(3, GROWN)
STATE = State({LOG.name: (Verifier(LOG.vkey),)}, {LOG.name: Cosigned(3, HELD.root)})
REFUSALS = {400, 403, 404, 409, 422}
WITHIN = 2000  # milliseconds


@settings(deadline=WITHIN)
@given(spoilt(GOOD))
def test_a_spoilt_request_is_refused_or_is_about_the_same_tree(request_):
    answer = judge(request_, STATE)
    assert answer.status in REFUSALS | {200}
    if answer.accepted:
        assert answer.accepted.text == format_checkpoint(
            Checkpoint(LOG.name, GROWN.size, GROWN.root)
        )
    else:
        assert answer.body.strip(), "the rule that was broken is named"


SIZES = st.sampled_from([0, 1, 2, 3, 4, 9, 2**63 - 1]) | st.integers(0, 2**63 - 1)
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=63)


@settings(deadline=WITHIN)
@given(old=SIZES, new=SIZES, proof=HASHES, root=st.binary(min_size=32, max_size=32))
def test_no_signed_claim_with_an_invented_proof_is_vouched_for(old, new, proof, root):
    """The log itself may lie: its signature is good, its tree is not the one that was seen."""
    note = sign(f"{LOG.name}\n{new}\n{encode_base64(root)}\n", LOG)
    request = format_submission(Submission(old, tuple(proof), note)).encode()
    assert judge(request, STATE).status in REFUSALS


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One witness for all that is thrown at it; it has cosigned `HELD`."""
    folder = tmp_path_factory.mktemp("fuzzed")
    with running(a_witness(folder / "w", LOG.vkey), request_within=1.0) as served:
        assert served.post(a_request(0, HELD))[0] == 200
        yield served


def stands_by_what_it_held(served: Running) -> bool:
    """Whether it still shows a tree that an honest log had, with its own line."""
    status, _type, note = served.shown(LOG.name)
    verifier = CosignatureVerifier(served.vkey)
    opened = open_checkpoint(note, Verifier(LOG.vkey), [verifier])
    roots = {3: HELD.root, 9: GROWN.root}
    return status == 200 and roots[opened.checkpoint.size] == opened.checkpoint.root


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spoilt(GOOD))
def test_the_served_witness_answers_every_spoilt_request(served, request_):
    status, _type, body = served.post(request_[:MAX_SUBMISSION])
    assert status in REFUSALS | {200} and body
    assert stands_by_what_it_held(served)


HEAD = (b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: %d\r\n"
        b"Connection: close\r\n\r\n" % len(GOOD)) + GOOD  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.one_of(spoilt(HEAD), st.binary(max_size=200)))
def test_no_bytes_on_the_wire_stop_it(served, sent):
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except TimeoutError:
            pytest.fail("the witness keeps the connection for ever")
        except OSError:
            pass  # It may hang up on nonsense before all of it was sent.
    assert stands_by_what_it_held(served)


def test_a_crowd_of_signatures_is_bounded():
    crowd = GOOD + b"".join(LOG.line(f"{n}\n").encode() for n in range(3000))
    assert judge(crowd, STATE).status == 400
    with pytest.raises(TlogError, match="at most"):
        open_checkpoint(crowd.split(b"\n\n", 1)[1], Verifier(LOG.vkey))
