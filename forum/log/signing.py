"""Who signs for the log: the keys that its entries name, as far as this node has them.

A checkpoint is signed by the newest key and, for 90 days after a change, by the former one too.
The log says which these are; the key files say no more than which of them are here. So a process
that was running when another one changed the key finds the new one by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l

from forum.base.refusal import Unavailable
from forum.log.last_signed import LastSigned
from forum.log.ring import KeyRing
from forum.tlog.errors import TlogError
from forum.tlog.note import Signer, Verifier
from forum.tlog.rotation import (
    Chain,
    Rotation,
    RotationError,
    open_signed_by_all,
    signs_for,
    trust,
)

COPY_KEYS = "copy log.key and every log.key.* from the node where the key was changed"
PUT_BACK = "put back the log.key that this log was signed with"
logger = logging.getLogger("forum.log")


class LogKeys:
    """What a node signs with: its keys (whose name is the origin) and its `last-signed` file."""

    def __init__(self, ring: KeyRing, last_signed: LastSigned) -> None:
        self.ring, self.last_signed = ring, last_signed
        self._chain: Chain | None = None
        self._own: Chain | None = None

    @property
    def origin(self) -> str:
        """The log's name, fixed for ever when it was opened."""
        return self.ring.current.name

    @property
    def signer(self) -> Signer:
        """The key in `log.key`, which signs unless the log has named another one since."""
        return self.ring.current

    def chain(self, rotations: Sequence[Rotation]) -> Chain:
        """All keys of the log, from its changes of key; Unavailable when none of ours leads there."""
        known, wanted = self._chain, tuple(rotations)
        if known is None or known.rotations != wanted:
            known = self._chain = self._trusted(wanted)
        return known

    def beginning(self, rotations: Sequence[Rotation]) -> Chain:
        """The key before any change, alone: the one of ours that signed for the first change."""
        keys = self._eldest_first(rotations)
        signed = (key for key in keys if rotations and signs_for(key, rotations[0]))
        return Chain((), (next(signed, keys[0]),))

    def signers(self, chain: Chain, size: int, at: datetime) -> list[Signer]:
        """The keys that must sign the tree of `size` entries, the last made at `at`; newest first.

        Unavailable when one of them is not on this node: half a signature is none.
        """
        due = chain.due(size, at)
        found = [signer for key in due if (signer := self.ring.signer(key.vkey)) is not None]
        if len(found) != len(due):
            vkeys = [key.vkey for key in self.missing(chain, size, at)]
            logger.error("nothing is signed, keys are missing here: %s: %s", vkeys, COPY_KEYS)
            raise Unavailable(
                _l("这台服务器上没有签名用的钥匙，暂时不能写入。请稍后再试。"), missing=vkeys
            )
        return found

    def missing(self, chain: Chain, size: int, at: datetime) -> list[Verifier]:
        """Those of the keys due to sign that are not on this node."""
        return [key for key in chain.due(size, at) if self.ring.signer(key.vkey) is None]

    def require_own(
        self, chain: Chain, size: int, at: datetime, newest_note: Callable[[], str]
    ) -> None:
        """Unavailable unless the newest checkpoint bears the signatures of these keys.

        A log that was signed by another key than ours must not go on as if nothing had happened.
        The answer is remembered for the chain, so only the first append of a process pays for it.
        """
        if self._own is chain:
            return
        try:
            open_signed_by_all(newest_note(), chain.due(size, at))
        except TlogError as error:
            logger.error("nothing is signed, the newest checkpoint: %s: %s", error, PUT_BACK)
            raise Unavailable(
                _l("签名用的钥匙与意见记录的不符，暂时不能写入。请稍后再试。"), why=str(error)
            ) from error
        self._own = chain

    def _trusted(self, rotations: tuple[Rotation, ...]) -> Chain:
        why = RotationError(0, "none of our keys leads to it")
        for key in self._eldest_first(rotations):
            try:
                return trust(key, rotations)
            except RotationError as error:
                why = max(why, error, key=lambda one: one.index)
        logger.error("the changes of the log's key do not hold: %s", why)
        raise Unavailable(
            _l("签名用的钥匙与意见记录的不符，暂时不能写入。请稍后再试。"), why=str(why)
        ) from why

    def _eldest_first(self, rotations: Sequence[Rotation]) -> list[Verifier]:
        """Our keys; those first that no change brought, since only they vouch for all others."""
        brought = {rotation.vkey for rotation in rotations}
        return sorted(self.ring.verifiers, key=lambda key: key.vkey in brought)
