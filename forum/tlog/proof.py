"""The offline proof (c2sp.org/tlog-proof@v1) that an entry is in the log.

A proof is a text: the entry's index, the hashes that lead from its leaf to the root, and the
signed checkpoint with that root. With the entry's bytes and the log's verifier key anyone can
check it without asking anybody; with witnesses' keys also that others have seen this root.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forum.tlog.checkpoint import LogVerifier, SignedCheckpoint, open_checkpoint
from forum.tlog.encoding import (
    HASH_SIZE,
    MAX_SIZE,
    decode_base64,
    decode_hash,
    decode_utf8,
    encode_base64,
    parse_decimal,
)
from forum.tlog.errors import TlogError
from forum.tlog.merkle import ProofError, check_inclusion, leaf_hash
from forum.tlog.note import CosignatureVerifier

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63
"""A tree of fewer than 2^63 leaves is at most 63 levels high."""


@dataclass(frozen=True)
class Proof:
    """A parsed proof, **not verified**: `check_proof` does that.

    `hashes` run from the leaf's sibling upwards (32 bytes each); `checkpoint` is the signed note
    verbatim; `extra` is anything its maker added, signed by nobody.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None


def format_proof(
    index: int, hashes: Sequence[bytes], checkpoint_note: str, extra: bytes | None = None
) -> str:
    """The text of a proof; ProofError for values that no proof may have."""
    if not 0 <= index <= MAX_SIZE or len(hashes) > MAX_HASHES:
        raise ProofError(f"a proof has an index below 2^63 and at most {MAX_HASHES} hashes")
    if any(len(hash_) != HASH_SIZE for hash_ in hashes) or extra == b"":
        raise ProofError(f"hashes have {HASH_SIZE} bytes, and extra data is not empty")
    lines = [HEADER]
    if extra is not None:
        lines.append(f"extra {encode_base64(extra)}")
    lines.append(f"index {index}")
    lines.extend(encode_base64(hash_) for hash_ in hashes)
    return "\n".join(lines) + "\n\n" + checkpoint_note


def parse_proof(text: str | bytes) -> Proof:
    """Read a proof without verifying it; ProofError unless its form is canonical."""
    try:
        return _parse(decode_utf8(text))
    except ProofError:
        raise
    except TlogError as error:
        raise ProofError(f"the proof is malformed: {error}") from error


def check_proof(
    proof: Proof,
    entry: bytes,
    log_verifier: LogVerifier,
    witnesses: Sequence[CosignatureVerifier] = (),
    quorum: int = 0,
) -> SignedCheckpoint:
    """Accept that `entry` (its exact bytes) stands at `proof.index` of the log.

    At least `quorum` of the `witnesses` must have cosigned. Answers with the verified checkpoint;
    ProofError, CheckpointError or NoteError names the rule broken.
    """
    signed = open_checkpoint(proof.checkpoint, log_verifier, witnesses)
    check_quorum(signed, quorum)
    checkpoint = signed.checkpoint
    check_inclusion(proof.hashes, proof.index, checkpoint.size, leaf_hash(entry), checkpoint.root)
    return signed


def check_quorum(signed: SignedCheckpoint, quorum: int) -> None:
    """ProofError unless at least `quorum` known witnesses cosigned the checkpoint."""
    found = len(signed.cosignatures)
    if found < quorum:
        raise ProofError(f"{found} of the {quorum} required witnesses cosigned")


def _parse(text: str) -> Proof:
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines.pop(0) != HEADER:
        raise ProofError(f"a proof begins with {HEADER}")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0).removeprefix("extra "))
        if not extra:
            raise ProofError("the extra data of the proof is empty")
    if not lines or not lines[0].startswith("index "):
        raise ProofError("a proof names the index of its entry")
    index = parse_decimal(lines.pop(0).removeprefix("index "))
    if len(lines) > MAX_HASHES:
        raise ProofError(f"a proof has at most {MAX_HASHES} hashes")
    return Proof(index, tuple(decode_hash(line) for line in lines), checkpoint, extra)
