"""Putting right what an auditor found wrong, upon an appeal or a challenge, in the open transaction.

    if can_be_undone(decided):
        put_right(auditor, decided, reasons)

What it was, the entries say alike for both: reason `appeal-upheld`, right after the decision.
"""

from __future__ import annotations

from forum.accounts.models import Account
from forum.base.db import db
from forum.complaints.service import existing
from forum.moderation import locking, merging, moving
from forum.moderation.decisions import Decided
from forum.moderation.models import Ruling, Statement
from forum.moderation.undoing import undo


def put_right(auditor: Account, decided: Decided, reasons: str) -> Ruling | None:
    """Undo what was decided. Of a move, the ruling that puts it back: its author is told by the
    caller; of everything else they hear by the act itself."""
    if decided.kind == "complaint.locked":
        locking.reopen(auditor, existing(decided.complaint or 0), "appeal-upheld")
    elif decided.kind == "complaint.moved":
        return moving.move_back(auditor, db.session.get_one(Ruling, decided.index), reasons)
    elif decided.kind == "complaint.merged":
        merging.unmerge(auditor, decided.complaint or 0)
    else:
        statement = db.session.get_one(Statement, decided.statement)
        undo(statement, "appeal-upheld", by="auditor", staff=auditor.staff_no)
    return None
