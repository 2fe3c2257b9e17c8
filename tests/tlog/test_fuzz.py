"""Whatever is spoilt is refused by the rule it breaks: never an exception, never a long wait.

What is still accepted is written again with the very same bytes, or says what it said before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.tlog.authorkey import AuthorKeyError, act_message, author_key, check_act, sign_act
from forum.tlog.checkpoint import (
    Checkpoint,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from forum.tlog.commitment import commit
from forum.tlog.encoding import decode_base64, decode_utf8, encode_base64
from forum.tlog.entry import format_entry, parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.merkle import (
    Tree,
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    tree_root,
)
from forum.tlog.note import (
    CosignatureSigner,
    CosignatureVerifier,
    Signer,
    Verifier,
    format_signature_line,
    open_note,
    parse_signature_line,
    split_note,
)
from forum.tlog.policy import format_policy, parse_policy
from forum.tlog.proof import check_proof, format_proof, parse_proof
from forum.tlog.receipt import Opening, check_receipt, format_receipt, parse_receipt
from forum.tlog.submission import Submission, format_submission, parse_submission
from forum.tlog.tile import (
    format_bundle,
    format_tile_path,
    parse_bundle,
    parse_tile_path,
    tile_nodes,
    tile_reader,
)
from tests.spoiling import spoilt

LOG = Signer("complaints.example/log", bytes(range(32)))
WITNESS = CosignatureSigner("witness.example/w1", bytes(range(0x80, 0xA0)))
KEYS = Verifier(LOG.vkey), [CosignatureVerifier(WITNESS.vkey)]
OPENINGS = {"text": Opening(bytes([1]) * 32, "花园\n能停 90 辆车。"),
            "author": Opening(bytes([2]) * 32, "三号楼的业主")}  # fmt: skip
ENTRY = format_entry(
    {"v": 1, "kind": "complaint.posted", "at": "2026-11-22T03:04:05Z", "complaint": 17,
     "by": "author", "staff": None, "type": "criticism", "project": "garden",
     "category": "parking", "verified": True, "wanted_by": None, "author_key": "ab" * 32,
     "made": "server",
     "commitments": {field: commit(field, *opening) for field, opening in OPENINGS.items()}}
)  # fmt: skip
ENTRIES = [b"", b"one", ENTRY, b"x" * 300, *(str(n).encode() for n in range(296))]
INDEX, OLD = 2, 77
WITHIN = 2000  # milliseconds for one example; a hang is longer


def a_tree() -> Tree:
    tree = Tree()
    tree.append(ENTRIES)
    return tree


TREE = a_tree()
CHECKPOINT = Checkpoint(LOG.name, TREE.size, TREE.root)
SIGNED = sign_checkpoint(CHECKPOINT, LOG) + WITNESS.line(format_checkpoint(CHECKPOINT), 1700000000)
PROOF = format_proof(INDEX, prove_inclusion(INDEX, TREE.size, TREE.read), SIGNED, b"more")
RECEIPT = format_receipt("https://zhiyan.example", LOG.name, 17, ENTRY, PROOF, OPENINGS)
OLD_ROOT = tree_root(OLD, TREE.read)
GROWTH = prove_consistency(OLD, TREE.size, TREE.read)
POLICY = (f"log {LOG.vkey} https://complaints.example/tlog\nwitness one {WITNESS.vkey}\n"
          "group both 1 one\nquorum both\n")  # fmt: skip


def a_crowd() -> str:
    """The checkpoint with a hundred signatures, most of them by nobody we know."""
    lines = [Signer(f"s{n}.example", bytes([n]) * 32).line(SIGNED) for n in range(98)]
    return SIGNED + "".join(lines)


def note_again(text: str) -> str:
    body, lines = split_note(text)
    return f"{body}\n" + "".join(map(format_signature_line, lines))


def as_text(parse: Callable[[str], object], write: Callable[..., str]) -> Callable[[bytes], bytes]:
    """Read and write again, for a format of text."""
    return lambda data: write(parse(decode_utf8(data))).encode()


# What is spoilt, and how it is read and written again.
FORMATS: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "bundle": (format_bundle(ENTRIES[:256]), lambda data: format_bundle(parse_bundle(data))),
    "tile path": (b"tile/0/x001/234.p/7",
                  as_text(parse_tile_path, lambda tile: format_tile_path(*tile))),
    "checkpoint": (format_checkpoint(CHECKPOINT).encode(),
                   as_text(parse_checkpoint, format_checkpoint)),
    "note": (SIGNED.encode(), lambda data: note_again(decode_utf8(data)).encode()),
    "note of a hundred": (a_crowd().encode(), lambda data: note_again(decode_utf8(data)).encode()),
    "signature line": (WITNESS.line("text\n", 5).rstrip("\n").encode(),
                       as_text(parse_signature_line,
                               lambda line: format_signature_line(line).rstrip("\n"))),
    "proof": (PROOF.encode(), as_text(parse_proof, lambda p: format_proof(
        p.index, p.hashes, p.checkpoint, p.extra))),
    "request": (format_submission(Submission(OLD, tuple(GROWTH), SIGNED)).encode(),
                lambda data: format_submission(parse_submission(data)).encode()),
    "entry": (ENTRY, lambda data: format_entry(parse_entry(data))),
}  # fmt: skip


@cache
def changes_of(name: str) -> st.SearchStrategy[bytes]:
    return spoilt(FORMATS[name][0])


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=WITHIN)
@given(data=st.data())
def test_what_is_spoilt_is_refused_or_read_to_the_last_byte(name, data):
    sample, again = FORMATS[name]
    given = data.draw(changes_of(name))
    try:
        assert again(given) == given
    except TlogError as error:
        assert str(error)
    assert again(sample) == sample


@settings(deadline=WITHIN)
@given(spoilt(POLICY.encode()))
def test_a_spoilt_policy_is_refused_or_means_what_it_says(data):
    try:
        policy = parse_policy(data)
    except TlogError as error:
        assert str(error)
        return
    assert parse_policy(format_policy(policy)) == policy


@settings(deadline=WITHIN)
@given(spoilt(SIGNED.encode()) | spoilt(a_crowd().encode()))
def test_no_spoilt_note_is_taken_for_another_tree(data):
    try:
        opened = open_checkpoint(data, *KEYS)
    except TlogError as error:
        assert str(error)
        return
    assert opened.checkpoint == CHECKPOINT
    assert opened.cosignatures in ({}, {WITNESS.name: 1700000000})


@settings(deadline=WITHIN)
@given(spoilt(PROOF.encode()))
def test_no_spoilt_proof_proves_anything_else(data):
    try:
        proof = parse_proof(data)
        signed = check_proof(proof, ENTRY, *KEYS)
    except TlogError as error:
        assert str(error)
        return
    assert (proof.index, signed.checkpoint) == (INDEX, CHECKPOINT)


@settings(deadline=WITHIN)
@given(spoilt(RECEIPT.encode()))
def test_a_spoilt_receipt_fails_in_a_step_or_says_the_same(data):
    try:
        receipt = parse_receipt(data)
    except TlogError as error:
        assert str(error)
        return
    steps = check_receipt(receipt, *KEYS)
    assert all(step.detail for step in steps)
    if all(step.ok for step in steps):
        assert (receipt.number, receipt.entry, receipt.openings) == (17, ENTRY, OPENINGS)


def test_a_receipt_of_another_log_says_so():
    other = Verifier(Signer("elsewhere.example/log", bytes(32)).vkey)
    steps = check_receipt(parse_receipt(RECEIPT), other)
    said = {step.name: step.detail for step in steps if not step.ok}
    assert "the receipt is of complaints.example/log" in said["signature"]


def served(path: str) -> bytes:
    """The tiles of the tree."""
    tile = parse_tile_path(path)
    return b"".join(TREE.read(tile_nodes(*tile)))


@settings(deadline=WITHIN)
@given(st.sampled_from(["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]), st.data())
def test_a_spoilt_tile_proves_nothing_false(path, data):
    wrong = data.draw(spoilt(served(path)))
    read = tile_reader(lambda asked: wrong if asked == path else served(asked), TREE.size)
    try:
        inside = prove_inclusion(INDEX, TREE.size, read)
        grown = prove_consistency(OLD, TREE.size, read)
        check_inclusion(inside, INDEX, TREE.size, leaf_hash(ENTRY), TREE.root)
        check_consistency(grown, OLD, OLD_ROOT, TREE.size, TREE.root)
    except TlogError as error:
        assert str(error)
        return
    assert (inside, grown) == (prove_inclusion(INDEX, TREE.size, TREE.read), GROWTH)


HASHES = st.lists(st.sampled_from(GROWTH) | st.binary(max_size=40), max_size=80)
SIZES = st.sampled_from([-1, 0, 1, OLD, TREE.size, 2**63 - 1, 2**63, 10**30]) | st.integers()


@settings(deadline=WITHIN)
@given(HASHES, SIZES, SIZES)
def test_no_hashes_break_the_check_of_a_proof(hashes, first, second):
    for check in (
        lambda: check_inclusion(hashes, first, second, leaf_hash(b"not in it"), TREE.root),
        lambda: check_consistency(hashes, first, leaf_hash(b"old"), second, TREE.root),
    ):
        with pytest.raises(TlogError):
            check()


CODE = bytes(range(16))
ACT = act_message(LOG.name, 17, "complaint.withdrawn", None, 40, None)
SIG = sign_act(CODE, ACT)


@settings(deadline=WITHIN)
@given(spoilt(SIG.encode()), spoilt(author_key(CODE).encode()), spoilt(ACT))
def test_a_spoilt_signature_key_or_act_is_not_the_authors(sig, key, act):
    own = author_key(CODE)
    for claim in ((key.decode("latin-1"), ACT, SIG), (own, act, SIG),
                  (own, ACT, sig.decode("latin-1"))):  # fmt: skip
        if claim != (own, ACT, SIG):
            with pytest.raises(AuthorKeyError):
                check_act(*claim)


def test_a_signature_with_a_larger_scalar_is_not_taken_for_another():
    """Ed25519: s + L verifies the same equation; a reader that lets it pass sees two signatures."""
    order = 2**252 + 27742317777372353535851937790883648493
    blob = decode_base64(SIG)
    larger = int.from_bytes(blob[32:], "little") + order
    twin = encode_base64(blob[:32] + larger.to_bytes(32, "little"))
    with pytest.raises(AuthorKeyError):
        check_act(author_key(CODE), ACT, twin)


@pytest.mark.parametrize("read", [
    lambda data: open_note(data, [KEYS[0]]), parse_proof, parse_receipt, parse_policy,
    parse_submission, parse_entry,
])  # fmt: skip
@pytest.mark.parametrize("piece", [
    b"\n", b"a\n", b"[", b'{"a":', "— a AAAAAAAA\n".encode(), b"9", b'"\\ud800', b"\xf0\x9f", b" ",
])  # fmt: skip
def test_megabytes_of_nothing_are_refused_at_once(read, piece):
    data, begun = piece * (2**22 // len(piece)), time.monotonic()
    with pytest.raises(TlogError):
        read(data)
    assert time.monotonic() - begun < 5
