"""Statements, proposals and rules whose words were lost and whose entries came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from forum.base.db import db
from forum.complaints import covering
from forum.log.recover import entries_since
from forum.moderation.measures import target_of
from forum.moderation.models import Proposal, Rules, Statement
from forum.moderation.redaction import ALONE as COVERED_ALONE
from forum.moderation.removal import ALONE
from forum.tlog.decided import DECIDERS

Entry = Mapping[str, Any]
LOST_TEXT = "内容在恢复备份时丢失"
# In an entry and in the statement's row under the same name.
SAME = ("complaint", "reason", "clause", "rules", "staff", "second")
# An erasure's entry leaves these out: it says why, not how it was found.
DEFAULTS = {"detection": "own-initiative", "automated_detection": False,
            "automated_decision": "none", "scope": "everywhere"}  # fmt: skip
ACTS = {"removed": "remove", "redacted": "redact", "refused": "refuse", "delisted": "delist",
        "erased": "erase", "suspended": "suspend"}  # fmt: skip
ENDINGS = (".restored", ".relisted", ".reinstated")
ANSWERS = ("statement.approved", "statement.rejected", "statement.refused", "statement.lapsed")


def recover_rows(first: int) -> None:
    """Make rules, statements and proposals agree with the entries from index `first` on."""
    for index, entry in entries_since(first):
        if entry["kind"] == "rules.published":
            _publish(index, entry)
        elif entry["kind"] == "statement.proposed":
            _propose(index, entry)
        elif entry["kind"] in ANSWERS:
            _answer(index, entry)
        elif entry.get("statement") and "clause" in entry:
            _state(index, entry)
        elif entry.get("statement") and entry["kind"].endswith(ENDINGS):
            _end(index, entry)
        db.session.flush()


def _publish(index: int, entry: Entry) -> None:
    if db.session.get(Rules, entry["version"]) is None:
        db.session.add(
            Rules(version=entry["version"], entry=index, title=LOST_TEXT, preamble="", clauses=[],
                  at=_at(entry))
        )  # fmt: skip


def _state(index: int, entry: Entry) -> None:
    number, lapses = entry["statement"], entry.get("lapses")
    row = db.session.get(Statement, number)
    if row is None:
        row = Statement(number=number, facts=LOST_TEXT)
        db.session.add(row)
    for name in SAME:
        setattr(row, name, entry.get(name))
    for name, default in DEFAULTS.items():
        setattr(row, name, entry.get(name, default))
    row.act, row.item = ACTS[entry["kind"].partition(".")[2]], entry.get("item")
    row.entry, row.at = index, _at(entry)
    row.until = date.fromisoformat(entry["until"]) if entry.get("until") else None
    row.lapses_at = datetime.fromisoformat(lapses) if lapses else None
    if lapses and db.session.get(Proposal, number) is None:
        _wait_alone(row, entry["by"])


def _wait_alone(done: Statement, by: str) -> None:
    """What one person did alone waits for another; how long says by which exception."""
    if done.lapses_at is None:
        return
    held = done.lapses_at - done.at
    ways = {"cover": COVERED_ALONE} if done.act == "redact" else ALONE
    alone = min(ways, key=lambda name: abs(ways[name] - held))
    db.session.add(
        Proposal(number=done.number, act=done.act, complaint=done.complaint, item=done.item,
                 entry=done.entry, at=done.at, lapses_at=done.lapses_at, by=by, staff=done.staff,
                 alone=alone, reason=done.reason, clause=done.clause, rules=done.rules,
                 facts=LOST_TEXT, state="open")
    )  # fmt: skip


def _propose(index: int, entry: Entry) -> None:
    if db.session.get(Proposal, entry["statement"]) is not None:
        return
    own = {name: entry[name] for name in ("act", "complaint", "item", "by", "staff", "reason",
                                          "clause", "rules")}  # fmt: skip
    db.session.add(
        Proposal(number=entry["statement"], entry=index, at=_at(entry), state="open",
                 lapses_at=datetime.fromisoformat(entry["lapses"]), facts=LOST_TEXT, **own)
    )  # fmt: skip


def _answer(index: int, entry: Entry) -> None:
    row = db.session.get(Proposal, entry["statement"])
    if row is None:
        return
    row.state = entry["kind"].partition(".")[2]
    row.decided_by, row.decided_staff = entry["by"], entry.get("staff")
    row.decided_at, row.decided_entry = _at(entry), index
    row.answer = LOST_TEXT if "commitments" in entry else None
    row.cuts = None  # a backup kept them from when it was still open
    if row.by not in DECIDERS and row.state == "approved":
        # A request is agreed to by the proposal that it becomes, written just before.
        row.taken_up = db.session.scalar(_newest_proposal(index))


def _newest_proposal(before: int) -> Select[int]:
    proposed = Proposal.by.in_(DECIDERS) & Proposal.alone.is_(None) & (Proposal.entry < before)
    return select(Proposal.number).where(proposed).order_by(Proposal.entry.desc()).limit(1)


def _end(index: int, entry: Entry) -> None:
    row = db.session.get(Statement, entry["statement"])
    if row is not None:
        row.restored_entry, row.restored_at = index, _at(entry)
        row.restored_reason = entry["reason"]
        if row.act == "redact" and row.complaint is not None:
            covering.uncover(*target_of(row.complaint, row.item), row.number, row.entry)


def _at(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry["at"])
