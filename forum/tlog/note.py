"""Signed notes (c2sp.org/signed-note), and the only place where this folder signs or verifies.

A note is a text, an empty line, and one or more signature lines::

    complaints.example/log
    8
    Uz6CQeBAMk8EtRY/uyMCOF7AHVDTrZbhB6H4QJWJg2w=

    — complaints.example/log j89di25L…YGAg=

A line says: em dash, space, the signer's name, space, base64 of a 4-byte key id and the signature.
Whoever verifies brings the keys they trust as `vkey` strings: `name+keyid+base64(type || key)`.

Make a key, sign, and open what was signed:

>>> seed = bytes(range(32))                       # in earnest: new_key()
>>> signer = Signer("complaints.example/log", seed)
>>> signer.vkey
'complaints.example/log+8fcf5d8b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4'
>>> signed = sign("hello\\n", signer)
>>> note = open_note(signed, [Verifier(signer.vkey)])
>>> note.text
'hello\\n'
>>> [signature.name for signature in note.signatures]
['complaints.example/log']

A changed text is refused as a whole; so is a note that nobody we know has signed:

>>> open_note(signed.replace("hello", "hallo"), [Verifier(signer.vkey)])
Traceback (most recent call last):
    ...
forum.tlog.note.NoteError: the signature by complaints.example/log does not verify
>>> open_note(signed, [])
Traceback (most recent call last):
    ...
forum.tlog.note.NoteError: no signature by a known key

A witness adds its *cosignature* (c2sp.org/tlog-cosignature): "at this time this was the largest
consistent tree that I had seen". Times are POSIX seconds.

>>> witness = CosignatureSigner("witness.example/w1", bytes(32))
>>> cosigned = signed + witness.line("hello\\n", 1700000000)
>>> note = open_note(cosigned, [Verifier(signer.vkey), CosignatureVerifier(witness.vkey)])
>>> cosignature_time(note.signatures[1].blob)
1700000000

Rules kept here: lines by unknown keys are ignored; one line by a known key that fails spoils the
note; at most 100 signature lines; base64 is strict; the text ends where the *last* empty line
stands, so it may hold empty lines itself.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from forum.tlog.encoding import MAX_SIZE, decode_base64, decode_utf8, encode_base64, encode_utf8
from forum.tlog.errors import TlogError

ED25519 = 0x01
COSIGNATURE = 0x04
SEED_SIZE = PUBLIC_SIZE = 32
SIGNATURE_SIZE = 64
KEY_ID_SIZE = 4
MAX_SIGNATURES = 100

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE_LINE = re.compile(r"— ([^ ]+) ([^ ]+)")


class NoteError(TlogError):
    """A key, a note or a signature that is malformed or does not verify."""


@dataclass(frozen=True)
class Signature:
    """One signature line: the signer's `name`, the 4-byte `key_id`, and the bytes after it."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True)
class Note:
    """An opened note: its `text` (ends with a line feed) and the signatures that verified."""

    text: str
    signatures: tuple[Signature, ...]


class NoteVerifier(Protocol):
    """What `open_note` needs of a key: `Verifier` and `CosignatureVerifier` are such."""

    name: str
    key_id: bytes
    public: bytes

    def verify(self, text: str, blob: bytes) -> bool:
        """Whether `blob` (a line's bytes after the key id) is this key's signature of `text`."""
        ...


class NoteSigner(Protocol):
    """What `sign` needs of a key: `Signer` is such."""

    def line(self, text: str) -> str:
        """The signature line for `text`, with its line feed."""
        ...


def new_key() -> bytes:
    """A fresh Ed25519 seed: 32 bytes from the operating system's random source."""
    return secrets.token_bytes(SEED_SIZE)


def public_key(seed: bytes) -> bytes:
    """The Ed25519 public key (32 bytes) of a seed (32 bytes), RFC 8032 section 5.1.5."""
    return _private(seed).public_key().public_bytes_raw()


def sign_bytes(seed: bytes, message: bytes) -> bytes:
    """The plain Ed25519 signature (64 bytes) of `message`, RFC 8032 section 5.1.6."""
    return _private(seed).sign(message)


def verify_bytes(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the plain Ed25519 signature of `message`; never raises."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(name: str, public: bytes, type: int = ED25519) -> bytes:
    """SHA-256(name || 0x0A || type || public key), first 4 bytes."""
    return sha256(encode_utf8(name) + b"\n" + bytes([type]) + public).digest()[:KEY_ID_SIZE]


def vkey(name: str, public: bytes, type: int = ED25519) -> str:
    """The verifier key as text: `name+<key id in hex>+base64(type || public key)`."""
    _require_name(name)
    encoded = encode_base64(bytes([type]) + public)
    return f"{name}+{key_id(name, public, type).hex()}+{encoded}"


def parse_vkey(text: str) -> tuple[str, int, bytes]:
    """`(name, type, public key)` of a verifier key; NoteError when malformed or mistyped.

    The key id inside protects against typing errors: it must be the one of the key.
    """
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise NoteError("a verifier key reads name+id+key")
    name, _, encoded = parts
    data = _decode_base64(encoded)
    if len(data) < 2:
        raise NoteError("the verifier key holds no key")
    if vkey(name, data[1:], data[0]) != text:
        raise NoteError(f"the verifier key of {name} does not match its id")
    return name, data[0], data[1:]


class Signer:
    """A key that signs notes with Ed25519 (type 01): the log's own."""

    def __init__(self, name: str, seed: bytes) -> None:
        _require_name(name)
        self.name = name
        self.public = public_key(seed)
        self.key_id = key_id(name, self.public)
        self.vkey = vkey(name, self.public)
        # Made once: deriving it anew takes as long as the signature does.
        self._private = _private(seed)

    def line(self, text: str) -> str:
        """The signature line for `text`, with its line feed."""
        return _format_line(self.name, self.key_id, self.sign(text))

    def sign(self, text: str) -> bytes:
        """The bare signature (64 bytes) of `text`, as `Verifier.verify` takes it."""
        return self._private.sign(_text_bytes(text))


class Verifier:
    """The public half of a `Signer`, from its verifier key; NoteError unless of type 01."""

    def __init__(self, vkey: str) -> None:
        self.name, self.public = _parse_ed25519_vkey(vkey, ED25519)
        self.vkey = vkey
        self.key_id = key_id(self.name, self.public)

    def verify(self, text: str, blob: bytes) -> bool:
        """Whether `blob` is the Ed25519 signature of the text."""
        return verify_bytes(self.public, encode_utf8(text), blob)


class CosignatureSigner:
    """A witness's key (type 04, "cosignature/v1"): signs a checkpoint together with a time."""

    def __init__(self, name: str, seed: bytes) -> None:
        _require_name(name)
        self.name = name
        self.public = public_key(seed)
        self.key_id = key_id(name, self.public, COSIGNATURE)
        self.vkey = vkey(name, self.public, COSIGNATURE)
        self._seed = seed

    def line(self, text: str, at: int) -> str:
        """The cosignature line for `text` at `at` (POSIX seconds), with its line feed."""
        if not 0 <= at <= MAX_SIZE:
            raise NoteError("the time of a cosignature is below 2^63 seconds")
        _text_bytes(text)
        blob = at.to_bytes(8, "big") + sign_bytes(self._seed, _cosigned_message(text, at))
        return _format_line(self.name, self.key_id, blob)


class CosignatureVerifier:
    """The public half of a `CosignatureSigner`; NoteError unless of type 04."""

    def __init__(self, vkey: str) -> None:
        self.name, self.public = _parse_ed25519_vkey(vkey, COSIGNATURE)
        self.vkey = vkey
        self.key_id = key_id(self.name, self.public, COSIGNATURE)

    def verify(self, text: str, blob: bytes) -> bool:
        """Whether `blob` is a time and a signature over it and the text."""
        if len(blob) != 8 + SIGNATURE_SIZE or cosignature_time(blob) > MAX_SIZE:
            return False
        return verify_bytes(self.public, _cosigned_message(text, cosignature_time(blob)), blob[8:])


def cosignature_time(blob: bytes) -> int:
    """The POSIX seconds that stand in the first 8 bytes of a cosignature's blob."""
    return int.from_bytes(blob[:8], "big")


def sign(text: str, *signers: NoteSigner) -> str:
    """The note: `text`, an empty line, one signature line per signer.

    NoteError when the text does not end with a line feed or holds control characters.
    """
    _text_bytes(text)
    if not signers:
        raise NoteError("a note has at least one signature")
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def open_note(data: bytes | str, verifiers: Iterable[NoteVerifier]) -> Note:
    """Verify a note against the known keys; NoteError unless at least one of them signed it.

    Of several lines by one key all must verify and the first is kept.
    """
    text, lines = split_note(data)
    known = _known_keys(verifiers)
    verified: dict[tuple[str, bytes], Signature] = {}
    for signature in lines:
        key = (signature.name, signature.key_id)
        if key not in known:
            continue
        if not known[key].verify(text, signature.blob):
            raise NoteError(f"the signature by {signature.name} does not verify")
        verified.setdefault(key, signature)
    if not verified:
        raise NoteError("no signature by a known key")
    return Note(text, tuple(verified.values()))


def split_note(data: bytes | str) -> tuple[str, list[Signature]]:
    """The text of a note and its signature lines, **nothing verified**; NoteError if malformed."""
    try:
        whole = decode_utf8(data)
    except TlogError as error:
        raise NoteError(str(error)) from error
    if _CONTROL.search(whole):
        raise NoteError("a note has no control characters")
    head, separator, tail = whole.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteError("a note is a text, an empty line and signature lines")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"a note has at most {MAX_SIGNATURES} signatures")
    return head + "\n", [parse_signature_line(line) for line in lines]


def parse_signature_line(line: str) -> Signature:
    """One signature line (without its line feed), **not verified**; NoteError if malformed."""
    match = _SIGNATURE_LINE.fullmatch(line)
    if not match:
        raise NoteError("a signature line reads: em dash, name, base64")
    name, encoded = match.groups()
    _require_name(name)
    data = _decode_base64(encoded)
    if len(data) <= KEY_ID_SIZE:
        raise NoteError(f"the signature by {name} is empty")
    return Signature(name, data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])


def format_signature_line(signature: Signature) -> str:
    """The line of a signature, with its line feed: the inverse of `parse_signature_line`."""
    return _format_line(signature.name, signature.key_id, signature.blob)


def _format_line(name: str, identity: bytes, blob: bytes) -> str:
    return f"— {name} {encode_base64(identity + blob)}\n"


def _cosigned_message(text: str, at: int) -> bytes:
    return encode_utf8(f"cosignature/v1\ntime {at}\n{text}")


def _known_keys(verifiers: Iterable[NoteVerifier]) -> dict[tuple[str, bytes], NoteVerifier]:
    known: dict[tuple[str, bytes], NoteVerifier] = {}
    for verifier in verifiers:
        before = known.setdefault((verifier.name, verifier.key_id), verifier)
        # Two keys under one name and id could not be told apart in a signature line.
        if before.public != verifier.public:
            raise NoteError(f"two different keys of {verifier.name} share an id")
    return known


def _parse_ed25519_vkey(text: str, wanted: int) -> tuple[str, bytes]:
    name, type_, public = parse_vkey(text)
    if type_ != wanted:
        raise NoteError(f"the key of {name} is of type {type_:02x}, not {wanted:02x}")
    if len(public) != PUBLIC_SIZE:
        raise NoteError(f"the key of {name} has {len(public)} bytes, not {PUBLIC_SIZE}")
    return name, public


def _private(seed: bytes) -> Ed25519PrivateKey:
    if len(seed) != SEED_SIZE:
        raise NoteError(f"a seed has {SEED_SIZE} bytes")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _text_bytes(text: str) -> bytes:
    """UTF-8 of a text fit to be signed."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("a text ends with a line feed and has no control characters")
    try:
        return encode_utf8(text)
    except TlogError as error:
        raise NoteError(str(error)) from error


def _require_name(name: str) -> None:
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise NoteError("a key's name is not empty and has no space and no plus sign")
    try:
        encode_utf8(name)
    except TlogError as error:
        raise NoteError(str(error)) from error


def _decode_base64(text: str) -> bytes:
    try:
        return decode_base64(text)
    except TlogError as error:
        raise NoteError(str(error)) from error
