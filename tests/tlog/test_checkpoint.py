"""Checkpoints: the text that is signed, and who must have signed it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.checkpoint import (
    Checkpoint,
    CheckpointError,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from forum.tlog.merkle import EMPTY_ROOT
from forum.tlog.note import (
    CosignatureSigner,
    CosignatureVerifier,
    NoteError,
    Signer,
    Verifier,
    new_key,
    sign,
)

ORIGIN = "complaints.example/log"
ROOT = "Uz6CQeBAMk8EtRY/uyMCOF7AHVDTrZbhB6H4QJWJg2w="
EMPTY = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_the_checkpoints_are_those_that_strangers_computed(vectors, log):
    eight = Checkpoint(ORIGIN, 8, bytes.fromhex(vectors["roots"][8]))
    assert sign_checkpoint(eight, log) == vectors["checkpoint"]
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert sign_checkpoint(empty, log) == vectors["empty_checkpoint"]
    for name, checkpoint in (("checkpoint", eight), ("empty_checkpoint", empty)):
        opened = open_checkpoint(vectors[name].encode(), Verifier(vectors["vkey"]))
        assert (opened.checkpoint, opened.cosignatures) == (checkpoint, {})
        assert (opened.text, opened.note) == (format_checkpoint(checkpoint), vectors[name])


def test_a_witness_is_named_with_the_time_at_which_it_vouched(vectors):
    cosigned = vectors["checkpoint"] + vectors["cosignature_line"] + "\n"
    known = CosignatureVerifier(vectors["witness_vkey"])
    absent = CosignatureVerifier(CosignatureSigner("absent", new_key()).vkey)
    opened = open_checkpoint(cosigned, Verifier(vectors["vkey"]), [known, absent])
    assert opened.cosignatures == {"witness.example/w1": 1700000000}


def test_a_witness_alone_does_not_make_a_checkpoint(vectors, witness):
    text = vectors["checkpoint"].split("\n\n")[0] + "\n"
    alone = text + "\n" + witness.line(text, 1700000000)
    with pytest.raises(CheckpointError, match="not signed by"):
        open_checkpoint(alone, Verifier(vectors["vkey"]), [CosignatureVerifier(witness.vkey)])


def test_a_failing_witness_spoils_the_checkpoint(vectors, witness):
    spoiled = vectors["checkpoint"] + witness.line("another\n", 1700000000)
    with pytest.raises(NoteError):
        open_checkpoint(spoiled, Verifier(vectors["vkey"]), [CosignatureVerifier(witness.vkey)])


def test_a_log_signs_only_for_itself(log):
    other = sign_checkpoint(Checkpoint("another.example/log", 0, EMPTY_ROOT), log)
    with pytest.raises(CheckpointError, match="signed for another.example/log"):
        open_checkpoint(other, Verifier(log.vkey))


def test_one_witness_key_cannot_count_twice(vectors):
    seed = new_key()
    twins = [CosignatureVerifier(CosignatureSigner(name, seed).vkey) for name in ("a", "b")]
    namesakes = [CosignatureVerifier(CosignatureSigner("a", new_key()).vkey) for _ in "ab"]
    own = [CosignatureVerifier(CosignatureSigner(ORIGIN, bytes(range(32))).vkey)]
    for witnesses in (twins, namesakes, own):
        with pytest.raises(CheckpointError, match="its own"):
            open_checkpoint(vectors["checkpoint"], Verifier(vectors["vkey"]), witnesses)


def test_extension_lines_survive():
    text = f"{ORIGIN}\n8\n{ROOT}\nfirst\nsecond\n"
    assert parse_checkpoint(text).extensions == ("first", "second")
    assert format_checkpoint(parse_checkpoint(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        f"{ORIGIN}\n8\n{ROOT}",
        f"{ORIGIN}\n8\n",
        f"\n8\n{ROOT}\n",
        f"{ORIGIN}\n08\n{ROOT}\n",
        f"{ORIGIN}\n+8\n{ROOT}\n",
        f"{ORIGIN}\n-8\n{ROOT}\n",
        f"{ORIGIN}\n8 \n{ROOT}\n",
        f"{ORIGIN}\n８\n{ROOT}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
        f"{ORIGIN}\n8\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n8\n{ROOT[:-2]}x=\n",
        f"{ORIGIN}\n8\nAAAA\n",
        f"{ORIGIN}\n8\n{ROOT}\n\n",
        f"{ORIGIN}\n8\n{ROOT}\n\nmore\n",
        f"{ORIGIN}\n0\n{ROOT}\n",
    ],
)
def test_a_checkpoint_that_is_not_canonical_is_refused(text):
    with pytest.raises(CheckpointError):
        parse_checkpoint(text)


def test_a_checkpoint_that_cannot_be_is_not_signed(log):
    for checkpoint in (
        Checkpoint("", 0, EMPTY_ROOT),
        Checkpoint("a\nb", 0, EMPTY_ROOT),
        Checkpoint(ORIGIN, 0, bytes(32)),
        Checkpoint(ORIGIN, -1, bytes(32)),
        Checkpoint(ORIGIN, 2**63, bytes(32)),
        Checkpoint(ORIGIN, 1, bytes(31)),
        Checkpoint(ORIGIN, 1, bytes(32), ("",)),
    ):
        with pytest.raises(CheckpointError):
            sign_checkpoint(checkpoint, log)


def test_a_signed_text_that_is_no_checkpoint_is_refused(log):
    with pytest.raises(CheckpointError):
        open_checkpoint(sign("only a text\n", log), Verifier(log.vkey))


def test_both_keys_sign_while_a_key_is_rotated(log):
    after = Signer(ORIGIN, new_key())
    signed = sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), log, after)
    for signer in (log, after):
        assert open_checkpoint(signed, Verifier(signer.vkey)).checkpoint.size == 0


@given(st.text(max_size=120) | st.from_regex(r"[a-z]+\n\d+\n[A-Za-z0-9+/]{43}=\n([a-z]+\n)?"))
def test_a_text_is_a_canonical_checkpoint_or_refused(text):
    try:
        checkpoint = parse_checkpoint(text)
    except CheckpointError:
        return
    assert format_checkpoint(checkpoint) == text


def test_the_empty_root_is_the_known_one():
    assert parse_checkpoint(f"{ORIGIN}\n0\n{EMPTY}\n").root == EMPTY_ROOT
