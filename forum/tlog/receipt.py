"""The receipt (回执): all a stranger needs, with the verifier key, to check a complaint offline.

A receipt is a JSON object: the site, the log's origin, the complaint's number, the posting entry's
bytes, the proof that the entry is in the log, and the openings of all its commitments. It holds no
secret: never the author's code.

`check_receipt` answers with its steps, so that a page or a program can show each by itself.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from forum.tlog.checkpoint import (
    Checkpoint,
    LogVerifier,
    log_verifiers,
    open_checkpoint,
    parse_checkpoint,
)
from forum.tlog.commitment import SALT_SIZE, check_commitment
from forum.tlog.encoding import decode_base64, decode_utf8, encode_base64, encode_utf8
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.merkle import check_inclusion, leaf_hash
from forum.tlog.note import CosignatureVerifier, split_note
from forum.tlog.proof import check_quorum, parse_proof

VERSION = 1
MAX_RECEIPT = 2**20
"""Bytes; a complaint has a few kilobytes, so a longer file is not a receipt."""

STEPS = ("leaf", "commitments", "inclusion", "signature", "quorum")
"""The names of the steps of `check_receipt`, in their order."""

_KEYS = ("v", "site", "origin", "number", "entry", "proof", "openings")
_SITE = re.compile(r"https?://[!-~]{1,200}", re.ASCII)


class ReceiptError(TlogError):
    """A file that is not a receipt of ours; the text says which part of it."""


class Opening(NamedTuple):
    """What opens one commitment: its `salt` (32 bytes) and the `value` as it was committed."""

    salt: bytes
    value: str


@dataclass(frozen=True)
class Receipt:
    """A parsed receipt, **not verified**: `check_receipt` does that."""

    site: str
    origin: str
    number: int
    entry: bytes
    proof: str
    openings: Mapping[str, Opening]


@dataclass(frozen=True)
class Step:
    """One step of a check: its `name` (of `STEPS`), whether it held, and what was seen."""

    name: str
    ok: bool
    detail: str


def format_receipt(
    site: str,
    origin: str,
    number: int,
    entry: bytes,
    proof: str,
    openings: Mapping[str, Opening],
) -> str:
    """The receipt as JSON, always with the same bytes for the same facts.

    `site` is the board's address, `entry` the exact bytes of the posting entry, `proof` the text
    of `format_proof`, `openings` one per commitment of the entry. ReceiptError when the result
    would not be accepted as a receipt.
    """
    opened = {
        field: {"salt": encode_base64(salt), "value": value}
        for field, (salt, value) in sorted(openings.items())
    }
    values = (VERSION, site, origin, number, encode_base64(entry), proof, opened)
    record = dict(zip(_KEYS, values, strict=True))
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
    parse_receipt(text)
    return text


def parse_receipt(data: str | bytes) -> Receipt:
    """Read a receipt without verifying it; ReceiptError unless it is one of ours."""
    try:
        record = _load(data)
        return _read(record)
    except ReceiptError:
        raise
    except TlogError as error:
        raise ReceiptError(f"the receipt is damaged: {error}") from error


def check_receipt(
    receipt: Receipt,
    log_verifier: LogVerifier,
    witnesses: Sequence[CosignatureVerifier] = (),
    quorum: int = 0,
) -> list[Step]:
    """Check a receipt with the log's key (and those of witnesses, of whom `quorum` must have
    cosigned); never raises for anything a receipt may say. Of a log that changed its key, give
    all its keys that one trusts (`rotation.follow`): the receipt bears those of its own time.

    leaf: the entry is a valid one and about this complaint. commitments: its openings open all
    its commitments. inclusion: the entry is in the tree of the receipt's checkpoint. signature:
    the log signed that checkpoint. quorum: enough witnesses cosigned it. The receipt holds only
    if all are ok: inclusion alone means nothing as long as nobody signed the tree.
    """
    checks: tuple[Callable[[], str], ...] = (
        lambda: _check_leaf(receipt),
        lambda: _check_openings(receipt),
        lambda: _check_inclusion(receipt),
        lambda: _check_signature(receipt, log_verifier, witnesses),
        lambda: _check_quorum(receipt, log_verifier, witnesses, quorum),
    )
    return [_step(name, check) for name, check in zip(STEPS, checks, strict=True)]


def _step(name: str, check: Callable[[], str]) -> Step:
    try:
        return Step(name, True, check())
    except TlogError as error:
        return Step(name, False, str(error))


def _check_leaf(receipt: Receipt) -> str:
    entry = parse_entry(receipt.entry)
    if entry["kind"] != "complaint.posted" or entry["complaint"] != receipt.number:
        raise ReceiptError(f"the entry is not the posting of complaint {receipt.number}")
    return leaf_hash(receipt.entry).hex()


def _check_openings(receipt: Receipt) -> str:
    commitments = parse_entry(receipt.entry).get("commitments", {})
    if set(commitments) != set(receipt.openings):
        odd = ", ".join(sorted(set(commitments) ^ set(receipt.openings)))
        raise ReceiptError(f"openings and commitments do not match: {odd}")
    for field, (salt, value) in receipt.openings.items():
        check_commitment(field, salt, value, commitments[field])
    return ", ".join(sorted(commitments)) or "none"


def _check_inclusion(receipt: Receipt) -> str:
    proof, checkpoint = parse_proof(receipt.proof), _claimed_checkpoint(receipt)
    leaf = leaf_hash(receipt.entry)
    check_inclusion(proof.hashes, proof.index, checkpoint.size, leaf, checkpoint.root)
    return f"entry {proof.index} of {checkpoint.size}"


def _check_signature(
    receipt: Receipt, log_verifier: LogVerifier, witnesses: Sequence[CosignatureVerifier]
) -> str:
    name = log_verifiers(log_verifier)[0].name
    if receipt.origin != name:
        raise ReceiptError(f"the receipt is of {receipt.origin}, the key of {name}")
    open_checkpoint(parse_proof(receipt.proof).checkpoint, log_verifier, witnesses)
    return name


def _check_quorum(
    receipt: Receipt,
    log_verifier: LogVerifier,
    witnesses: Sequence[CosignatureVerifier],
    quorum: int,
) -> str:
    signed = open_checkpoint(parse_proof(receipt.proof).checkpoint, log_verifier, witnesses)
    check_quorum(signed, quorum)
    return f"{len(signed.cosignatures)} of {quorum} required"


def _claimed_checkpoint(receipt: Receipt) -> Checkpoint:
    text, _ = split_note(parse_proof(receipt.proof).checkpoint)
    return parse_checkpoint(text)


def _load(data: str | bytes) -> dict[str, Any]:
    text = decode_utf8(data)
    if len(text) > MAX_RECEIPT:
        raise ReceiptError("the file is too long for a receipt")
    try:
        record = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        if isinstance(error, TlogError):
            raise
        raise ReceiptError("the file is not a receipt: it is not JSON") from error
    if not isinstance(record, dict) or set(record) != set(_KEYS):
        raise ReceiptError(f"a receipt has exactly the parts {', '.join(_KEYS)}")
    return record


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two readers must never see two different receipts in one file.
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ReceiptError("a part of the receipt stands there twice")
    return record


def _read(record: dict[str, Any]) -> Receipt:
    if type(record["v"]) is not int or record["v"] != VERSION:
        raise ReceiptError(f"only receipts of version {VERSION} are known")
    if type(record["number"]) is not int or not 1 <= record["number"] < 2**53:
        raise ReceiptError("the receipt has no complaint's number")
    site, origin, entry, proof = (_text(record, key) for key in _KEYS[1:3] + _KEYS[4:6])
    if not _SITE.fullmatch(site):
        raise ReceiptError("the receipt names no site")
    parsed = parse_proof(proof)
    receipt = Receipt(
        site, origin, record["number"], decode_base64(entry), proof, _openings(record["openings"])
    )
    if parse_checkpoint(split_note(parsed.checkpoint)[0]).origin != origin:
        raise ReceiptError("the proof in the receipt is of another log")
    return receipt


def _openings(value: Any) -> dict[str, Opening]:
    if not isinstance(value, dict):
        raise ReceiptError("the receipt has no openings")
    return {field: _opening(field, opening) for field, opening in value.items()}


def _opening(field: str, value: Any) -> Opening:
    if not isinstance(value, dict) or set(value) != {"salt", "value"}:
        raise ReceiptError(f"the opening of {field!r} is a salt and a value")
    encode_utf8(field)
    salt = decode_base64(_text(value, "salt"))
    if len(salt) != SALT_SIZE:
        raise ReceiptError(f"the salt of {field!r} has {SALT_SIZE} bytes")
    return Opening(salt, _text(value, "value"))


def _text(record: dict[str, Any], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise ReceiptError(f"{key} is a text")
    # JSON may smuggle in half characters (\ud800) that no UTF-8 can hold.
    encode_utf8(value)
    return value
