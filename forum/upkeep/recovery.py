"""`forum log recover`, and the end of every restore: the log and its rows forward again."""

from __future__ import annotations

from forum.app import ROW_RECOVERIES
from forum.base.db import db, transaction
from forum.base.resources import resource
from forum.log import queries, recover
from forum.log import service as log
from forum.log.mirror import CannotRecover, Copy
from forum.moderation import erasure


def recover_board(copy: Copy, *, restored: bool = False) -> int:
    """Add what `copy` of the log has and this board lacks: entries, and rows without content.

    restored: the board was just put back, which is logged even when nothing is missing. Answers
    with how many entries were added. CannotRecover says why nothing was changed.
    """
    known, shown = recover.ask_witnesses(), recover.read_checkpoint(copy)
    last_signed = resource("log").last_signed
    refusal = last_signed.refusal()
    try:
        with transaction():
            before = queries.tip()
            if before is None:
                raise CannotRecover("there is no log here yet: restore a backup first")
            recover.require_enough(before.size, shown, known)
            added = recover.add_missing(copy, shown)
            if added or restored:
                recover.settle_refusal(known)
                _recover_rows(before.size)
                log.append("backup.restored", by="admin", staff=None, size=before.size,
                           root=before.root)  # fmt: skip
    except BaseException:
        if refusal is not None:
            last_signed.refuse(refusal)
        raise
    return added


def _recover_rows(first: int) -> None:
    """Rows for the entries from `first` on, and everything destroyed that they say was."""
    for recover_rows in ROW_RECOVERIES:
        recover_rows(first)
        db.session.flush()
    for index, entry in recover.entries_since(first):
        if entry["kind"].endswith(".erased"):
            erasure.reapply(index, entry)
