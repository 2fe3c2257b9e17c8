"""The author's code (本人码): how an author proves that an act is theirs, without an account.

The code is 16 bytes that only the author keeps, shown as 26 characters of base32. It yields an
Ed25519 key whose public half stands in the posting entry; acts of the author carry a signature.

>>> code = parse_code("AAAQ EAYE AUDA OCAJ BIFQ YDIO B4")
>>> format_code(code)
'AAAQEAYEAUDAOCAJBIFQYDIOB4'
>>> message = act_message("complaints.example/log", 17, "complaint.withdrawn", None, 40, None)
>>> check_act(author_key(code), message, sign_act(code, message))
"""

import base64
import re
import secrets
import unicodedata
from hashlib import sha256

from forum.tlog.encoding import MAX_SIZE, decode_base64, decode_hex, encode_base64, encode_utf8
from forum.tlog.errors import TlogError
from forum.tlog.note import PUBLIC_SIZE, public_key, sign_bytes, verify_bytes

CODE_SIZE = 16
CODE_LENGTH = 26
FORM_KEY_LENGTH = 43

_LONGEST_TYPED = 200
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u200b\ufeff]+")
# 0 and 8 do not occur in base32 and look like exactly one letter of it; 1 could be I or L.
_LOOKALIKES = str.maketrans("08", "OB")
_CODE = re.compile(r"[A-Z2-7]{26}", re.ASCII)
_FORM_KEY = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_WORD = re.compile(r"[a-z][a-z0-9._-]{0,63}", re.ASCII)
_COMMITMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)


class AuthorKeyError(TlogError):
    """A code that was mistyped, or an act that its author did not sign."""


def new_code() -> bytes:
    """A fresh code: 16 random bytes."""
    return secrets.token_bytes(CODE_SIZE)


def code_from_form_key(form_key: str) -> bytes:
    """The code that the server derives when the browser cannot make one itself.

    First 16 bytes of SHA-256("zhiyan/v1/author-code" || 0x00 || the form field's 43 characters);
    the field is base64url of 32 random bytes. AuthorKeyError for another field.
    """
    if not _FORM_KEY.fullmatch(form_key):
        raise AuthorKeyError(f"the form's key has {FORM_KEY_LENGTH} characters of base64url")
    digest = sha256(b"zhiyan/v1/author-code\x00" + form_key.encode("ascii")).digest()
    return digest[:CODE_SIZE]


def format_code(code: bytes) -> str:
    """The code as 26 uppercase characters of RFC 4648 base32, without padding."""
    if len(code) != CODE_SIZE:
        raise AuthorKeyError(f"an author's code has {CODE_SIZE} bytes")
    return base64.b32encode(code).decode("ascii").rstrip("=")


def parse_code(typed: str) -> bytes:
    """The code from what a person typed; AuthorKeyError when it cannot be one.

    Tolerant where only one meaning is possible: spaces, hyphens, lower case, full-width letters
    of a Chinese keyboard, 0 for O and 8 for B. A 1 is refused: it could be I or L.
    """
    if len(typed) > _LONGEST_TYPED:
        raise AuthorKeyError(f"an author's code has {CODE_LENGTH} characters")
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed))
    text = (plain.upper() if plain.isascii() else plain).translate(_LOOKALIKES)
    if not _CODE.fullmatch(text):
        raise AuthorKeyError(f"an author's code has {CODE_LENGTH} letters A-Z and digits 2-7")
    code = base64.b32decode(text + "======")
    # 26 characters hold 130 bits, a code 128: a last character that uses the rest is a slip.
    if format_code(code) != text:
        raise AuthorKeyError("the last character of the author's code is wrong")
    return code


def seed_from_code(code: bytes) -> bytes:
    """The Ed25519 seed (32 bytes): SHA-256("zhiyan/v1/author-seed" || 0x00 || code)."""
    if len(code) != CODE_SIZE:
        raise AuthorKeyError(f"an author's code has {CODE_SIZE} bytes")
    return sha256(b"zhiyan/v1/author-seed\x00" + code).digest()


def author_key(code: bytes) -> str:
    """The public key of a code, as `author_key` stands in the posting entry (64 hex digits)."""
    return public_key(seed_from_code(code)).hex()


def act_message(
    origin: str, number: int, kind: str, status: str | None, of: int, text_commitment: str | None
) -> bytes:
    """What an author signs: one line each, "-" where the act has no status or no text.

    `number` is the complaint's; `of` the index of its newest `complaint.*` entry;
    `text_commitment` the hex of the entry's `commitments.text`. AuthorKeyError for values that
    no entry can hold, so that two different acts never share a message.
    """
    words = [kind] if status is None else [kind, status]
    if not origin or "\n" in origin or not all(_WORD.fullmatch(word) for word in words):
        raise AuthorKeyError("an act names its log, its kind and its status in plain words")
    if not (1 <= number <= MAX_SIZE and 0 <= of <= MAX_SIZE):
        raise AuthorKeyError("an act names a complaint and the entry it acts upon")
    if text_commitment is not None and not _COMMITMENT.fullmatch(text_commitment):
        raise AuthorKeyError("the text of an act is named by its commitment")
    lines = ["zhiyan/v1/act", origin, number, kind, status or "-", of, text_commitment or "-"]
    try:
        return encode_utf8("".join(f"{line}\n" for line in lines))
    except TlogError as error:
        raise AuthorKeyError(str(error)) from error


def sign_act(code: bytes, message: bytes) -> str:
    """The signature of an act, as `sig` stands in its entry (base64 of 64 bytes)."""
    return encode_base64(sign_bytes(seed_from_code(code), message))


def check_act(author_key: str, message: bytes, sig: str) -> None:
    """Accept that whoever holds the code of `author_key` signed `message` (`act_message`).

    `author_key` (hex) and `sig` (base64) are the fields of the entries. AuthorKeyError otherwise.
    """
    try:
        public, signature = decode_hex(author_key, PUBLIC_SIZE), decode_base64(sig)
    except TlogError as error:
        raise AuthorKeyError(f"the key or signature is malformed: {error}") from error
    if not verify_bytes(public, message, signature):
        raise AuthorKeyError("the act is not signed with the author's code of this complaint")
