"""A witness at work: judge, store, then vouch; never in another order."""

from __future__ import annotations

import time
from dataclasses import replace

from forum.tlog.note import CosignatureSigner
from forum.witness.judge import Answer, State, claimed_origin, judge, known_note
from forum.witness.store import Slot, Store


class Witness:
    """One witness: its key and its folder."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.signer: CosignatureSigner = store.signer()

    def add_checkpoint(self, request: bytes) -> Answer:
        """Answer an add-checkpoint request; StoreError or OSError when nothing could be stored.

        What was cosigned last is read, compared and replaced under one lock: else two requests
        could both be judged against the same tree, and the witness would vouch for two histories.
        """
        logs, origin = self.store.logs(), claimed_origin(request)
        if origin not in logs:
            return judge(request, State(logs))
        with self.store.locked(origin) as slot:
            answer = judge(request, State(logs, {origin: slot.read()}))
            return self._vouch(answer, slot)

    def _vouch(self, answer: Answer, slot: Slot) -> Answer:
        if answer.accepted is None:
            return answer
        line = self.signer.line(answer.accepted.text, int(time.time()))
        slot.write(known_note(answer.accepted) + line)
        return replace(answer, body=line)
