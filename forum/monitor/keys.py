"""The keys of a log: from the one that somebody trusts to those that it was handed over to.

A change of key is an entry that the old key signed. Whoever looks at the log often meets it there,
under a checkpoint that both keys signed. Whoever comes after more than 90 days meets a checkpoint
by a key they never heard of; then `learn` asks for what the log keeps of each change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from forum.monitor.findings import Finding
from forum.monitor.state import State
from forum.monitor.web import Site
from forum.tlog import merkle
from forum.tlog.checkpoint import SignedCheckpoint, open_checkpoint, parse_checkpoint
from forum.tlog.encoding import parse_decimal
from forum.tlog.entry import is_time, parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.note import Verifier, split_note, vkey
from forum.tlog.proof import Proof
from forum.tlog.rotation import (
    KIND,
    Chain,
    Rotation,
    RotationError,
    follow,
    open_signed_by_all,
    read_rotation,
    trust,
)
from forum.tlog.tile import (
    ENTRIES,
    TILE_HEIGHT,
    TILE_WIDTH,
    TileMissing,
    format_tile_path,
    parse_bundle,
    tile_reader,
)

MOST = 1000  # changes of key that anybody would look at
_MARK = f'"kind":"{KIND}"'.encode()
_WHENEVER = datetime.max.replace(tzinfo=UTC)

Step = tuple[Proof, bytes]


class Keys:
    """The keys of the log in one state folder, as far as its verified entries tell of them.

    ValueError when the folder belongs to another log.
    """

    def __init__(self, site: Site, state: State, given: Verifier) -> None:
        self._site, self._state, self._given = site, state, given
        self._begun = _begun_with(state) or given
        if self._begun.name != given.name:
            raise ValueError("the state folder belongs to another log")
        state.remember("vkey", f"{given.name} {self._begun.public.hex()}")
        rows = json.loads(state.fact(KIND) or "[]")
        self.chain: Chain = self._trusted([_as_rotation(row) for row in rows])

    def learn(self) -> tuple[Verifier, ...]:
        """The keys that the newest one we know leads to, by the log's own account, newest first.

        TlogError when what the log keeps of a change does not hold.
        """
        steps = [self._step(index) for index in self._indexes()]
        brought = [read_rotation(p.index, parse_entry(entry)).vkey for p, entry in steps]
        known = {key.vkey for key in self.chain.known}
        begin = max((k + 1 for k, new in enumerate(brought) if new in known), default=0)
        return follow(self.chain.newest, steps[begin:])[:0:-1]

    def accept(self, signed: SignedCheckpoint, last: bytes, changes: Sequence[Rotation]) -> None:
        """Accept a checkpoint whose entries were verified, with the `changes` of key among the new.

        RotationError for a change that the key before it did not sign; TlogError unless every key
        due at the time of the `last` entry signed the checkpoint. To be called within the
        transaction that keeps the entries.
        """
        rotations = (*self.chain.rotations, *changes)
        chain = self._trusted(rotations)
        open_signed_by_all(signed.note, chain.due(signed.checkpoint.size, _time_of(last)))
        if self._given.vkey not in {key.vkey for key in chain.known}:
            raise TlogError("the log was never handed over to the given key")
        self.chain = chain
        self._state.remember(KIND, json.dumps([_as_json(one) for one in rotations]))

    def kept_notes(self) -> Iterable[Finding]:
        """Where the checkpoint is missing or wrong that is kept of a change for all time."""
        for rotation in self.chain.rotations:
            path = f"/tlog/rotations/{rotation.index}"
            try:
                self._require_kept(rotation, self._get(path))
            except TlogError as error:
                yield Finding("bad-signature", None, rotation.index, self._site.base + path,
                              str(error), "a checkpoint signed by both keys")  # fmt: skip

    def _trusted(self, rotations: Sequence[Rotation]) -> Chain:
        """The keys from the one that was given or, where that leads nowhere, the one begun with."""
        try:
            return trust(self._given, rotations) if rotations else trust(self._begun, ())
        except RotationError:
            return trust(self._begun, rotations)

    def _require_kept(self, rotation: Rotation, note: bytes) -> None:
        signed = open_checkpoint(note, self.chain.known).checkpoint
        last = self._state.entry(signed.size - 1)
        if signed.size <= rotation.index or last is None:
            raise TlogError(f"it is of {signed.size} entries")
        open_signed_by_all(note, self.chain.due(signed.size, _time_of(last)))
        if signed.root != self._state.root_at(signed.size):
            raise TlogError(f"it has the root {signed.root.hex()}, which is not this log's")

    def _indexes(self) -> list[int]:
        try:
            lines = self._get("/tlog/rotations/indexes").decode("ascii", "replace").splitlines()
        except TlogError:
            return []
        indexes = [parse_decimal(line) for line in lines[: MOST + 1]]
        if len(indexes) > MOST or indexes != sorted(set(indexes)):
            raise TlogError("the indexes of the changes of key are not in order")
        return indexes

    def _step(self, index: int) -> Step:
        """What proves the change of key at `index`: nothing of it is believed here."""
        note = self._get(f"/tlog/rotations/{index}")
        size = parse_checkpoint(split_note(note)[0]).size
        hashes = merkle.prove_inclusion(index, size, tile_reader(self._tile, size))
        number = index >> TILE_HEIGHT
        width = min(TILE_WIDTH, size - number * TILE_WIDTH)
        bundle = self._tile(format_tile_path(ENTRIES, number, width))
        entry = parse_bundle(bundle, width)[index % TILE_WIDTH]
        return Proof(index, tuple(hashes), note.decode("utf-8", "replace")), entry

    def _tile(self, path: str) -> bytes:
        answer = self._site.get(f"/tlog/{path}")
        if not answer.ok:
            raise TileMissing(f"{path}: {answer.said}")
        return answer.body

    def _get(self, path: str) -> bytes:
        answer = self._site.get(path)
        if not answer.ok:
            raise TlogError(f"{path}: {answer.said}")
        return answer.body


def changes_in(first: int, entries: Sequence[bytes]) -> list[Rotation]:
    """The changes of key among the entries from index `first`.

    What is no entry of this log changes no key: that it stands there is found elsewhere.
    """
    marked = [(index, entry) for index, entry in enumerate(entries, first) if _MARK in entry]
    found = []
    for index, entry in marked:
        with suppress(TlogError):
            found.append(read_rotation(index, parse_entry(entry)))
    return found


def _begun_with(state: State) -> Verifier | None:
    """The key with which the folder was begun; None as long as nothing was verified with it."""
    known = state.fact("vkey")
    if known is None or not state.size:
        return None
    name, _, public = known.rpartition(" ")
    return Verifier(vkey(name, bytes.fromhex(public)))


def _time_of(entry: bytes) -> datetime:
    """The time of an entry. Of one that cannot be read, long after any change of key: whether it
    is valid is looked at elsewhere."""
    try:
        at = json.loads(entry)["at"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return _WHENEVER
    return datetime.fromisoformat(at) if is_time(at) else _WHENEVER


def _as_json(rotation: Rotation) -> list[Any]:
    return [rotation.index, rotation.at.isoformat(), rotation.vkey, rotation.sig]


def _as_rotation(row: list[Any]) -> Rotation:
    return Rotation(row[0], datetime.fromisoformat(row[1]), row[2], row[3])
