"""Receipts that people hold: each must verify by itself, and the live log must still keep it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forum.monitor.board import Board
from forum.monitor.findings import Evidence, Finding
from forum.monitor.state import State
from forum.tlog.checkpoint import LogVerifier, open_checkpoint
from forum.tlog.errors import TlogError
from forum.tlog.proof import parse_proof
from forum.tlog.receipt import MAX_RECEIPT, Receipt, check_receipt, parse_receipt

# What, when it is found of a complaint, breaks the word that was given for it.
BREAKING = ("silent-removal", "text-changed", "author-changed", "photo-missing", "unreachable",
            "time-changed", "split-view", "folded", "not-listed", "not-searchable")  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What the round has come to know: what is declared, what was verified, what was found."""

    board: Board
    state: State
    found: tuple[Finding, ...] = ()


def check(path: Path, known: Known, keys: LogVerifier, evidence: Evidence) -> list[Finding]:
    """What is wrong with the receipt in a file, with the log that gave it out, or with the
    complaint it was given for.

    keys: every key of the log that is trusted. OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(MAX_RECEIPT + 1)
    try:
        receipt = parse_receipt(data)
    except TlogError as error:
        return [_broken(None, None, path.name, str(error), "a receipt")]
    broken = [step for step in check_receipt(receipt, keys) if not step.ok]
    if broken:
        seen = "; ".join(f"{step.name}: {step.detail}" for step in broken)
        return [_broken(receipt.number, None, path.name, seen, "a receipt of this log")]
    return _against_log(receipt, path.name, known, keys, evidence)


def _broken(number: int | None, entry: int | None, name: str, seen: str, expected: str) -> Finding:
    return Finding("receipt-not-honoured", number, entry, name, seen, expected)


def _against_log(
    receipt: Receipt, name: str, known: Known, keys: LogVerifier, evidence: Evidence
) -> list[Finding]:
    """A receipt that holds by itself is the log's own word: the log must not have another."""
    proof, state = parse_proof(receipt.proof), known.state
    signed = open_checkpoint(proof.checkpoint, keys).checkpoint
    files = (proof.checkpoint.encode(), (state.fact("note") or "").encode())
    number, index, found = receipt.number, proof.index, []
    if signed.size > state.size:
        found.append(Finding("log-rollback", number, index, name, f"{state.size} entries",
                             f"{signed.size}, as signed in the receipt"))  # fmt: skip
    elif state.root_at(signed.size) != signed.root:
        found.append(Finding("log-fork", number, index, name,
                             f"root {signed.root.hex()} at {signed.size}", "the root of this log"))  # fmt: skip
    if found or state.entry(index) != receipt.entry or number not in known.board.complaints:
        found.append(_broken(number, index, name, "another history, or another entry in it",
                             "the entry of the receipt"))  # fmt: skip
    else:
        found += _of_complaint(known, number, index, name)
    return [evidence.keep(finding, *files) for finding in found]


def _of_complaint(known: Known, number: int, index: int, name: str) -> list[Finding]:
    about = [f for f in known.found if f.complaint == number and f.code in BREAKING]
    if not about:
        return []
    seen = ", ".join(sorted({finding.code for finding in about}))
    return [_broken(number, index, name, f"complaint {number}: {seen}", "shown as it was accepted")]
