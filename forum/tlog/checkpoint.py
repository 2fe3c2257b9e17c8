"""Checkpoints (c2sp.org/tlog-checkpoint): the log's signed word on its size and root.

The text has three lines: the origin (the log's name for ever), the number of entries, and the
root hash in base64. It travels as a signed note (`note.py`) whose signer is named as the origin;
witnesses add their cosignatures.

>>> from forum.tlog.merkle import EMPTY_ROOT
>>> from forum.tlog.note import Signer, Verifier
>>> signer = Signer("complaints.example/log", bytes(range(32)))
>>> signed = sign_checkpoint(Checkpoint("complaints.example/log", 0, EMPTY_ROOT), signer)
>>> open_checkpoint(signed, Verifier(signer.vkey)).checkpoint.size
0
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forum.tlog.encoding import (
    HASH_SIZE,
    MAX_SIZE,
    decode_hash,
    decode_utf8,
    encode_base64,
    parse_decimal,
)
from forum.tlog.errors import TlogError
from forum.tlog.merkle import EMPTY_ROOT
from forum.tlog.note import (
    CosignatureVerifier,
    NoteSigner,
    Verifier,
    cosignature_time,
    open_note,
    sign,
)

LogVerifier = Verifier | Sequence[Verifier]
"""The key of a log, or the several keys that a log has had one after the other."""


class CheckpointError(TlogError):
    """A checkpoint that is malformed, or not signed by the log it names."""


@dataclass(frozen=True)
class Checkpoint:
    """The tree of log `origin` has `size` entries and this `root` (32 bytes).

    `extensions` are further lines. Ours never has any (nobody can audit them), yet a checkpoint
    of another log may, and its text must survive being parsed and formatted.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint whose signatures were verified.

    `text` is what was signed, `note` all that was read, `cosignatures` the known witnesses by
    name, each with the time (POSIX seconds) at which it vouched; `signed_by` the verifier keys of
    the log whose signatures are there.
    """

    checkpoint: Checkpoint
    text: str
    note: str
    cosignatures: Mapping[str, int]
    signed_by: tuple[str, ...] = ()


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """The text that is signed; CheckpointError for values that no checkpoint may have."""
    _require_sound(checkpoint)
    root = encode_base64(checkpoint.root)
    lines = [checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions]
    return "\n".join(lines) + "\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint behind its text (no signatures); CheckpointError unless canonical."""
    checkpoint = parse_claim(text)
    _require_sound(checkpoint)
    return checkpoint


def parse_claim(text: str) -> Checkpoint:
    """As `parse_checkpoint`, but a tree without entries may claim any root.

    For witnesses, who answer that claim otherwise than a text they cannot read.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "":
        raise CheckpointError("a checkpoint is an origin, a size and a root, each on its line")
    try:
        size, root = parse_decimal(lines[1]), decode_hash(lines[2])
    except TlogError as error:
        raise CheckpointError(f"the checkpoint is malformed: {error}") from error
    checkpoint = Checkpoint(lines[0], size, root, tuple(lines[3:]))
    _require_lines(checkpoint)
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, *signers: NoteSigner) -> str:
    """The signed note. Whoever calls must never sign two trees that contradict each other."""
    return sign(format_checkpoint(checkpoint), *signers)


def open_checkpoint(
    data: bytes | str,
    log_verifier: LogVerifier,
    witnesses: Sequence[CosignatureVerifier] = (),
) -> SignedCheckpoint:
    """Verify a signed checkpoint with the log's key and those of the witnesses one knows.

    Of several keys of a log that changed its key (`rotation.py`) one signature is enough. A known
    witness that did not cosign is merely missing from `cosignatures`; a failing signature by any
    known key refuses the whole. NoteError or CheckpointError names the rule broken.
    """
    keys = log_verifiers(log_verifier)
    _require_distinct(keys, witnesses)
    note = open_note(data, [*keys, *witnesses])
    signatures = {(line.name, line.key_id): line for line in note.signatures}
    own = {(key.name, key.key_id): key.vkey for key in keys}
    signed_by = tuple(vkey for key, vkey in own.items() if key in signatures)
    if not signed_by:
        raise CheckpointError(f"the checkpoint is not signed by {keys[0].name}")
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != keys[0].name:
        raise CheckpointError(f"the key of {keys[0].name} signed for {checkpoint.origin}")
    times = {
        line.name: cosignature_time(line.blob) for key, line in signatures.items() if key not in own
    }
    return SignedCheckpoint(checkpoint, note.text, decode_utf8(data), times, signed_by)


def log_verifiers(given: LogVerifier) -> tuple[Verifier, ...]:
    """One key or several of one log, as a tuple; CheckpointError when they are of several logs."""
    keys = (given,) if isinstance(given, Verifier) else tuple(given)
    if len({key.name for key in keys}) != 1:
        raise CheckpointError("the keys of one log have one name, which is its origin")
    return keys


def _require_lines(checkpoint: Checkpoint) -> None:
    lines = (checkpoint.origin, *checkpoint.extensions)
    if any(not line or "\n" in line for line in lines):
        raise CheckpointError("the lines of a checkpoint are not empty")


def _require_sound(checkpoint: Checkpoint) -> None:
    _require_lines(checkpoint)
    if not 0 <= checkpoint.size <= MAX_SIZE or len(checkpoint.root) != HASH_SIZE:
        raise CheckpointError("a checkpoint has a size below 2^63 and a root of 32 bytes")
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise CheckpointError("a log without entries has only one root")


def _require_distinct(log: Sequence[Verifier], witnesses: Sequence[CosignatureVerifier]) -> None:
    """One key, one witness: the name is not signed, so a key under two names would count twice."""
    keys = [*(key.public for key in log), *(witness.public for witness in witnesses)]
    names = [witness.name for witness in witnesses]
    if len(set(keys)) != len(keys) or len(set(names)) != len(names):
        raise CheckpointError("every witness has its own name and its own key")
