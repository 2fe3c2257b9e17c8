"""Rows of complaints and what hangs on them. What visitors see of them changes only with an entry.

`entry` columns name the log entry that made the row what it is.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.models import Account
from forum.base.db import Base, Bytes, UtcDateTime
from forum.places.models import Category, Project

SHOWN = ("visible", "merged")
GONE = ("refused", "removed", "erased", "withdrawn")
UNSOLVED = ("open", "answered", "promised", "disputed")


class Complaint(Base):
    """One complaint. `title` and `body` are the newest proven text; versions keep them all.

    state: visible held refused removed erased merged withdrawn; status: open answered promised
    resolved confirmed disputed closed_unconfirmed (state machine of the contract).
    due_at: when the company must have answered; None when no clock runs (imported, answered).
    lost: the text that was to be shown went with a database; only its entries came back.
    held_until: when it is published by itself, while it is held. merged_into: where it counts.
    """

    __tablename__ = "complaint"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[int] = mapped_column(unique=True)
    act_entry: Mapped[int]  # newest complaint.* entry: what an author's act must be `of`
    last_entry: Mapped[int]  # newest entry of any kind: the version of its page
    type: Mapped[str] = mapped_column(String(16))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    author: Mapped[str] = mapped_column(String(80))
    verified: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    wanted_by: Mapped[date | None] = mapped_column(Date)
    author_key: Mapped[str | None] = mapped_column(String(64))
    made: Mapped[str | None] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default="visible")
    state_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20), default="open")
    status_at: Mapped[datetime] = mapped_column(UtcDateTime)
    listed: Mapped[bool] = mapped_column(default=True)
    locked: Mapped[bool] = mapped_column(default=False)
    redacted: Mapped[bool] = mapped_column(default=False)
    imported: Mapped[bool] = mapped_column(default=False)
    lost: Mapped[bool] = mapped_column(default=False, server_default=false())
    source_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawal_due: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    imported_supporters: Mapped[int] = mapped_column(default=0)
    supporters: Mapped[int] = mapped_column(default=0)
    replies: Mapped[int] = mapped_column(default=0)
    photos: Mapped[int] = mapped_column(default=0)
    statement: Mapped[int | None]
    merged_into: Mapped[int | None] = mapped_column(index=True)

    project: Mapped[Project] = relationship(lazy="joined", innerjoin=True)
    category: Mapped[Category] = relationship(lazy="joined", innerjoin=True)
    account: Mapped[Account | None] = relationship()

    __table_args__ = (
        Index("ix_complaint_shown", "state", "listed", "number"),
        # What the balance and the figures of pages count, without opening the rows.
        Index("ix_complaint_counts", "state", "listed", "redacted", "imported", "withdrawal_due",
              "status", "due_at"),
        # How long first answers took, which the posting form says.
        Index("ix_complaint_answered", "imported", "posted_at", "answered_at"),
        Index("ix_complaint_project", "project_id", "number"),
        Index("ix_complaint_category", "category_id", "number"),
        Index("ix_complaint_status", "status", "number"),
        Index("ix_complaint_due", "due_at", "number"),
        Index("ix_complaint_supporters", "supporters", "number"),
    )  # fmt: skip


class Version(Base):
    """One text of a complaint as it was committed: the posting, and every edit."""

    __tablename__ = "complaint_version"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    proven: Mapped[bool]


class Reply(Base):
    """What was said under a complaint: an official reply, a holding reply, or a comment.

    `by` is what is shown and committed as its author: a staff number or a pseudonym. state:
    visible, removed, erased; `statement` is that of the act that made it other than visible.
    """

    __tablename__ = "reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"))
    entry: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))  # reply, holding, comment
    role: Mapped[str] = mapped_column(String(12))  # staff, executive, author, member, import
    by: Mapped[str] = mapped_column(String(80))
    department: Mapped[str | None] = mapped_column(String(64))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    verified: Mapped[bool] = mapped_column(default=False)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    until: Mapped[date | None] = mapped_column(Date)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    template: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default="visible", server_default="visible")
    statement: Mapped[int | None]

    # Ids are named in the log: one is never given twice, also when the last row was erased.
    __table_args__ = (
        Index("ix_reply_complaint", "complaint", "id"),
        {"sqlite_autoincrement": True},
    )


class Photo(Base):
    """A photo of a complaint or reply: both digests, of the public copy and of what came in."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"))
    entry: Mapped[int]
    position: Mapped[int]  # k of the commitments photo.<k>, from 1
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    thumb: Mapped[str] = mapped_column(String(64), index=True)
    received: Mapped[str] = mapped_column(String(64))
    alt: Mapped[str] = mapped_column(String(200))
    width: Mapped[int]
    height: Mapped[int]


class Sealed(Base):
    """One opening that a cut closed, with the words it opened: kept for an appeal, shown to nobody.

    statement: that of the cut. entry, field: where the opening stood. place, name: the entry and
    field whose words these are: the same, or where an earlier cut had already put others, those
    of the posting. thumb, width, height: of a photo that was taken out whole.
    """

    __tablename__ = "sealed"

    id: Mapped[int] = mapped_column(primary_key=True)
    statement: Mapped[int] = mapped_column(index=True)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    item: Mapped[int | None]
    entry: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    place: Mapped[int]
    name: Mapped[str] = mapped_column(String(24))
    salt: Mapped[bytes] = mapped_column(Bytes)
    value: Mapped[str] = mapped_column(Text)
    thumb: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Support(Base):
    """Me too: one person, one complaint, once.

    merged_from: who said it under, or wrote, a complaint that was merged into this one.
    """

    __tablename__ = "support"

    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    merged_from: Mapped[int | None]


class Promise(Base):
    """What a reply promised by a date: open, kept or broken."""

    __tablename__ = "promise"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id"))
    entry: Mapped[int]
    until: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(8), default="open")

    __table_args__ = (Index("ix_promise_state", "state", "until"), {"sqlite_autoincrement": True})


class Submission(Base):
    """That a posting key was used: the same key gives the same complaint. Kept 30 days."""

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(64))
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("account_id", "key"),)


class WithdrawalReason(Base):
    """Why an author takes a complaint back, where they said so; no page but the auditors' shows it.

    entry: the withdrawal, or the request of one. reason: of `author_acts.WITHDRAWAL_REASONS`.
    """

    __tablename__ = "withdrawal_reason"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    reason: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
