"""What must hold after every kill, judged from outside: by what members hold and the site serves."""

from __future__ import annotations

import urllib.request
from base64 import b64encode
from typing import Any

from forum.tlog import merkle
from forum.tlog.checkpoint import open_checkpoint
from forum.tlog.entry import parse_entry
from forum.tlog.proof import parse_proof
from forum.tlog.receipt import Receipt, check_receipt, parse_receipt
from tests.faults.board import PATIENCE, Member, Posting
from tests.outsider import Outsider


class Judge:
    """Remembers every tree that was ever claimed and every receipt that reached a member."""

    def __init__(self, address: str, members: list[Member]) -> None:
        self.outsider = Outsider(lambda path: fetch(address, path))
        self.members = members
        self.claims: dict[int, str] = {}
        self._seen: set[int] = set()

    def hear(self, claim: str) -> None:
        """A header `Log-Checkpoint`: one size has one root, for ever."""
        size, _, root = claim.partition(" ")
        before = self.claims.setdefault(int(size), root)
        assert before == root, f"two trees of {size} entries were shown: a fork"

    def after_a_kill(self) -> None:
        """Every form sent since the last time is sent again; then the whole log is read."""
        for member in self.members:
            for posting in member.postings:
                if id(posting) not in self._seen:
                    self._seen.add(id(posting))
                    member.send(posting)
        self.check_log()

    def at_the_end(self) -> int:
        """Every receipt that ever arrived holds, offline and in the live log; how many these are."""
        held = [(m, p) for m in self.members for p in m.postings if p.receipt is not None]
        entries = self.check_log()
        for member, posting in held:
            self._check_receipt(member, posting, entries)
        return len(held)

    def check_log(self) -> list[bytes]:
        """The entries as served: they hash to the signed tree, to every tree ever claimed, and
        number the complaints 1, 2, 3 …"""
        entries = self.outsider.log()
        tree = merkle.Tree()
        for size, data in enumerate(entries, 1):
            tree.append([data])
            claimed = self.claims.get(size)
            assert claimed in (None, base64_of(tree.root)), f"{size}: a tree that was shown is gone"
        assert max(self.claims, default=0) <= len(entries), "a tree that was shown is gone"
        posted = [
            e["complaint"] for e in map(parse_entry, entries) if e["kind"] == "complaint.posted"
        ]
        assert posted == list(range(1, len(posted) + 1)), "a number is missing or given twice"
        return entries

    def _check_receipt(self, member: Member, posting: Posting, entries: list[bytes]) -> None:
        held = parse_receipt(posting.receipt or b"")
        steps = check_receipt(held, self.outsider.verifier)
        assert all(step.ok for step in steps), steps
        proof = parse_proof(held.proof)
        signed = open_checkpoint(proof.checkpoint, self.outsider.verifier).checkpoint
        self.hear(f"{signed.size} {base64_of(signed.root)}")
        assert entries[proof.index] == held.entry, "the entry of a receipt is gone"
        again = parse_receipt(member.receipt(posting))
        assert what_stays(again) == what_stays(held), "the same key got another receipt"
        committed = set(parse_entry(held.entry)["commitments"].values())
        assert posting.commitments & committed, "the page showed another commitment"


def what_stays(receipt: Receipt) -> tuple[Any, ...]:
    """A receipt without its proof, which may be newer the next time."""
    index = parse_proof(receipt.proof).index
    return receipt.number, receipt.entry, index, sorted(receipt.openings.items())


def base64_of(root: bytes) -> str:
    """As a checkpoint writes it."""
    return b64encode(root).decode("ascii")


def fetch(address: str, path: str) -> bytes:
    """The bytes that anybody gets."""
    with urllib.request.urlopen(f"http://{address}{path}", timeout=PATIENCE) as answer:
        return answer.read()
