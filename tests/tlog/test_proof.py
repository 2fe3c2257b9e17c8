"""The offline proof: a stranger's one is accepted, a bent one is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.checkpoint import Checkpoint, sign_checkpoint
from forum.tlog.errors import TlogError
from forum.tlog.merkle import ProofError, Tree, leaf_hash, prove_inclusion
from forum.tlog.note import CosignatureVerifier, Verifier, split_note
from forum.tlog.proof import HEADER, Proof, check_proof, format_proof, parse_proof


@pytest.fixture
def receipt(vectors):
    return parse_proof(vectors["receipt"]["proof"])


def test_the_receipt_that_strangers_made_is_accepted(vectors, receipt):
    entry = vectors["receipt"]["entry"].encode()
    signed = check_proof(receipt, entry, Verifier(vectors["vkey"]))
    assert (receipt.index, len(receipt.hashes), signed.checkpoint.size) == (321, 10, 1000)
    text = format_proof(receipt.index, receipt.hashes, receipt.checkpoint)
    assert text == vectors["receipt"]["proof"]


def test_another_entry_index_or_hash_is_refused(vectors, receipt):
    entry = vectors["receipt"]["entry"].encode()
    bent = (bytes(32), *receipt.hashes[1:])
    for proof, data in [
        (receipt, entry + b" "),
        (Proof(320, receipt.hashes, receipt.checkpoint), entry),
        (Proof(321, receipt.hashes[:-1], receipt.checkpoint), entry),
        (Proof(321, bent, receipt.checkpoint), entry),
    ]:
        with pytest.raises(ProofError):
            check_proof(proof, data, Verifier(vectors["vkey"]))


def test_a_proof_under_a_checkpoint_nobody_signed_is_refused(vectors, receipt):
    forged = receipt.checkpoint.replace("1000", "1001")
    entry = vectors["receipt"]["entry"].encode()
    with pytest.raises(TlogError):
        check_proof(Proof(321, receipt.hashes, forged), entry, Verifier(vectors["vkey"]))


def test_the_quorum_counts_known_witnesses_only(vectors, receipt, witness):
    entry, key = vectors["receipt"]["entry"].encode(), Verifier(vectors["vkey"])
    text, _ = split_note(receipt.checkpoint)
    cosigned = Proof(321, receipt.hashes, receipt.checkpoint + witness.line(text, 7))
    known = [CosignatureVerifier(witness.vkey)]
    signed = check_proof(cosigned, entry, key, known, quorum=1)
    assert signed.cosignatures == {witness.name: 7}
    for proof, witnesses, quorum in [(receipt, known, 1), (cosigned, [], 1), (cosigned, known, 2)]:
        with pytest.raises(ProofError, match="required witnesses"):
            check_proof(proof, entry, key, witnesses, quorum)


def test_the_only_entry_of_a_log_is_proved_without_hashes(log):
    tree = Tree()
    tree.append([b"entry"])
    signed = sign_checkpoint(Checkpoint(log.name, 1, leaf_hash(b"entry")), log)
    text = format_proof(0, prove_inclusion(0, 1, tree.read), signed)
    assert text == f"{HEADER}\nindex 0\n\n{signed}"
    assert check_proof(parse_proof(text), b"entry", Verifier(log.vkey)).checkpoint.size == 1


def test_extra_data_comes_back(receipt):
    text = format_proof(321, receipt.hashes, receipt.checkpoint, extra=b"more")
    assert parse_proof(text).extra == b"more"
    assert parse_proof(text.encode()).hashes == receipt.hashes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (HEADER, "c2sp.org/tlog-proof@v2"),
        (HEADER + "\n", HEADER + "\r\n"),
        (HEADER + "\n", HEADER + "\nextra \n"),
        (HEADER + "\n", HEADER + "\nextra AA\n"),
        (HEADER + "\n", HEADER + "\nextra AAAA\nextra AAAA\n"),
        (HEADER + "\n", HEADER + "\nmore AAAA\n"),
        ("index 321", "index 0321"),
        ("index 321", "index -1"),
        ("index 321", "index  321"),
        ("index 321", "Index 321"),
        ("index 321\n", ""),
        ("index 321\n", "index 321\n\n"),
        ("aI=\n", "aI\n"),
        ("aI=\n", "aJ=\n"),
        ("aI=\n", "aI= \n"),
        ("aI=\n", "aI=\n" + ("A" * 43 + "=\n") * 61),
        ("\n\n", "\n"),
    ],
)
def test_a_malformed_proof_is_refused(vectors, old, new):
    spoiled = vectors["receipt"]["proof"].replace(old, new)
    with pytest.raises(TlogError):
        check_proof(
            parse_proof(spoiled), vectors["receipt"]["entry"].encode(), Verifier(vectors["vkey"])
        )


def test_a_proof_that_cannot_be_is_not_made(receipt):
    for index, hashes, extra in [
        (-1, receipt.hashes, None),
        (2**63, receipt.hashes, None),
        (1, [bytes(32)] * 64, None),
        (1, [bytes(31)], None),
        (1, [], b""),
    ]:
        with pytest.raises(ProofError):
            format_proof(index, hashes, receipt.checkpoint, extra)


@given(
    st.binary(max_size=200) | st.text(max_size=200) | st.from_regex(HEADER + r"\nindex \d+\n\n.*")
)
def test_a_text_is_a_canonical_proof_or_refused(data):
    try:
        proof = parse_proof(data)
    except ProofError:
        return
    text = data if isinstance(data, str) else data.decode()
    assert format_proof(proof.index, proof.hashes, proof.checkpoint, proof.extra) == text
