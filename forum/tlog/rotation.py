"""Changes of the log's key: whoever trusts the first key comes to trust every later one.

A `key.rotated` entry names the new key, and the key before it signs for that name. From then on
checkpoints are signed by the new key, and for 90 days by the former one too, so that nobody who
knows only that is left outside. The first checkpoint that covers the entry is kept for ever, so
that the step can be checked long afterwards, without the checkpoints between.

The origin, and with it the name of the key, stays; the key's id differs.

>>> from datetime import UTC
>>> from forum.tlog.note import Signer
>>> old, new = (Signer("complaints.example/log", bytes([n]) * 32) for n in (1, 2))
>>> rotation = Rotation(40, datetime(2026, 11, 22, tzinfo=UTC), new.vkey,
...                     sign_rotation(old, new.vkey))
>>> chain = trust(Verifier(old.vkey), [rotation])
>>> [key.vkey == new.vkey for key in chain.due(41, datetime(2026, 11, 23, tzinfo=UTC))]
[True, False]
>>> [key.vkey == new.vkey for key in chain.due(90, datetime(2027, 2, 20, tzinfo=UTC))]
[True]
>>> check_rotation(Verifier(new.vkey), rotation)
Traceback (most recent call last):
    ...
forum.tlog.rotation.RotationError: entry 40: the key before it did not sign for the new one
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from forum.tlog.checkpoint import CheckpointError, SignedCheckpoint, open_checkpoint
from forum.tlog.encoding import decode_base64, encode_base64
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.note import CosignatureVerifier, Signer, Verifier
from forum.tlog.proof import Proof, check_proof

KIND = "key.rotated"
BOTH_SIGN = timedelta(days=90)
"""How long the former key signs beside the new one, counted in times of entries."""


class RotationError(TlogError):
    """A change of key that nobody need follow; `index` is that of its entry."""

    def __init__(self, index: int, rule: str) -> None:
        super().__init__(f"entry {index}: {rule}")
        self.index = index


@dataclass(frozen=True)
class Rotation:
    """A `key.rotated` entry: its index and time, the new verifier key, the old key's signature."""

    index: int
    at: datetime
    vkey: str
    sig: str


@dataclass(frozen=True)
class Chain:
    """The keys of one log in their order: `keys[n]` is the one after `rotations[:n]`.

    The first is None where it is not known: somebody began by trusting a later one.
    """

    rotations: tuple[Rotation, ...]
    keys: tuple[Verifier | None, ...]

    @property
    def newest(self) -> Verifier:
        """The key that signs now."""
        return self.known[0]

    @property
    def known(self) -> tuple[Verifier, ...]:
        """Every key that is known, newest first."""
        return tuple(key for key in reversed(self.keys) if key is not None)

    def due(self, size: int, at: datetime) -> tuple[Verifier, ...]:
        """Whose signatures a checkpoint of `size` entries, the last made at `at`, must bear.

        The key of that time first, then those it replaced less than 90 days before.
        """
        past = [rotation for rotation in self.rotations if rotation.index < size]
        former = [key for key, by in zip(self.keys, past, strict=False) if at < by.at + BOTH_SIGN]
        keys = [self.keys[len(past)], *reversed(former)]
        return tuple(key for key in keys if key is not None)

    def followed_by(self, rotation: Rotation) -> "Chain":
        """The chain with one more change of key; RotationError unless the newest key signed it."""
        new = check_rotation(self.newest, rotation)
        if any(key.vkey == new.vkey for key in self.known):
            raise RotationError(rotation.index, "a key that was given up does not come back")
        return Chain((*self.rotations, rotation), (*self.keys, new))


def read_rotation(index: int, entry: Mapping[str, Any]) -> Rotation:
    """The change of key that entry `index` (parsed, of kind `key.rotated`) tells of."""
    if entry["kind"] != KIND:
        raise RotationError(index, f"it is not of kind {KIND}")
    return Rotation(index, datetime.fromisoformat(entry["at"]), entry["vkey"], entry["sig"])


def sign_rotation(old: Signer, vkey: str) -> str:
    """The `sig` of an entry by which key `old` hands over to `vkey` (base64 of 64 bytes)."""
    return encode_base64(old.sign(rotation_message(old.name, vkey)))


def rotation_message(origin: str, vkey: str) -> str:
    """What the old key signs: three lines."""
    return f"zhiyan/v1/rotate\n{origin}\n{vkey}\n"


def check_rotation(old: Verifier, rotation: Rotation) -> Verifier:
    """The new key, once `old` is seen to have signed for it; RotationError otherwise."""
    new = _new_key(rotation, old.name)
    message = rotation_message(old.name, rotation.vkey)
    if not old.verify(message, decode_base64(rotation.sig)):
        raise RotationError(rotation.index, "the key before it did not sign for the new one")
    return new


def signs_for(key: Verifier, rotation: Rotation) -> bool:
    """Whether `check_rotation` accepts the change as one away from `key`."""
    try:
        check_rotation(key, rotation)
    except RotationError:
        return False
    return True


def trust(key: Verifier, rotations: Sequence[Rotation]) -> Chain:
    """All keys of a log of which one `key` is trusted, from its changes in their order.

    `key` may be the first or one that a change brought. RotationError names the change that the
    key before it did not sign.
    """
    chain, rest = Chain((), (key,)), rotations
    brought = any(rotation.vkey == key.vkey for rotation in rotations)
    if brought and not signs_for(key, rotations[0]):
        # Nobody told us the first key, so its signature cannot be checked; all later ones can.
        first = _new_key(rotations[0], key.name)
        chain, rest = Chain((rotations[0],), (None, first)), rotations[1:]
    for rotation in rest:
        chain = chain.followed_by(rotation)
    return chain


def follow(key: Verifier, steps: Iterable[tuple[Proof, bytes]]) -> tuple[Verifier, ...]:
    """`key` and every key that it leads to, oldest first, from what a log keeps of each change.

    A step is the proof of a `key.rotated` entry under the first checkpoint that covers it, and
    the entry's bytes. Both keys must have signed that checkpoint. TlogError names the rule broken.
    """
    keys = [key]
    for proof, entry in steps:
        rotation = read_rotation(proof.index, parse_entry(entry))
        new = check_rotation(keys[-1], rotation)
        for signer in (keys[-1], new):
            check_proof(proof, entry, signer)
        keys.append(new)
    return tuple(keys)


def open_signed_by_all(
    data: bytes | str, due: Sequence[Verifier], witnesses: Sequence[CosignatureVerifier] = ()
) -> SignedCheckpoint:
    """As `open_checkpoint`, but every key of `due` must have signed."""
    opened = [open_checkpoint(data, key, witnesses) for key in due]
    if not opened:
        raise CheckpointError("none of the keys that had to sign the checkpoint is known")
    return opened[0]


def _new_key(rotation: Rotation, origin: str) -> Verifier:
    try:
        new = Verifier(rotation.vkey)
    except TlogError as error:
        raise RotationError(rotation.index, str(error)) from error
    if new.name != origin:
        raise RotationError(rotation.index, f"the new key is that of {new.name}, not of {origin}")
    return new
