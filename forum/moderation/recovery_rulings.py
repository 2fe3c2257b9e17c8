"""Rulings and proposals to merge whose rows were lost and whose entries came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from forum.base.db import db
from forum.complaints.models import Complaint
from forum.log.recover import entries_since
from forum.moderation.check_rulings import ACTS, PROPOSED, SAME, places_before
from forum.moderation.models import MergeProposal, Ruling

Entry = Mapping[str, Any]
LOST_TEXT = "内容在恢复备份时丢失"


def recover_rulings(first: int) -> None:
    """Make rulings and proposals to merge agree with the entries from index `first` on."""
    was = places_before()
    for index, entry in entries_since(first):
        if entry["kind"] in ACTS and db.session.get(Ruling, index) is None:
            place = dict(zip(("was_type", "was_project", "was_category"), was.get(index, ()),
                             strict=False))  # fmt: skip
            db.session.add(
                Ruling(entry=index, act=ACTS[entry["kind"]], facts=LOST_TEXT, at=_at(entry),
                       **{name: entry[name] for name in SAME}, **place)
            )  # fmt: skip
        elif entry["kind"] == "merge.proposed":
            _propose(index, entry)
        elif entry["kind"] in ("merge.declined", "complaint.merged"):
            _answer(index, entry)
        db.session.flush()


def _propose(index: int, entry: Entry) -> None:
    if db.session.get(MergeProposal, index) is not None:
        return
    complaint = db.session.get(Complaint, entry["complaint"])
    own = complaint.account_id if complaint is not None and entry["by"] == "author" else None
    db.session.add(
        MergeProposal(entry=index, at=_at(entry), state="open", account_id=own,
                      **{name: entry[name] for name in PROPOSED})
    )  # fmt: skip


def _answer(index: int, entry: Entry) -> None:
    waits = (MergeProposal.complaint == entry["complaint"]) & (MergeProposal.state == "open")
    row = db.session.scalar(select(MergeProposal).where(waits))
    if row is not None:
        row.state = "merged" if entry["kind"] == "complaint.merged" else "declined"
        row.decided_entry, row.decided_at, row.decided_staff = index, _at(entry), entry["staff"]


def _at(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry["at"])
