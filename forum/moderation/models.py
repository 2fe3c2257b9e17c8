"""Rows of moderation: statements of reasons and the published rules they cite."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Base, UtcDateTime


class Statement(Base):
    """The statement of reasons of one act (the facts of DSA Art. 17(3)).

    complaint: None where an author was suspended: which one is nobody's business. item: of an act
    on one reply or comment, its id. lapses_at: until when a second person had to confirm what one
    person did alone; None where two decided.
    """

    __tablename__ = "statement"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(12), default="remove", server_default="remove")
    complaint: Mapped[int | None] = mapped_column(ForeignKey("complaint.number"), index=True)
    item: Mapped[int | None]
    entry: Mapped[int]
    reason: Mapped[str] = mapped_column(String(24), index=True)
    clause: Mapped[str] = mapped_column(String(8))
    rules: Mapped[int]  # entry of the version of the rules the clause is of
    facts: Mapped[str] = mapped_column(Text)
    detection: Mapped[str] = mapped_column(String(16))
    automated_detection: Mapped[bool]
    automated_decision: Mapped[str] = mapped_column(String(8))
    scope: Mapped[str] = mapped_column(String(12))
    until: Mapped[date | None] = mapped_column(Date)
    staff: Mapped[str] = mapped_column(String(8))
    second: Mapped[str | None] = mapped_column(String(8))
    lapses_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    restored_entry: Mapped[int | None]
    restored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    restored_reason: Mapped[str | None] = mapped_column(String(24))
    # Since when what it took from view is kept by nobody any more; then it cannot be undone.
    destroyed_entry: Mapped[int | None]
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Proposal(Base):
    """What waits, or waited, for another person: a request, a proposal, or an act done alone.

    number: one sequence with statements; what is carried out becomes the statement of it. by: the
    role of whoever began it: a moderator or auditor proposes, others only ask. alone: None, or by
    which exception one person acted first (spam, emergency). entry: what the answer is `of`: the
    statement.proposed entry, or the act's own where it was done alone. state: open approved
    rejected refused lapsed; answer: why not. taken_up: of a request, the proposal it became.
    cuts: what a redaction would cover, {"phrases", "photos"}, until it is answered. target_id: of
    a suspension, whose; no page says it. bulk: of several that were proposed together for one
    reason, the number of the first.
    """

    __tablename__ = "proposal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(12))
    complaint: Mapped[int | None] = mapped_column(ForeignKey("complaint.number"), index=True)
    item: Mapped[int | None]
    entry: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lapses_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(12))
    staff: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    alone: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(24))
    clause: Mapped[str | None] = mapped_column(String(8))
    rules: Mapped[int | None]
    facts: Mapped[str] = mapped_column(Text)
    detection: Mapped[str | None] = mapped_column(String(16))
    automated_detection: Mapped[bool | None]
    automated_decision: Mapped[str | None] = mapped_column(String(8))
    until: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="open")
    decided_by: Mapped[str | None] = mapped_column(String(12))
    decided_staff: Mapped[str | None] = mapped_column(String(8))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_entry: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(Text)
    taken_up: Mapped[int | None]
    cuts: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    target_id: Mapped[int | None]
    bulk: Mapped[int | None] = mapped_column(index=True)

    __table_args__ = (Index("ix_proposal_open", "state", "lapses_at"),)


class Ruling(Base):
    """What one person decided and wrote down: that a complaint is locked (lock) or moved (move).

    entry: the act's own. was_type, was_project, was_category: of a move, where it stood before.
    """

    __tablename__ = "ruling"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    act: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(24))
    clause: Mapped[str] = mapped_column(String(8))
    rules: Mapped[int]
    facts: Mapped[str] = mapped_column(Text)
    staff: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    was_type: Mapped[str | None] = mapped_column(String(16))
    was_project: Mapped[str | None] = mapped_column(String(64))
    was_category: Mapped[str | None] = mapped_column(String(64))


class MergeProposal(Base):
    """Somebody thinks that a complaint is the same matter as the older one `into`.

    entry: the merge.proposed entry. by: author, staff, moderator. state: open merged declined.
    """

    __tablename__ = "merge_proposal"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    into: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    by: Mapped[str] = mapped_column(String(12))
    staff: Mapped[str | None] = mapped_column(String(8))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="open")
    decided_entry: Mapped[int | None]
    decided_staff: Mapped[str | None] = mapped_column(String(8))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Rules(Base):
    """One published version: its clauses as [{"number", "title", "text", "reason"}]."""

    __tablename__ = "rules"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    preamble: Mapped[str] = mapped_column(Text)
    clauses: Mapped[list[dict[str, str | None]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
