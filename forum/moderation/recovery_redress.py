"""Appeals and challenges whose rows were lost and whose entries came back; what was destroyed again.

Whose an appeal was, and what it said, is in no entry: it can be decided, but nobody is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from forum.base.db import db
from forum.base.outbox import emit
from forum.complaints import erasing
from forum.complaints.models import Sealed
from forum.log.recover import entries_since
from forum.moderation.appeals import DEADLINE
from forum.moderation.check_redress import MODELS, SAME
from forum.moderation.flag_erasing import forget_asked
from forum.moderation.forgetting import forget_redress
from forum.moderation.measures import target_of
from forum.moderation.models import Statement
from forum.moderation.redaction import still_cut
from forum.moderation.redress_models import Appeal, Challenge
from forum.moderation.sealed_end import TOPIC

Entry = Mapping[str, Any]
LOST_TEXT = "内容在恢复备份时丢失"


def recover_redress(first: int) -> None:
    """Make appeals, challenges and sealed content agree with the entries from index `first` on."""
    for index, entry in entries_since(first):
        kind, _, done = entry["kind"].partition(".")
        if kind in MODELS and done == "filed":
            _file(kind, index, entry)
        elif kind in MODELS and done == "decided":
            _decide(kind, index, entry)
        elif entry["kind"] == "sealed.destroyed":
            _destroy(index, entry)
        db.session.flush()


def _file(kind: str, index: int, entry: Entry) -> None:
    model = MODELS[kind]
    if db.session.get(model, entry[kind]) is None:
        at = _at(entry)
        db.session.add(
            model(number=entry[kind], entry=index, words=LOST_TEXT, at=at, due_at=at + DEADLINE,
                  **{name: entry[name] for name in SAME[kind]})
        )  # fmt: skip


def _decide(kind: str, index: int, entry: Entry) -> None:
    row: Appeal | Challenge | None = db.session.get(MODELS[kind], entry[kind])
    if row is not None:
        row.outcome, row.reasons, row.decided_entry = entry["outcome"], LOST_TEXT, index
        row.decided_staff, row.decided_at = entry["staff"], _at(entry)


def _destroy(index: int, entry: Entry) -> None:
    """A backup from before may have brought it back."""
    statement = db.session.get(Statement, entry["statement"])
    if statement is None or entry["complaint"] is None:
        return
    statement.destroyed_entry, statement.destroyed_at = index, _at(entry)
    complaint, reply = target_of(entry["complaint"], entry["item"])
    if statement.act == "redact":
        files = erasing.destroy_sealed(Sealed.statement == statement.number)
    elif reply is not None:
        files = erasing.destroy_item(reply, entry["closes"])
    else:
        files = erasing.destroy_complaint(complaint, entry["closes"])
    if statement.act != "redact":
        forget_redress(complaint.number, entry["item"])
        forget_asked(complaint.number, entry["item"])
    db.session.flush()
    whole = statement.act != "redact" and reply is None
    complaint.redacted = False if whole else still_cut(complaint)
    emit(TOPIC, number=complaint.number, whole=whole, sealed=statement.act == "redact",
         items=[entry["item"]] if entry["item"] else [], files=files)  # fmt: skip


def _at(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry["at"])
