"""Commitments: how the log binds a text without holding it.

An entry carries only `SHA-256("zhiyan/v1/" + field || 0x00 || salt || value)`. Who holds salt and
value can show that they are the committed ones; once both are erased, the hash that stays tells
nothing, because 32 random bytes of salt cannot be guessed.

>>> commit("text", bytes(32), "标题\\n正文")
'93579a2003ee6aaad2148ff8235d627f132b96cf0c4271f8fd298244676bc205'
"""

import re
import secrets
from hashlib import sha256
from hmac import compare_digest

from forum.tlog.encoding import encode_utf8
from forum.tlog.errors import TlogError

SALT_SIZE = 32

# The list is closed: other uses of the "zhiyan/v1/" prefix, such as the author's seed, must never
# be mistaken for a field. A number at the end: what is shown instead of the field of that entry.
_FIELD = re.compile(
    r"facts|(?:text|remedy|author|photo\.[1-9][0-9]{0,2}(?:\.received|\.alt)?)"
    r"(?:\.(?:0|[1-9][0-9]{0,15}))?",
    re.ASCII,
)


class CommitmentError(TlogError):
    """An opening that does not open its commitment, or a commitment nobody may make."""


def new_salt() -> bytes:
    """32 fresh random bytes: one salt per field and item, never derived, never reused."""
    return secrets.token_bytes(SALT_SIZE)


def commit(field: str, salt: bytes, value: str) -> str:
    """The commitment as 64 lowercase hexadecimal digits.

    `field` is one of text, remedy, author, facts, photo.<k>, photo.<k>.received, photo.<k>.alt
    (k from 1), or one of them (not facts) with ``.<index>`` of the entry in which a redaction closed
    it; `salt` has 32 bytes; for photos `value` is the SHA-256 of the file as 64 lowercase
    hexadecimal digits. CommitmentError for anything else.
    """
    if not _FIELD.fullmatch(field):
        raise CommitmentError(f"{field!r} is not a field that is committed to")
    if len(salt) != SALT_SIZE:
        raise CommitmentError(f"the salt of {field} has {SALT_SIZE} bytes")
    try:
        message = f"zhiyan/v1/{field}".encode("ascii") + b"\x00" + salt + encode_utf8(value)
    except TlogError as error:
        raise CommitmentError(f"{field}: {error}") from error
    return sha256(message).hexdigest()


def check_commitment(field: str, salt: bytes, value: str, commitment: str) -> None:
    """Accept that `value` is what was committed to; CommitmentError otherwise."""
    opened = commit(field, salt, value)
    if not compare_digest(opened.encode("ascii"), commitment.encode("utf-8", "replace")):
        raise CommitmentError(f"the {field} is not the one that was committed to")
