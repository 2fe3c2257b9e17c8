"""Receipts that people hold: each must verify by itself, and the live log must still keep it."""

from __future__ import annotations

from pathlib import Path

from forum.monitor.board import Board
from forum.monitor.findings import Evidence, Finding
from forum.monitor.state import State
from forum.tlog.checkpoint import open_checkpoint
from forum.tlog.errors import TlogError
from forum.tlog.note import Verifier
from forum.tlog.proof import parse_proof
from forum.tlog.receipt import MAX_RECEIPT, Receipt, check_receipt, parse_receipt


def check(
    path: Path, board: Board, state: State, verifier: Verifier, evidence: Evidence
) -> list[Finding]:
    """What is wrong with the receipt in a file, or with the log that gave it out.

    OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(MAX_RECEIPT + 1)
    try:
        receipt = parse_receipt(data)
    except TlogError as error:
        return [Finding("receipt-not-honoured", None, None, path.name, str(error), "a receipt")]
    broken = [step for step in check_receipt(receipt, verifier) if not step.ok]
    if broken:
        seen = "; ".join(f"{step.name}: {step.detail}" for step in broken)
        return [Finding("receipt-not-honoured", receipt.number, None, path.name, seen,
                        "a receipt of this log")]  # fmt: skip
    return _against_log(receipt, path.name, board, state, verifier, evidence)


def _against_log(
    receipt: Receipt, name: str, board: Board, state: State, verifier: Verifier, evidence: Evidence
) -> list[Finding]:
    """A receipt that holds by itself is the log's own word: the log must not have another."""
    proof = parse_proof(receipt.proof)
    signed = open_checkpoint(proof.checkpoint, verifier).checkpoint
    files = (proof.checkpoint.encode(), (state.fact("note") or "").encode())
    if signed.size > state.size:
        found = Finding("log-rollback", receipt.number, proof.index, name,
                        f"{state.size} entries", f"{signed.size}, as signed in the receipt")  # fmt: skip
    elif state.root_at(signed.size) != signed.root:
        found = Finding("log-fork", receipt.number, proof.index, name,
                        f"root {signed.root.hex()} at {signed.size}", "the root of this log")  # fmt: skip
    elif state.entry(proof.index) != receipt.entry or receipt.number not in board.complaints:
        found = Finding("receipt-not-honoured", receipt.number, proof.index, name,
                        "another entry", "the entry of the receipt")  # fmt: skip
    else:
        return []
    return [evidence.keep(found, *files)]
