"""A witness accepts exactly the trees that begin with what it cosigned before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.checkpoint import Checkpoint, sign_checkpoint
from forum.tlog.merkle import EMPTY_ROOT
from forum.tlog.note import CosignatureSigner, Signer, Verifier
from forum.tlog.submission import Submission, format_submission
from forum.witness.judge import Answer, Cosigned, State, claimed_origin, judge
from tests.witness.running import LOG, a_request, a_tree

SMALL = range(10)
KNOWN = {LOG.name: (Verifier(LOG.vkey),)}
STATUSES = {200, 400, 403, 404, 409, 422}


def _state(size: int) -> State:
    tree = a_tree(size)
    return State(KNOWN, {LOG.name: Cosigned(tree.size, tree.root)})


def _expected(old: int, last: int, new: int) -> int:
    if old > new:
        return 400
    return 200 if old == last else 409


@pytest.mark.parametrize("last", SMALL)
def test_an_honest_log_is_cosigned_from_where_the_witness_stands(last):
    for new in SMALL:
        for old in SMALL:
            answer = judge(a_request(old, a_tree(new)), _state(last))
            assert answer.status == _expected(old, last, new), (old, last, new)
            assert (answer.accepted is not None) == (answer.status == 200)
            if answer.status == 409:
                assert answer == Answer(409, f"{last}\n", "text/x.tlog.size")


@pytest.mark.parametrize("last", SMALL[1:])
def test_another_history_is_never_cosigned(last):
    for new in range(last, 10):
        for shared in range(last):
            fork = a_tree(new, "fork", shared)
            answer = judge(a_request(last, fork), _state(last))
            assert (answer.status, answer.accepted) == (422, None), (last, new, shared)


@pytest.mark.parametrize(
    ("old", "last", "new", "proof"),
    [(0, 0, 5, (bytes(32),)), (5, 5, 5, (bytes(32),)), (3, 3, 5, ()), (3, 3, 5, (bytes(32),) * 63)],
)
def test_a_proof_that_does_not_prove_is_refused(old, last, new, proof):
    note = sign_checkpoint(Checkpoint(LOG.name, new, a_tree(new).root), LOG)
    request = format_submission(Submission(old, proof, note)).encode()
    assert judge(request, _state(last)).status == 422


def test_a_tree_without_entries_has_only_one_root():
    text = f"{LOG.name}\n0\n{'A' * 43}=\n"
    request = f"old 0\n\n{text}\n{LOG.line(text)}".encode()
    assert judge(request, _state(0)).status == 422
    assert judge(a_request(0, a_tree(0)), _state(0)).status == 200


def test_an_unknown_log_is_told_so_before_anything_is_verified():
    assert judge(a_request(3, a_tree(2)), State()).status == 400
    assert judge(a_request(0, a_tree(2)), State()).status == 404
    stranger = Signer(LOG.name, bytes(32))
    assert judge(a_request(1, a_tree(2), stranger), _state(0)).status == 403


def test_a_known_key_with_a_failing_line_is_refused_beside_a_good_one():
    request = a_request(0, a_tree(3)).decode()
    bad = LOG.line("another text\n")
    assert judge((request + bad).encode(), _state(0)).status == 403
    unknown = Signer("someone.else", bytes(32)).line("whatever\n")
    assert judge((request + unknown).encode(), _state(0)).status == 200


def test_a_log_that_changes_its_key_may_sign_with_either():
    new = Signer(LOG.name, bytes(32))
    state = State({LOG.name: (Verifier(LOG.vkey), Verifier(new.vkey))})
    assert judge(a_request(0, a_tree(3), new), state).status == 200


GOOD = a_request(3, a_tree(9, "", 0))
LINES = GOOD.decode().split("\n")


@pytest.mark.parametrize(
    "request_",
    [b"", b"\n", b"old", b"old 3", GOOD[:-1], b" " + GOOD, GOOD.replace(b"old 3", b"old 03"),
     GOOD.replace(b"old 3", b"old -3"), GOOD.replace(b"old 3", b"old 3 "), GOOD.replace(b"\n", b"\r\n"),
     GOOD.replace(b"old 3", b"old 99999999999999999999"), GOOD.replace(b"old 3\n", b"old 3\n\n"),
     GOOD.replace(b"\n9\n", b"\n09\n"), GOOD + b"\n", GOOD + b"x" * 300_000, b"\xff" + GOOD,
     b"old 3\n" + b"AAAA\n" + GOOD[6:], b"old 3\n" + (b"A" * 43 + b"=\n") * 64 + GOOD[6:]],
)  # fmt: skip
def test_a_request_that_is_not_canonical_is_malformed(request_):
    assert judge(request_, _state(3)).status == 400
    assert judge(GOOD, _state(3)).status == 200


@given(st.binary(max_size=400))
def test_whatever_is_sent_is_answered(request_):
    assert judge(request_, _state(3)).status in STATUSES - {200}
    claimed_origin(request_)


@given(st.data())
def test_a_damaged_request_is_answered_and_vouched_for_only_if_the_tree_is_the_same(data):
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        piece = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"\n", b"0", b"="])))
        damaged[at : at + data.draw(st.integers(0, 60))] = piece
    answer = judge(bytes(damaged), _state(3))
    assert answer.status in STATUSES
    if answer.accepted:
        assert answer.accepted.text == "\n".join(LINES[-6:-3]) + "\n"


def test_a_hundred_signatures_are_read_and_one_more_is_not():
    lines = [CosignatureSigner(f"w{n}", bytes([n]) * 32).line("x\n", 1) for n in range(100)]
    assert judge(GOOD + "".join(lines[:99]).encode(), _state(3)).status == 200
    assert judge(GOOD + "".join(lines).encode(), _state(3)).status == 400


def test_what_was_never_cosigned_is_a_tree_without_entries():
    assert Cosigned() == Cosigned(0, EMPTY_ROOT)
