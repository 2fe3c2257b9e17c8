"""What is sent to a witness (c2sp.org/tlog-witness, add-checkpoint): a claim that a log grew.

    old <size>
    <0 to 63 hashes of the consistency proof in base64, each on its line>
    <an empty line>
    <the signed checkpoint>

>>> from forum.tlog.checkpoint import Checkpoint, sign_checkpoint
>>> from forum.tlog.merkle import leaf_hash
>>> from forum.tlog.note import Signer
>>> log = Signer("complaints.example/log", bytes(range(32)))
>>> signed = sign_checkpoint(Checkpoint(log.name, 1, leaf_hash(b"")), log)
>>> parse_submission(format_submission(Submission(0, (), signed)).encode()).old
0
"""

from hashlib import sha256
from typing import NamedTuple

from forum.tlog.encoding import (
    HASH_SIZE,
    MAX_SIZE,
    decode_hash,
    decode_utf8,
    encode_base64,
    encode_utf8,
    parse_decimal,
)
from forum.tlog.errors import TlogError

ADD_CHECKPOINT = "add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
MAX_HASHES = 63
MAX_SUBMISSION = 2**18
"""Bytes; room for a proof of 63 hashes and a checkpoint with dozens of post-quantum signatures."""


class SubmissionError(TlogError):
    """A request to a witness that is not as tlog-witness says."""


class Submission(NamedTuple):
    """The log grew from `old` entries to what `checkpoint` (a signed note) says: **not verified**.

    `proof` is the consistency proof, 32 bytes each.
    """

    old: int
    proof: tuple[bytes, ...]
    checkpoint: str


def format_submission(submission: Submission) -> str:
    """The request's body; SubmissionError for values that no request may have."""
    old, proof, checkpoint = submission
    if not 0 <= old <= MAX_SIZE or len(proof) > MAX_HASHES:
        raise SubmissionError(f"a size is below 2^63, and a proof has at most {MAX_HASHES} hashes")
    if any(len(hash_) != HASH_SIZE for hash_ in proof):
        raise SubmissionError(f"every hash has {HASH_SIZE} bytes")
    lines = [f"old {old}", *(encode_base64(hash_) for hash_ in proof)]
    return "\n".join(lines) + "\n\n" + checkpoint


def parse_submission(data: bytes) -> Submission:
    """Read a request's body without verifying it; SubmissionError unless it is canonical."""
    if len(data) > MAX_SUBMISSION:
        raise SubmissionError(f"a request has at most {MAX_SUBMISSION} bytes")
    try:
        head, separator, checkpoint = decode_utf8(data).partition("\n\n")
        first, *lines = head.split("\n")
        if not separator or not first.startswith("old "):
            raise SubmissionError("a request reads: old size, proof, empty line, checkpoint")
        if len(lines) > MAX_HASHES:
            raise SubmissionError(f"a proof has at most {MAX_HASHES} hashes")
        proof = tuple(decode_hash(line) for line in lines)
        return Submission(parse_decimal(first.removeprefix("old ")), proof, checkpoint)
    except SubmissionError:
        raise
    except TlogError as error:
        raise SubmissionError(f"the request is malformed: {error}") from error


def parse_size_answer(body: bytes) -> int:
    """The size in a witness's 409: a decimal number and a line feed; SubmissionError otherwise."""
    try:
        text = decode_utf8(body)
        if not text.endswith("\n"):
            raise SubmissionError("the size ends with a line feed")
        return parse_decimal(text[:-1])
    except TlogError as error:
        raise SubmissionError(f"the witness names no size: {error}") from error


def monitoring_path(origin: str) -> str:
    """Where a witness shows what it last cosigned: `<hex of SHA-256(origin)>/checkpoint`."""
    return f"{sha256(encode_utf8(origin)).hexdigest()}/checkpoint"
