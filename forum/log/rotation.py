"""Changing the log's key, and what the rest of the board asks about its keys.

The change takes effect with the commit of its `key.rotated` entry and with nothing else: every
process takes the keys that sign from the log and looks for them in the files. So the order of
`rotate` is: (1) what `log.key` holds is written to `log.key.<key id>` as well, (2) the new key to
its own `log.key.<key id>`, both durably, (3) COMMIT, (4) `log.key` is replaced by the new key.
A crash before (3) leaves a key that nobody named, which is never used. A crash after (3) leaves an
old `log.key`, but the key that the log names has its file, so the board signs with it, and
`settle` makes up for (4). In the other order, with (4) before (3), a crash between would leave a
`log.key` that no entry vouches for; with (2) after (3), a log whose key nobody has.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from forum.base.db import db, transaction
from forum.base.refusal import Unavailable
from forum.base.resources import resource
from forum.log import queries, store
from forum.log.ring import secret_line
from forum.log.service import Appended, append
from forum.log.signing import COPY_KEYS, PUT_BACK, LogKeys
from forum.tlog.note import Signer, Verifier, new_key
from forum.tlog.rotation import KIND, Chain, sign_rotation

INDEXES = "indexes"  # beside the notes, so that whoever comes late knows which there are


def rotate(staff: str | None = None) -> Appended:
    """Give the log a new key, which signs from this commit on; both sign for 90 days.

    staff: the number of the administrator who asked for it, where one is known. Unavailable when
    nothing may be signed here; OSError when the key files cannot be written.
    """
    keys: LogKeys = resource("log")
    with keys.ring.locked():
        with transaction():
            keys.ring.set_aside()
            newest = store.newest()
            old = keys.signers(chain(), newest.size, newest.at or _NEVER)[0]
            seed = new_key()
            keys.ring.keep(secret_line(keys.origin, seed))
            vkey = Signer(keys.origin, seed).vkey
            entry = append(KIND, by="admin", staff=staff, vkey=vkey, sig=sign_rotation(old, vkey))
        _settle(keys)
    return entry


def settle() -> None:
    """Let `log.key` hold the key that the log names, and destroy keys that sign no more.

    Run once a day, and at every start, so that nothing has to be repaired after a crash.
    """
    keys: LogKeys = resource("log")
    with keys.ring.locked():
        _settle(keys)


def chain() -> Chain:
    """All keys of this log, each vouched for by the one before; Unavailable if they are not."""
    keys: LogKeys = resource("log")
    return keys.chain(queries.rotations())


def known_keys() -> tuple[Verifier, ...]:
    """Every key this log ever had, newest first: for notes that may be of any age."""
    return chain().known


def own_keys() -> tuple[Verifier, ...]:
    """Every key in this node's files: what one of them signed is signed by us, whatever the log
    in the database says. After a restore that can be less than there was."""
    keys: LogKeys = resource("log")
    return tuple(keys.ring.verifiers)


def due_keys() -> tuple[Verifier, ...]:
    """The keys that sign now, newest first."""
    newest = store.newest()
    return chain().due(newest.size, newest.at or _NEVER)


def vkey() -> str:
    """The verifier key of the log: the newest."""
    return chain().newest.vkey


def refusals() -> list[str]:
    """Why the keys of this node cannot sign, each with what to do; empty when they can."""
    keys: LogKeys = resource("log")
    newest = store.newest()
    try:
        known = chain()
        if newest.at is None:
            return []
        missing = [key.vkey for key in keys.missing(known, newest.size, newest.at)]
        keys.require_own(known, newest.size, newest.at, store.newest_note)
    except Unavailable as error:
        return [f"{error.evidence['why']}: {PUT_BACK}"]
    return [f"the key {vkey} is not on this node: {COPY_KEYS}" for vkey in missing]


def note_of(index: int) -> str | None:
    """The first checkpoint that covers the change of key at `index`, signed by both keys.

    None when the entry there is no change of key.
    """
    if all(rotation.index != index for rotation in queries.rotations()):
        return None
    return queries.first_covering(index)


def format_indexes(indexes: Iterable[int]) -> str:
    """The indexes of all changes of key, oldest first, one a line: /tlog/rotations/indexes."""
    return "".join(f"{index}\n" for index in indexes)


def _settle(keys: LogKeys) -> None:
    known = chain()
    keys.ring.settle_on(known.newest.vkey)
    newest = store.newest()
    db.session.rollback()
    # Counted by the log's own time: a clock that runs ahead must not destroy a key.
    due = {key.vkey for key in known.due(newest.size, newest.at or _NEVER)}
    for key in known.known:
        if key.vkey not in due:
            keys.ring.retire(key.vkey)


_NEVER = datetime.min.replace(tzinfo=UTC)  # of a log without entries
