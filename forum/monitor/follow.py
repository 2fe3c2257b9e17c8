"""Following the log: from the signed checkpoint down to every byte of every entry.

What is kept was verified twice: the entries lead to the signed root, and the tiles prove that the
signed tree grew from the one that was verified before.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from forum.monitor.findings import Evidence, Finding
from forum.monitor.keys import Keys, changes_in
from forum.monitor.state import State
from forum.monitor.web import Site
from forum.tlog import merkle
from forum.tlog.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from forum.tlog.errors import TlogError
from forum.tlog.merkle import leaf_hash
from forum.tlog.note import CosignatureVerifier, Verifier
from forum.tlog.rotation import Rotation, RotationError
from forum.tlog.tile import (
    ENTRIES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    TileError,
    TileMissing,
    format_tile_path,
    parse_bundle,
    tile_reader,
)

# Old bundles are asked for again, so that nobody can drop what was verified once; of a long log
# so many in each round.
ASKED_AGAIN = 64

Bundles = Iterator[tuple[Tile, bytes, list[bytes]]]


class CouldNotCheck(Exception):
    """Nothing can be said about this board: the text says why."""


class LogBroken(Exception):
    """The log contradicts itself: `finding` says how. What was verified before still stands."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


class Follower:
    """Follows one log into one state. `signed` is the newest checkpoint that was verified.

    `verifier` may be any key that the log has had: those it was handed over to are believed.
    """

    def __init__(
        self,
        site: Site,
        state: State,
        verifier: Verifier,
        witnesses: Sequence[CosignatureVerifier] = (),
        evidence: Evidence | None = None,
    ) -> None:
        self._site, self._state, self._verifier = site, state, verifier
        self._witnesses, self._evidence = witnesses, evidence
        self.signed: SignedCheckpoint | None = None
        try:
            self._keys = Keys(site, state, verifier)
        except ValueError as error:
            raise CouldNotCheck(str(error)) from error

    @property
    def keys(self) -> tuple[Verifier, ...]:
        """Every key of the log that is known, newest first."""
        return self._keys.chain.known

    def follow(self) -> None:
        """Verify everything up to the newest checkpoint and keep it.

        LogBroken when the log contradicts its signature or its past; CouldNotCheck when no
        checkpoint can be had.
        """
        signed = self._checkpoint()
        self._require_growth(signed)
        self._grow(signed)
        self.signed = signed

    def ask_again(self) -> list[Finding]:
        """Whether entries that were verified earlier are still served as they were, and what is
        kept of each change of key."""
        known = range(-(-self._state.size // TILE_WIDTH))
        again = known if len(known) <= ASKED_AGAIN else random.sample(known, ASKED_AGAIN)
        found = [*self._keys.kept_notes()]
        for number in again:
            width, kept = self._state.bundle(number) or (0, b"")
            try:
                self._compare(number, self._fetch(Tile(ENTRIES, number, width)), kept)
            except LogBroken as broken:
                found.append(broken.finding)
        return found

    def _checkpoint(self) -> SignedCheckpoint:
        answer = self._site.get("/tlog/checkpoint")
        if not answer.ok:
            raise CouldNotCheck(f"{answer.url}: {answer.said}")
        try:
            return self._opened(answer.body)
        except TlogError as error:
            self._break("bad-signature", None, "/tlog/checkpoint", str(error),
                        f"a checkpoint signed by {self._verifier.name}", answer.body)  # fmt: skip
            raise AssertionError from error

    def _opened(self, note: bytes) -> SignedCheckpoint:
        try:
            return open_checkpoint(note, self.keys, self._witnesses)
        except TlogError:
            learned = self._keys.learn()
            if not learned:
                raise
            # Whether they are the log's keys shows when its entries have been read.
            return open_checkpoint(note, (*learned, *self.keys), self._witnesses)

    def _require_growth(self, signed: SignedCheckpoint) -> None:
        """Refuse a tree that is smaller than the one known, or another of the same size."""
        new, size, url = signed.checkpoint, self._state.size, "/tlog/checkpoint"
        notes = (self._known_note(), signed.note.encode())
        if new.size < size:
            self._break("log-rollback", new.size, url, f"{new.size} entries",
                        f"at least {size}, as signed before", *notes)  # fmt: skip
        if new.size == size and size and new.root != self._state.root_at(size):
            self._break("log-fork", None, url, f"root {new.root.hex()} at {size}",
                        "the root signed before for the same size", *notes)  # fmt: skip
        if new.size == size and size:
            self._accept(signed, [])

    def _accept(self, signed: SignedCheckpoint, changes: Sequence[Rotation]) -> None:
        """The keys that had to sign did, and each was handed over by the one before it."""
        last = self._state.entry(signed.checkpoint.size - 1) or b""
        try:
            self._keys.accept(signed, last, changes)
        except TlogError as error:
            index = error.index if isinstance(error, RotationError) else None
            self._break("bad-signature", index, "/tlog/checkpoint", str(error),
                        "the signatures of all keys that sign at this time",
                        signed.note.encode())  # fmt: skip

    def _grow(self, signed: SignedCheckpoint) -> None:
        new, state = signed.checkpoint, self._state
        if new.size == state.size:
            return
        self._refuse_fork(signed)
        size = state.size
        frontier = state.read(merkle.frontier_nodes(size)) if size else []
        changes: list[Rotation] = []
        with state.change():
            for tile, data, entries in self._bundles(size, new.size):
                fresh = entries[max(0, size - tile.number * TILE_WIDTH) :]
                _nodes, frontier = merkle.new_nodes(size, [*map(leaf_hash, fresh)], frontier)
                changes += changes_in(size, fresh)
                size += len(fresh)
                state.keep_bundle(tile.number, tile.width, data)
            self._require_root(signed, merkle.root_from_frontier(frontier))
            state.remember("size", str(new.size))
            state.remember("note", signed.note)
            self._accept(signed, changes)

    def _refuse_fork(self, signed: SignedCheckpoint) -> None:
        """Tiles that lead to the signed root, but not from the tree that was signed before, are
        the log's own proof that it keeps two histories."""
        new, size = signed.checkpoint, self._state.size
        reader = tile_reader(self._tile, new.size)
        try:
            sound = merkle.tree_root(new.size, reader) == new.root
        except TlogError:
            sound = False
        proven = self._prove_growth(new, size) if sound else None
        if proven is not None:
            self._break("log-fork", None, "/tlog/checkpoint", proven,
                        f"growth from the tree of {size} that was signed before",
                        self._known_note(), signed.note.encode())  # fmt: skip

    def _bundles(self, start: int, stop: int) -> Bundles:
        """Every bundle with new entries; the first may begin with entries that are known."""
        for number in range(start >> TILE_HEIGHT, -(-stop // TILE_WIDTH)):
            tile = Tile(ENTRIES, number, min(TILE_WIDTH, stop - number * TILE_WIDTH))
            data = self._fetch(tile)
            known = self._state.bundle(number)
            if known is not None:
                self._compare(number, data, known[1])
            try:
                entries = parse_bundle(data, tile.width)
            except TileError as error:
                self._break("entry-missing", number * TILE_WIDTH, _path(tile), str(error),
                            f"{tile.width} entries", data)  # fmt: skip
            yield tile, data, entries

    def _compare(self, number: int, served: bytes, kept: bytes) -> None:
        """Entries that were verified once must be served as they were."""
        if served.startswith(kept):
            return
        index = number * TILE_WIDTH + _first_difference(served, kept)
        self._break("entry-altered", index, _path(Tile(ENTRIES, number, TILE_WIDTH)),
                    "other bytes than before", "the entry as it was verified",
                    self._known_note(), kept, served)  # fmt: skip

    def _require_root(self, signed: SignedCheckpoint, root: bytes) -> None:
        """The entries lead to the signed root, and so do the tiles, which prove the growth."""
        new, size = signed.checkpoint, self._state.size
        proven = self._prove_growth(new, size)
        if root == new.root and proven is None:
            return
        notes = (self._known_note(), signed.note.encode())
        if root == new.root:
            self._break("entry-altered", None, "/tlog/tile/0/000", f"tiles: {proven}",
                        "tiles that lead to the signed root", *notes)  # fmt: skip
        self._blame(new)
        code = "log-fork" if size else "entry-altered"
        self._break(code, None, "/tlog/checkpoint", f"root {new.root.hex()} at {new.size}",
                    f"{root.hex()}, which the entries lead to", *notes)  # fmt: skip

    def _prove_growth(self, new: Checkpoint, size: int) -> str | None:
        """Why the served tiles do not prove that the tree grew; None when they do."""
        reader = tile_reader(self._tile, new.size)
        old_root = self._state.root_at(size) or merkle.EMPTY_ROOT
        try:
            if merkle.tree_root(new.size, reader) != new.root:
                return "they lead to another root"
            proof = merkle.prove_consistency(size, new.size, reader)
            merkle.check_consistency(proof, size, old_root, new.size, new.root)
        except TlogError as error:
            return str(error)
        return None

    def _blame(self, new: Checkpoint) -> None:
        """Name the first entry that is not what the signed tree holds, if the tiles can tell."""
        reader = tile_reader(self._tile, new.size)
        for tile in (Tile(ENTRIES, n, TILE_WIDTH) for n in range(-(-new.size // TILE_WIDTH))):
            first = tile.number * TILE_WIDTH
            width = min(TILE_WIDTH, new.size - first)
            entries = parse_bundle(self._fetch(tile._replace(width=width)), width)
            try:
                leaves = reader([(0, first + offset) for offset in range(width)])
            except TlogError:
                return
            for offset, entry in enumerate(entries):
                if leaf_hash(entry) != leaves[offset]:
                    self._break("entry-altered", first + offset, _path(tile),
                                entry.decode("ascii", "replace"),
                                f"an entry with leaf hash {leaves[offset].hex()}", entry)  # fmt: skip

    def _fetch(self, tile: Tile) -> bytes:
        """A bundle: as wide as asked for or, where only the whole one is left, cut from that."""
        answer = self._site.get(_path(tile))
        if not answer.ok and tile.width < TILE_WIDTH:
            whole = self._site.get(_path(tile._replace(width=TILE_WIDTH)))
            if whole.ok:
                return _cut(whole.body, tile.width)
        if not answer.ok:
            self._break("entry-missing", tile.number * TILE_WIDTH, _path(tile), answer.said,
                        f"{tile.width} entries", answer.body[:4096])  # fmt: skip
        return answer.body

    def _tile(self, path: str) -> bytes:
        answer = self._site.get(f"/tlog/{path}")
        if not answer.ok:
            raise TileMissing(f"{path}: {answer.said}")
        return answer.body

    def _known_note(self) -> bytes:
        return (self._state.fact("note") or "").encode()

    def _break(
        self, code: str, entry: int | None, path: str, seen: str, expected: str, *files: bytes
    ) -> None:
        finding = Finding(code, None, entry, self._site.base + path, seen, expected)
        raise LogBroken(self._evidence.keep(finding, *files) if self._evidence else finding)


def cosigned(signed: SignedCheckpoint) -> int:
    """How many of the witnesses one knows vouch for the checkpoint."""
    return len(signed.cosignatures)


def _path(tile: Tile) -> str:
    return f"/tlog/{format_tile_path(*tile)}"


def _cut(data: bytes, width: int) -> bytes:
    at = 0
    for _ in range(width):
        at += 2 + int.from_bytes(data[at : at + 2], "big")
    return data[:at]


def _first_difference(served: bytes, kept: bytes) -> int:
    """The offset in the bundle of the first entry that differs."""
    parse: Callable[[bytes], list[bytes]] = _entries_of
    pairs = zip(parse(served), parse(kept), strict=False)
    return next((offset for offset, (a, b) in enumerate(pairs) if a != b), 0)


def _entries_of(data: bytes) -> list[bytes]:
    entries, at = [], 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : end])
        at = end
    return entries
