"""An outsider: knows the board's address and `forum.tlog`, and believes nothing else."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from forum.tlog import merkle
from forum.tlog.authorkey import act_message, check_act
from forum.tlog.checkpoint import Checkpoint, open_checkpoint
from forum.tlog.commitment import check_commitment
from forum.tlog.entry import parse_entry
from forum.tlog.note import Verifier
from forum.tlog.proof import check_proof, parse_proof
from forum.tlog.receipt import check_receipt, parse_receipt
from forum.tlog.tile import bundles_for, format_tile_path, parse_bundle, tile_reader
from tests.pages.reading import Page

Fetch = Callable[[str], bytes]


class Outsider:
    """Fetches addresses of one board and checks what they say. Failures are AssertionError,
    or the error of `forum.tlog` that names the rule."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.verifier = Verifier(fetch("/tlog/vkey").decode().strip())

    def checkpoint(self) -> Checkpoint:
        """The newest one, its signature checked."""
        return open_checkpoint(self.fetch("/tlog/checkpoint"), self.verifier).checkpoint

    def log(self) -> list[bytes]:
        """Every entry, of which the signed root was recomputed in two ways: leaves and tiles."""
        signed = self.checkpoint()
        entries: list[bytes] = []
        for tile in bundles_for(signed.size):
            path = format_tile_path(tile.level, tile.number, tile.width)
            entries += parse_bundle(self.fetch(f"/tlog/{path}"), tile.width)
        tree = merkle.Tree()
        tree.append(entries)
        assert (tree.size, tree.root) == (signed.size, signed.root)
        assert merkle.tree_root(signed.size, self.tiles(signed.size)) == signed.root
        return entries

    def tiles(self, size: int) -> merkle.HashReader:
        """Reads hashes of the tree of this size from the served tiles."""
        return tile_reader(lambda path: self.fetch(f"/tlog/{path}"), size)

    def entry(self, index: int) -> dict[str, Any]:
        """One entry, proven to be in the signed tree."""
        signed, data = self.checkpoint(), self.log()[index]
        proof = merkle.prove_inclusion(index, signed.size, self.tiles(signed.size))
        leaf = merkle.leaf_hash(data)
        merkle.check_inclusion(proof, index, signed.size, leaf, signed.root)
        return parse_entry(data)

    def check_growth(self, old: Checkpoint) -> None:
        """The log only grew since `old`."""
        new = self.checkpoint()
        proof = merkle.prove_consistency(old.size, new.size, self.tiles(new.size))
        merkle.check_consistency(proof, old.size, old.root, new.size, new.root)

    def check_receipt(self, data: bytes) -> int:
        """The receipt holds offline, and its checkpoint lies on the way to the newest one.
        Answers with the index of its entry."""
        receipt = parse_receipt(data)
        steps = check_receipt(receipt, self.verifier)
        assert all(step.ok for step in steps), steps
        proof = parse_proof(receipt.proof)
        self.check_growth(open_checkpoint(proof.checkpoint, self.verifier).checkpoint)
        assert self.log()[proof.index] == receipt.entry
        return proof.index

    def check_served_proof(self, number: int, index: int) -> None:
        """The tlog-proof that anybody can fetch proves that entry."""
        proof = parse_proof(self.fetch(f"/complaints/{number}/proof?entry={index}"))
        assert proof.index == index
        check_proof(proof, self.log()[index], self.verifier)

    def check_page(self, number: int) -> None:
        """What the page and the machine form show is what the log committed to."""
        form = self.machine(number)
        page = Page(self.fetch(f"/complaints/{number}").decode())
        posting = self.entry(page.article["entry"])
        assert posting["complaint"] == number and form["entries"][0] == page.article["entry"]
        shown = {
            "text": f"{page.fields['title']}\n{page.fields['body']}",
            "author": page.fields["author"],
            **({"remedy": page.fields["remedy"]} if "remedy" in page.fields else {}),
            **self._photos(form),
        }
        self._check_openings(form, page.article["entry"], posting["commitments"], shown)
        assert page.replies == [reply["id"] for reply in form["replies"]]
        for reply in form["replies"]:
            said = {"text": reply["body"], "author": reply["by"]}
            commitments = self.entry(reply["entry"])["commitments"]
            self._check_openings(form, reply["entry"], commitments, said)

    def check_author_act(self, number: int, index: int) -> None:
        """The act was signed by whoever held the author's code when the complaint was posted."""
        act = self.entry(index)
        key = self.entry(self.machine(number)["entries"][0])["author_key"]
        text = act.get("commitments", {}).get("text")
        message = act_message(self.verifier.name, number, act["kind"], act.get("status"),
                              act["of"], text)  # fmt: skip
        check_act(key, message, act["sig"])

    def machine(self, number: int) -> dict[str, Any]:
        """The complaint's machine form."""
        return json.loads(self.fetch(f"/complaints/{number}.json"))

    def _photos(self, form: Mapping[str, Any]) -> dict[str, str]:
        shown = {}
        for k, photo in enumerate(form["photos"], 1):
            shown[f"photo.{k}"] = hashlib.sha256(self.fetch(photo["url"])).hexdigest()
            shown[f"photo.{k}.alt"] = photo["alt"]
        return shown

    def _check_openings(
        self, form: Mapping[str, Any], entry: int, commitments: Mapping[str, str],
        shown: Mapping[str, str],
    ) -> None:  # fmt: skip
        salts = {o["field"]: b64decode(o["salt"]) for o in form["openings"] if o["entry"] == entry}
        # The bytes that came in are the author's alone: the receipt opens that commitment.
        assert {f for f in commitments if not f.endswith(".received")} == set(shown)
        for field, value in shown.items():
            check_commitment(field, salts[field], value, commitments[field])
