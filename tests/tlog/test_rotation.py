"""From one key of a log that somebody trusts to every later one, and to no other."""

from datetime import UTC, datetime, timedelta

import pytest

from forum.tlog.checkpoint import Checkpoint, CheckpointError, sign_checkpoint
from forum.tlog.entry import format_entry
from forum.tlog.errors import TlogError
from forum.tlog.merkle import Tree, prove_inclusion
from forum.tlog.note import Signer, Verifier
from forum.tlog.proof import Proof
from forum.tlog.rotation import (
    BOTH_SIGN,
    KIND,
    Rotation,
    RotationError,
    follow,
    open_signed_by_all,
    sign_rotation,
    trust,
)

ORIGIN = "complaints.example/tlog"
DAY = timedelta(days=1)
START = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
KEYS = [Signer(ORIGIN, bytes([n]) * 32) for n in range(4)]
VERIFIERS = [Verifier(key.vkey) for key in KEYS]


def rotation(n: int, by: Signer | None = None, days: int = 100) -> Rotation:
    """The change from key n to key n + 1, at entry 10 × (n + 1)."""
    vkey = KEYS[n + 1].vkey
    return Rotation(10 * (n + 1), START + n * days * DAY, vkey, sign_rotation(by or KEYS[n], vkey))


ALL = [rotation(n) for n in range(3)]


@pytest.mark.parametrize("trusted", range(4))
def test_whichever_key_is_trusted_the_newest_is_found(trusted):
    chain = trust(VERIFIERS[trusted], ALL)
    assert chain.newest.vkey == KEYS[3].vkey
    known = [KEYS.index(next(k for k in KEYS if k.vkey == key.vkey)) for key in chain.known]
    assert known == ([3, 2, 1, 0] if trusted == 0 else [3, 2, 1])


def test_both_keys_sign_for_ninety_days_and_then_the_new_one_alone():
    chain = trust(VERIFIERS[0], [rotation(0)])
    due = {days: len(chain.due(11, START + days * DAY)) for days in (0, 89, 90, 400)}
    assert due == {0: 2, 89: 2, 90: 1, 400: 1}
    assert [key.vkey for key in chain.due(11, START)] == [KEYS[1].vkey, KEYS[0].vkey]
    assert [key.vkey for key in chain.due(10, START)] == [KEYS[0].vkey]
    assert BOTH_SIGN == 90 * DAY


def test_of_keys_changed_in_quick_succession_all_sign():
    chain = trust(VERIFIERS[0], [rotation(n, days=30) for n in range(3)])
    assert [key.vkey for key in chain.due(31, START + 60 * DAY)] == [k.vkey for k in KEYS[::-1]]
    assert [key.vkey for key in chain.due(31, START + 95 * DAY)] == [k.vkey for k in KEYS[:0:-1]]


@pytest.mark.parametrize("signer", [KEYS[1], KEYS[3]])
def test_a_change_that_the_key_before_did_not_sign_is_refused(signer):
    with pytest.raises(RotationError, match="entry 10.*did not sign"):
        trust(VERIFIERS[0], [rotation(0, signer), *ALL[1:]])


def test_a_later_change_is_held_against_the_key_before_it_not_against_the_first():
    with pytest.raises(RotationError, match="entry 20"):
        trust(VERIFIERS[0], [ALL[0], rotation(1, KEYS[0])])


def test_a_key_of_another_log_and_a_key_given_up_are_refused():
    other = Signer("other.example/tlog", bytes(32)).vkey
    stranger = Rotation(10, START, other, sign_rotation(KEYS[0], other))
    back = Rotation(30, START, KEYS[0].vkey, sign_rotation(KEYS[1], KEYS[0].vkey))
    with pytest.raises(RotationError, match="other.example"):
        trust(VERIFIERS[0], [stranger])
    with pytest.raises(RotationError, match="does not come back"):
        trust(VERIFIERS[0], [ALL[0], back])


def test_the_signature_for_one_log_does_not_hand_over_another():
    vkey = Signer("other.example/tlog", bytes(32)).vkey
    other = Signer("other.example/tlog", bytes([7]) * 32)
    forged = Rotation(10, START, vkey, sign_rotation(KEYS[0], vkey))
    with pytest.raises(RotationError):
        trust(Verifier(other.vkey), [forged])


def step(n: int, *signers: Signer) -> tuple[Proof, bytes]:
    """What a log keeps of the change from key n, under a checkpoint by `signers`."""
    change = rotation(n)
    entry = format_entry({"v": 1, "kind": KIND, "at": change.at.isoformat()[:19] + "Z",
                          "by": "admin", "staff": None, "vkey": change.vkey,
                          "sig": change.sig})  # fmt: skip
    tree = Tree()
    tree.append([*(b"entry %d" % k for k in range(change.index)), entry, b"one more"])
    note = sign_checkpoint(Checkpoint(ORIGIN, tree.size, tree.root), *signers)
    hashes = prove_inclusion(change.index, tree.size, tree.read)
    return Proof(change.index, tuple(hashes), note), entry


def test_the_kept_checkpoints_lead_a_latecomer_from_the_first_key_to_the_last():
    steps = [step(n, KEYS[n + 1], KEYS[n]) for n in range(3)]
    assert [key.vkey for key in follow(VERIFIERS[0], steps)] == [key.vkey for key in KEYS]


@pytest.mark.parametrize("signers", [(KEYS[0],), (KEYS[1],), (KEYS[1], KEYS[2])])
def test_a_step_whose_checkpoint_lacks_a_signature_is_not_followed(signers):
    with pytest.raises(TlogError):
        follow(VERIFIERS[0], [step(0, *signers)])


def test_a_step_whose_entry_is_not_in_the_tree_is_not_followed():
    proof, _entry = step(0, KEYS[1], KEYS[0])
    with pytest.raises(TlogError):
        follow(VERIFIERS[0], [(proof, step(1, KEYS[1])[1])])


def test_a_checkpoint_by_one_of_two_keys_is_not_signed_by_all():
    note = sign_checkpoint(Checkpoint(ORIGIN, 1, bytes(32)), KEYS[1])
    assert open_signed_by_all(note, [VERIFIERS[1]]).signed_by == (KEYS[1].vkey,)
    with pytest.raises(TlogError):
        open_signed_by_all(note, VERIFIERS[1::-1])
    with pytest.raises(CheckpointError):
        open_signed_by_all(note, [])
