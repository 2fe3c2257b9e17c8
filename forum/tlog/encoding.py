"""Numbers and bytes as text, in exactly one spelling: canonical or refused."""

import base64
import re

from forum.tlog.errors import TlogError

HASH_SIZE = 32
MAX_SIZE = 2**63 - 1
"""Largest tree size, index or time that the C2SP formats allow (a signed 64-bit integer)."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def encode_base64(data: bytes) -> str:
    """RFC 4648 section 4: the standard alphabet, with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The bytes behind `text`; TlogError unless it is the one canonical spelling of them."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise TlogError("this is not base64") from error
    if encode_base64(data) != text:
        raise TlogError("the base64 is not canonical")
    return data


def decode_hash(text: str) -> bytes:
    """A SHA-256 hash (32 bytes) from its canonical base64; TlogError otherwise."""
    data = decode_base64(text)
    if len(data) != HASH_SIZE:
        raise TlogError(f"a hash has {HASH_SIZE} bytes, this has {len(data)}")
    return data


def decode_hex(text: str, length: int) -> bytes:
    """`length` bytes from lowercase hexadecimal digits without spaces; TlogError otherwise."""
    if not re.fullmatch(rf"[0-9a-f]{{{2 * length}}}", text, re.ASCII):
        raise TlogError(f"expected {2 * length} lowercase hexadecimal digits")
    return bytes.fromhex(text)


def parse_decimal(text: str) -> int:
    """A number from 0 to MAX_SIZE without sign or leading zeros; TlogError otherwise."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise TlogError("a number is written in decimal, without leading zeros, below 2^63")
    return int(text)


def encode_utf8(text: str) -> bytes:
    """UTF-8, refusing the half characters (lone surrogates) that a Python string may hold."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise TlogError("the text is not valid Unicode") from error


def decode_utf8(data: bytes | str) -> str:
    """Text from bytes or from text; TlogError when it cannot be written as UTF-8."""
    if isinstance(data, str):
        encode_utf8(data)
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TlogError("the bytes are not UTF-8") from error
